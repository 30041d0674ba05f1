"""Recorded frames through the engine: the same files give the same events and books."""

from collections.abc import Iterator
from functools import partial

import msgspec

from crossbook.backtest.connections import Connection, connections
from crossbook.backtest.inputs import Inputs, SnapshotFile
from crossbook.backtest.listing import instruments_of
from crossbook.backtest.merging import Act, Frame, Step, merged, steps
from crossbook.backtest.report import (
    Checks,
    FileReport,
    ReplayReport,
    Totals,
    instrument_report,
)
from crossbook.backtest.survey import Extent, Key, Survey, survey, survey_snapshot
from crossbook.backtest.tally import OnEvents, Tally
from crossbook.books import Engine
from crossbook.clock import Clock, SystemClock
from crossbook.errors import RecordingError
from crossbook.model import Instrument
from crossbook.model.events import EventKind
from crossbook.storage.answer import bodies
from crossbook.storage.content import OnRead, ignore
from crossbook.storage.stream import rows

__all__ = ["Replay", "replay"]

_BLOCK_FRAMES = 2_048
_BLOCK_BYTES = 8 << 20
_DRAIN_AT = 8_192
"""Events that wait before they are taken out."""
_EVENTS_MAX = 1 << 18
"""More events than one message makes by what was kept for it, and by `_DRAIN_AT`."""
_BYTES_PER_EVENT = 4
"""No event is told by fewer bytes of a frame."""


class _Surveyed(msgspec.Struct):
    connections: list[Connection]
    extents: dict[str, dict[Key, Extent]]
    bodies_bytes_max: int


