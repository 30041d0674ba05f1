"""Records what venues send, byte for byte, while it comes."""

import logging
import queue
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Annotated, Final, Self

import msgspec

from crossbook.config import Section
from crossbook.errors import RecordingError
from crossbook.storage.stream import OPENED, RECEIVED, Form
from crossbook.storage.tape import Tape, mend

__all__ = ["Recorder", "RecorderConfig", "RecorderStats"]

_LOG: Final = logging.getLogger(__name__)
_BLOCK_BYTES: Final = 1 << 18
"""Lines that are compressed together: more shrinks little better and is lost in a crash."""
_STOP_S: Final = 30.0
_NAME_MAX: Final = 100


class RecorderConfig(Section, frozen=True, kw_only=True):
    """Where and how a recording is kept."""

    folder: Path
    """The recording's folder: one folder a venue is made in it."""
    rotate_bytes: Annotated[int, msgspec.Meta(ge=1)] = 256 << 20
    """A file that is this long on disk is followed by the next one."""
    rotate_s: Annotated[float, msgspec.Meta(gt=0)] = 3600.0
    """A file that is this old is followed by the next one."""
    flush_s: Annotated[float, msgspec.Meta(gt=0)] = 1.0
    """What came is in the file after this long: so much is lost when the process is killed."""
    sync_s: Annotated[float, msgspec.Meta(gt=0)] = 5.0
    """It is on the disk itself after this long: so much is lost when the power fails."""
    backlog_max: Annotated[int, msgspec.Meta(ge=1)] = 1024
    """Blocks that may wait for the disk; more are lost, and counted."""
    level: Annotated[int, msgspec.Meta(ge=1, le=19)] = 3
    """zstd's level."""


class RecorderStats(msgspec.Struct, kw_only=True):
    """What was recorded."""

    messages: int = 0
    """Messages taken."""
    message_bytes: int = 0
    """Their bytes."""
    snapshots: int = 0
    """REST answers written."""
    files: int = 0
    """Files begun."""
    lost_messages: int = 0
    """Messages that were not written: the disk was too slow, or failed."""


class _Block(msgspec.Struct, frozen=True):
    """Lines on their way to the disk."""

    key: tuple[str, int]
    form: Form
    begin_ns: int
    lines: bytes
    messages: int


class _Answer(msgspec.Struct, frozen=True):
    """A REST answer on its way to the disk."""

    path: Path
    body: bytes


class _Line:
    """What came over one connection and is not on its way yet."""

    __slots__ = ("begin_ns", "form", "key", "lines", "messages", "size")

    def __init__(self, key: tuple[str, int]) -> None:
        self.key = key
        self.form = Form.STREAM
        self.lines: list[bytes] = []
        self.size = 0
        self.messages = 0
        self.begin_ns = 0


