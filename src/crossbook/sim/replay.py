"""A desk that plays back what a venue once sent, to every client from the beginning."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

import msgspec

from crossbook.sim.desk import Client, Desk, HttpAnswer, HttpQuestion, Quote, Update

__all__ = ["ANY_NATIVE", "PlayedFrame", "Recording", "ReplayDesk", "replay_desk"]

ANY_NATIVE: Final = "*"
"""What frames are said to be about: a recording is not read, only sent."""
_BURST_MAX: Final = 2_000
_BACKLOG_BYTES_MAX: Final = 1 << 20


class PlayedFrame(NamedTuple):
    """A frame as it was received."""

    ts_ns: int
    """When, UTC nanoseconds; 0: not kept, which means at the time of the one before."""
    payload: bytes
    is_binary: bool


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one venue's session."""

    venue: str
    frames: Callable[[], Iterator[PlayedFrame]]
    """Starts reading the frames from the beginning, in order of time."""
    books: Mapping[str, Sequence[tuple[int, bytes]]] = {}
    """Answers to REST requests for a book, by native symbol: time of receipt and body, by time."""
    lists: Sequence[bytes] = ()
    """Answers to REST requests for instruments."""


class _Cursor:
    """How far one client has got."""

    __slots__ = ("client", "first_ns", "frames", "opened_ns", "position_ns", "upcoming")

    def __init__(self, client: Client, frames: Iterator[PlayedFrame], now_ns: int) -> None:
        self.client = client
        self.frames = frames
        self.opened_ns = now_ns
        self.upcoming = next(frames, None)
        self.first_ns = self.upcoming.ts_ns if self.upcoming is not None else 0
        self.position_ns = self.first_ns


class ReplayDesk(Desk):
    """Sends a recording to each client that connects, whatever it says.

    Args:
        recording: what to play.
        speed: seconds of the recording in one second; `None`: as fast as clients read.
        quotes: none: the recording's books are not the simulation's.
        seed: see `Desk`.
        scale_s: see `Desk`.
    """

    def __init__(
        self,
        recording: Recording,
        speed: float | None,
        quotes: Iterable[Quote],
        *,
        seed: int,
        scale_s: float = 1.0,
    ) -> None:
        super().__init__(quotes, seed=seed, scale_s=scale_s)
        self._recording = recording
        self._speed = speed
        self._cursors: dict[int, _Cursor] = {}
        self._books = {_bare(native): rows for native, rows in recording.books.items()}

    def refuses(self, path: str, headers: Mapping[str, str]) -> HttpAnswer | None:
        """Welcome everybody."""
        del path, headers
        return None

    def on_open(self, client: Client, now_ns: int) -> None:
        """Begin at the beginning."""
        self._cursors[client.number] = _Cursor(client, self._recording.frames(), now_ns)

    def on_message(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Ignore what the client wants."""

    def on_ping(self, client: Client, now_ns: int) -> None:
        """Ignore it."""

    def on_pong(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Ignore it."""

    def on_close(self, client: Client) -> None:
        """Forget the client."""
        self._cursors.pop(client.number, None)

    def on_update(self, update: Update) -> None:
        """Ignore the simulation's markets."""

    def on_time(self, now_ns: int) -> None:
        """Send what is due."""
        for cursor in tuple(self._cursors.values()):
            self._play(cursor, now_ns)

    def on_request(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        """Answer with what was answered then: a book that is named, or the list of instruments."""
        del now_ns
        named = [*question.query.values(), *question.path.split("/")]
        for text in named:
            if rows := self._books.get(_bare(text)):
                return HttpAnswer(body=self._latest(rows), native=text)
        if self._recording.lists and "time" not in question.path:
            return HttpAnswer(body=self._recording.lists[0])
        return HttpAnswer(status=404, body=b'{"error":"not in the recording"}')

    def on_tick_change(self, quote: Quote, old_tick: int, now_ns: int) -> None:
        """Nothing to tell."""

    def on_status(self, quote: Quote, now_ns: int) -> None:
        """Nothing to tell."""

    def on_listing(self, quote: Quote, now_ns: int) -> None:
        """Nothing to tell."""

    def on_shutdown(self, now_ns: int) -> None:
        """Nothing to tell."""

    def _play(self, cursor: _Cursor, now_ns: int) -> None:
        until_ns = None
        if self._speed is not None:
            until_ns = cursor.first_ns + int((now_ns - cursor.opened_ns) * self._speed)
        for _ in range(_BURST_MAX):
            frame = cursor.upcoming
            if frame is None or (until_ns is not None and frame.ts_ns > until_ns):
                return
            # Whoever reads slowly is waited for here: only what is live can be missed.
            if getattr(cursor.client, "backlog_bytes", 0) > _BACKLOG_BYTES_MAX:
                return
            cursor.position_ns = max(cursor.position_ns, frame.ts_ns)
            cursor.client.send(frame.payload, native=ANY_NATIVE, is_binary=frame.is_binary)
            cursor.upcoming = next(cursor.frames, None)

    def _latest(self, rows: Sequence[tuple[int, bytes]]) -> bytes:
        """Return the last answer that was there where the foremost client is, else the first."""
        positions = (cursor.position_ns for cursor in self._cursors.values())
        position_ns = max(positions, default=0)
        return [body for ts_ns, body in rows if ts_ns <= position_ns or body is rows[0][1]][-1]


DeskMaker: TypeAlias = Callable[..., Desk]


def replay_desk(recording: Recording, speed: float | None) -> DeskMaker:
    """Return what makes the desk of a recording, for `SimulatedVenues(desks=...)`."""

    class _Desk(ReplayDesk):
        venue = recording.venue

        def __init__(self, quotes: Iterable[Quote], *, seed: int, scale_s: float = 1.0) -> None:
            super().__init__(recording, speed, quotes, seed=seed, scale_s=scale_s)

    return _Desk


def _bare(native: str) -> str:
    """Return a symbol without what requests and file names write in different ways.

    Examples:
        >>> _bare("BTC_USDT") == _bare("btc-usdt") == _bare("BTCUSDT")
        True
    """
    return "".join(letter for letter in native.upper() if letter.isalnum())