class Replay:
    """The books of recorded files.

    Making one reads every file once, to find the instruments, how fine their numbers are, and
    which files are of one connection; `run` reads them again, for the engine. Neither holds a
    file as a whole.

    Args:
        inputs: the files.
        on_read: told of progress: in the end `2 * inputs.stream_bytes` bytes.
        clock: measures the time that the engine takes; nothing else depends on it.

    Raises:
        RecordingError: a file cannot be read.
    """

    def __init__(
        self, inputs: Inputs, *, on_read: OnRead = ignore, clock: Clock | None = None
    ) -> None:
        self._inputs = inputs
        self._on_read = on_read
        self._clock = clock or SystemClock()
        self._surveyed = _survey(inputs, on_read)
        frame_bytes = max(
            (file.frame_bytes_max for each in self._surveyed.connections for file in each.files),
            default=0,
        )
        longest = max(frame_bytes, self._surveyed.bodies_bytes_max)
        self.engine = Engine(events_max=_EVENTS_MAX + longest // _BYTES_PER_EVENT)
        for instrument in instruments_of(self._surveyed.extents, inputs.catalogues):
            self.engine.add_instrument(instrument)
        self.engine.subscribe(*EventKind)
        self._feeds = [self.engine.open_feed(each.venue) for each in self._surveyed.connections]
        self._engine_ns = 0
        self._is_played = False

    @property
    def instruments(self) -> list[Instrument]:
        """What the files speak of, by the numbers that events carry."""
        return [book.instrument for book in self.engine]

    def run(self, on_events: OnEvents | None = None) -> ReplayReport:
        """Play everything once and return what came of it.

        Args:
            on_events: told every event, in batches.

        Raises:
            RecordingError: a file cannot be read, or is no order book answer.
            RuntimeError: it was played before; its books are at their end.
        """
        if self._is_played:
            raise RuntimeError("a replay that was played is at its end: make another one")
        self._is_played = True
        tally = Tally(on_events)
        self._play(merged(list(self._sources())), tally)
        assert self.engine.events_dropped == 0, "the ring holds more than is waited for"
        return self._report(tally)

    # -------------------------------------------------------------- order

    def _sources(self) -> Iterator[Iterator[Step]]:
        """Yield what happens in each file; answers come before frames of the same time."""
        waiting: dict[int, list[Act]] = {}
        for snapshot in self._inputs.snapshots:
            number = self._connection_of(snapshot)
            if number is None:
                self._feeds.append(self.engine.open_feed(snapshot.venue))
                yield iter(self._answers(snapshot, len(self._feeds) - 1, snapshot.ts_recv_ns))
            elif snapshot.ts_recv_ns and self._surveyed.connections[number].end_ns:
                yield iter(self._answers(snapshot, number, snapshot.ts_recv_ns))
            else:
                acts = waiting.setdefault(number, [])
                acts += [act for _, _, act in self._answers(snapshot, number, 0) if act]
        for number, connection in enumerate(self._surveyed.connections):
            acts = waiting.get(number, [])
            for file in connection.files:
                first = acts if file is _first_with_messages(connection) else []
                blocks = rows(file.file.path, self._on_read)
                yield steps(blocks, self._feeds[number], first)

    def _connection_of(self, snapshot: SnapshotFile) -> int | None:
        """Return the connection that says most of a symbol; `None`: none says anything of it."""
        said = {
            number: each.messages_of(snapshot.native)
            for number, each in enumerate(self._surveyed.connections)
            if each.venue == snapshot.venue
        }
        most = max(said, key=said.__getitem__, default=None)
        return most if most is not None and said[most] else None

    def _answers(self, snapshot: SnapshotFile, number: int, ts_recv_ns: int) -> list[Step]:
        return [
            (ts_recv_ns, None, partial(self._take_answer, snapshot, number, ts_recv_ns, *answer))
            for answer in bodies(snapshot.path)
        ]

    def _take_answer(
        self, snapshot: SnapshotFile, number: int, ts_recv_ns: int, line: int, body: bytes
    ) -> None:
        feed = self._feeds[number]
        before = feed.counts()["decode_errors"]
        feed.on_snapshot(snapshot.native, body, ts_recv_ns)
        after = feed.counts()["decode_errors"]
        if after != before:
            assert isinstance(after, dict)
            assert isinstance(before, dict)
            (kind,) = (kind for kind in after if after[kind] != before.get(kind, 0))
            raise RecordingError(
                str(snapshot.path),
                line,
                f"it is no order book answer of {snapshot.venue} that joins a stream: {kind}",
            )

    # --------------------------------------------------------------- play

    def _play(self, happening: Iterator[Step], tally: Tally) -> None:
        block: list[Frame] = []
        room = _BLOCK_BYTES
        for _, frame, act in happening:
            if frame is not None:
                block.append(frame)
                room -= len(frame[1])
                if room > 0 and len(block) < _BLOCK_FRAMES:
                    continue
            self._play_block(block, tally)
            block, room = [], _BLOCK_BYTES
            if act is not None:
                act()
        self._play_block(block, tally)

    def _play_block(self, block: list[Frame], tally: Tally) -> None:
        now_ns = self._clock.monotonic_ns
        start = now_ns()
        for on_frame, frame, ts_recv_ns in block:
            if on_frame(frame, ts_recv_ns) >= _DRAIN_AT:
                self._engine_ns += now_ns() - start
                tally.take(self.engine.drain())
                start = now_ns()
        self._engine_ns += now_ns() - start
        tally.take(self.engine.drain())

    # ------------------------------------------------------------- report

    def _report(self, tally: Tally) -> ReplayReport:
        tally.take(self.engine.drain())
        totals = Totals.of(self._feeds)
        instruments = {name: instrument_report(book) for name, book in self.engine.books.items()}
        each = list(instruments.values())
        files = list(self._files())
        messages = sum(file.messages for file in files)
        return ReplayReport(
            messages=messages,
            decode_errors=totals.decode_errors,
            unknown_symbols=totals.unknown_symbols,
            controls=totals.controls,
            gaps=totals.gaps + sum(i.gaps for i in each),
            checksums=Checks(
                sum(i.checksums_ok for i in each), sum(i.checksums_failed for i in each)
            ),
            bbo_checks=Checks(sum(i.bbo_ok for i in each), sum(i.bbo_failed for i in each)),
            trades=sum(i.trades for i in each),
            opportunities=tally.opportunities,
            events=tally.counts,
            metadata_problems=sum(len(c.problems) for c in self._inputs.catalogues.values()),
            instruments=instruments,
            files=files,
            memory_bytes=self.engine.memory_bytes,
            digest=tally.finish(self.engine),
            ns_per_message=round(self._engine_ns / messages, 1) if messages else 0.0,
        )

    def _files(self) -> Iterator[FileReport]:
        for number, connection in enumerate(self._surveyed.connections):
            for file in connection.files:
                yield FileReport(
                    file=str(file.file.path),
                    venue=connection.venue,
                    connection=number,
                    messages=file.messages,
                    begin_ns=file.begin_ns or None,
                    end_ns=file.end_ns or None,
                )


def replay(inputs: Inputs, on_events: OnEvents | None = None) -> ReplayReport:
    """Play recorded files through an engine and return what came of it.

    Args:
        inputs: the files; `gather` finds out what each is.
        on_events: told every event, in batches.

    Raises:
        RecordingError: a file cannot be read.
    """
    return Replay(inputs).run(on_events)


def _survey(inputs: Inputs, on_read: OnRead) -> _Surveyed:
    surveys = [survey(stream, on_read) for stream in inputs.streams]
    seen = [(each.file.venue, each.extents) for each in surveys]
    seen += [(each.venue, survey_snapshot(each)) for each in inputs.snapshots]
    extents: dict[str, dict[Key, Extent]] = {}
    for venue, found in seen:
        known = extents.setdefault(venue, {})
        for key, extent in found.items():
            known[key] = known.get(key, Extent()) | extent
    longest = max((len(body) for s in inputs.snapshots for _, body in bodies(s.path)), default=0)
    return _Surveyed(connections(surveys), extents, longest)


def _first_with_messages(connection: Connection) -> Survey:
    return next((file for file in connection.files if file.messages), connection.files[0])