class Recorder:
    """Writes every message with its receive time, as `crossbook replay` reads it.

    `folder/<venue>/<begin>-<connection>.tsv.zst` holds what came over one connection; a REST
    answer that was a book's base stands beside it in a file of its own. A connection that sends
    bytes which a line cannot hold goes on in hexadecimal. Compression and writing happen on a
    thread of its own; use it as a context manager, and call `flush` every `flush_s`.

    Args:
        config: where and how.

    Raises:
        RecordingError: on entry, if the folder cannot be written to.
    """

    def __init__(self, config: RecorderConfig) -> None:
        self.config = config
        self.stats = RecorderStats()
        self.failure: RecordingError | None = None
        """Why nothing is written any more; `None`: all is well."""
        self._lines: dict[tuple[str, int], _Line] = {}
        self._tapes: dict[tuple[str, int], tuple[Tape, Form, int]] = {}
        self._answers: set[Path] = set()
        self._queue: queue.Queue[_Block | _Answer | None] = queue.Queue(config.backlog_max)
        self._thread = threading.Thread(target=self._write, name="recorder", daemon=True)

    def __enter__(self) -> Self:
        try:
            self.config.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise RecordingError(str(self.config.folder), 0, reason) from error
        # Only the last file of a connection can have a torn end.
        last = {_series(path): path for path in sorted(self.config.folder.glob("*/*.tsv.zst"))}
        for path in last.values():
            if torn := mend(path):
                _LOG.warning("recorder.mended file=%s torn_bytes=%d", path.name, torn)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write what waits, and end."""
        self.flush()
        if self._thread.is_alive():
            self._queue.put(None, timeout=_STOP_S)
            self._thread.join(_STOP_S)

    # ------------------------------------------------------------ what comes

    def opened(self, venue: str, connection: int, url: str, ts_ns: int) -> None:
        """A connection opened."""
        self._take(self._line(venue, connection), OPENED, url.encode(), ts_ns)

    def closed(self, venue: str, connection: int, ts_ns: int) -> None:
        """A connection closed: what came over it goes to the disk."""
        del ts_ns  # The framing has no row for it: the next opening tells.
        self._send(self._line(venue, connection))

    def tap(self, venue: str, connection: int) -> Callable[[bytes, int], None]:
        """Return what takes the messages of one connection: message, receive time in ns."""
        line = self._line(venue, connection)
        stats = self.stats

        def take(message: bytes, ts_ns: int) -> None:
            stats.messages += 1
            stats.message_bytes += len(message)
            self._take(line, RECEIVED, message, ts_ns)

        return take

    def snapshot(self, venue: str, connection: int, native: str, body: bytes, ts_ns: int) -> None:
        """A REST answer became the base of a book."""
        del connection
        name = "".join(each if each.isalnum() or each in "-_." else "_" for each in native)
        name = name[:_NAME_MAX]
        path = self.config.folder / venue / f"rest_depth_{name}_{ts_ns // 1_000_000}.json"
        self._put(_Answer(path, body), 0)
        self.stats.snapshots += 1

    def flush(self) -> None:
        """Send what came to the disk."""
        for line in self._lines.values():
            self._send(line)

    def _line(self, venue: str, connection: int) -> _Line:
        key = (venue, connection)
        return self._lines.setdefault(key, _Line(key))

    def _take(self, line: _Line, direction: bytes, payload: bytes, ts_ns: int) -> None:
        if line.form is Form.STREAM and (b"\n" in payload or not payload.isascii()):
            self._take_odd(line, payload)
        if line.form is Form.HEX and direction == RECEIVED:
            payload = payload.hex().encode()
        row = b"%d\t%b\t%b\n" % (ts_ns, direction, payload)
        if not line.lines:
            line.begin_ns = ts_ns
        line.lines.append(row)
        line.messages += 1
        line.size += len(row)
        if line.size >= _BLOCK_BYTES:
            self._send(line)

    def _take_odd(self, line: _Line, payload: bytes) -> None:
        """Go on in hexadecimal if a line cannot hold a payload."""
        try:
            is_text = b"\n" not in payload and payload.decode() is not None
        except UnicodeDecodeError:
            is_text = False
        if not is_text:
            self._send(line)
            line.form = Form.HEX

    def _send(self, line: _Line) -> None:
        if line.lines:
            lines = b"".join(line.lines)
            block = _Block(line.key, line.form, line.begin_ns, lines, line.messages)
            line.lines, line.size, line.messages = [], 0, 0
            self._put(block, block.messages)

    def _put(self, item: _Block | _Answer, messages: int) -> None:
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            self.stats.lost_messages += messages

    # ------------------------------------------------------------ the writing thread

    def _write(self) -> None:
        synced_ns = 0
        while (item := self._queue.get()) is not None:
            if self.failure is not None:
                self.stats.lost_messages += item.messages if isinstance(item, _Block) else 0
                continue
            try:
                if isinstance(item, _Answer):
                    self._write_answer(item)
                    continue
                self._append(item)
                if item.begin_ns - synced_ns >= self.config.sync_s * 1e9:
                    synced_ns = item.begin_ns
                    for tape, _, _ in self._tapes.values():
                        tape.sync()
            except RecordingError as error:
                self.failure = error
                _LOG.exception("recorder.failed")
        for tape, _, _ in self._tapes.values():
            tape.close()

    def _append(self, block: _Block) -> None:
        tape, form, begin_ns = self._tapes.get(block.key, (None, block.form, 0))
        is_old = block.begin_ns - begin_ns >= self.config.rotate_s * 1e9
        if (
            tape is None
            or form is not block.form
            or is_old
            or tape.written_bytes >= self.config.rotate_bytes
        ):
            if tape is not None:
                tape.sync()
                tape.close()
            tape = self._begin(block)
        tape.append(block.lines)

    def _begin(self, block: _Block) -> Tape:
        venue, connection = block.key
        begin = datetime.fromtimestamp(block.begin_ns // 1_000_000_000, UTC)
        fraction = block.begin_ns % 1_000_000_000
        name = f"{begin:%Y%m%dT%H%M%S}.{fraction:09d}Z-{connection}{block.form.value}.zst"
        tape = Tape(self.config.folder / venue / name, self.config.level)
        self._tapes[block.key] = (tape, block.form, block.begin_ns)
        self.stats.files += 1
        return tape

    def _write_answer(self, answer: _Answer) -> None:
        try:
            answer.path.parent.mkdir(parents=True, exist_ok=True)
            answer.path.write_bytes(answer.body)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise RecordingError(str(answer.path), 0, reason) from error


def _series(path: Path) -> tuple[str, str]:
    """Return venue and connection of a recorded file."""
    return path.parent.name, path.name.removesuffix(".zst").rpartition("-")[2]
