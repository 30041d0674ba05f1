"""A venue's conduct on one end, the simulator's desk on the other, and no socket in between."""

from collections import deque
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode, urlsplit

import msgspec

from crossbook import Engine
from crossbook.books import Book
from crossbook.model import Instrument
from crossbook.model.events import BookState
from crossbook.sim.config import WorldConfig
from crossbook.sim.desk import HttpAnswer, HttpQuestion
from crossbook.sim.desks import DESKS
from crossbook.sim.world import World, publish
from crossbook.venues.registry import VENUES
from crossbook.venues.requests import Request
from crossbook.venues.stream import Accepted, Action, Fetch, Ping, Refused, Replace, Send

__all__ = ["Line"]

STEP_NS = 10_000_000
IDLE_NS = 500_000_000
SIGNED = [
    ("KALSHI-ACCESS-KEY", "00000000-0000-0000-0000-000000000001"),
    ("KALSHI-ACCESS-TIMESTAMP", "1767225600000"),
    ("KALSHI-ACCESS-SIGNATURE", "c2ln" * 100),
]


class _Socket:
    """The desk's view of the connection."""

    def __init__(self, path: str, opened_ns: int) -> None:
        self.number = 1
        self.path = path
        self.opened_ns = opened_ns
        self.frames: deque[bytes] = deque()
        self.pings: deque[bytes] = deque()
        self.closed: tuple[int, str] | None = None

    def send(self, payload: bytes, *, native: str = "", is_binary: bool = False) -> None:
        del native, is_binary
        self.frames.append(payload)

    def ping(self, payload: bytes = b"") -> None:
        self.pings.append(payload)

    def close(self, code: int, reason: str = "") -> None:
        self.closed = (code, reason)


class Line:
    """One socket to one venue of a simulated world, its engine, and its REST.

    Args:
        venue: lower-case id.
        books: how many pairs or questions there are.
        settings: of the venue.
    """

    def __init__(
        self, venue: str, settings: Mapping[str, object] | None = None, *, books: int = 3
    ) -> None:
        self.venue = VENUES[venue]
        self.world = World(
            1, [venue], WorldConfig(spot_assets=books, questions=books, steps_per_s=20)
        )
        self.desk = DESKS[venue](self.world.quotes[venue].values(), seed=1)
        self.config = msgspec.convert(settings or {}, self.venue.config)
        self.engine = Engine()
        self.books: dict[str, Book] = {}
        self.actions: list[Action] = []
        self._fetches: deque[Fetch] = deque()
        self._idle_ns = 0

    @property
    def now_ns(self) -> int:
        return self.world.now_ns

    def open(self, wanted: Sequence[Instrument]) -> None:
        """Connect, and subscribe to instruments."""
        for instrument in wanted:
            self.watch(instrument)
        self.stream = self.venue.stream(self.config, wanted, lambda _: SIGNED)
        parts = urlsplit(self.stream.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "") or "/"
        headers = {name.lower(): value for name, value in self.stream.headers(self.now_ns)}
        refusal = self.desk.refuses(path, headers)
        assert refusal is None, refusal
        self.socket = _Socket(path, self.now_ns)
        self.feed = self.engine.open_feed(self.venue.name)
        self.feed.on_open(self.now_ns)
        self.desk.on_open(self.socket, self.now_ns)
        self.do(self.stream.on_open(self.now_ns))

    def watch(self, instrument: Instrument) -> None:
        """Keep a book of an instrument."""
        self.books[str(instrument.id)] = self.engine.add_instrument(instrument)

    def run(self, seconds: float) -> None:
        """Let time pass, with orders arriving."""
        end_ns = self.now_ns + int(seconds * 1e9)
        while self.now_ns < end_ns:
            for update in self.world.run(min(end_ns, self.now_ns + STEP_NS)):
                publish(update, self.desk)
            self.desk.on_time(self.now_ns)
            self.pump()
            if self.now_ns - self._idle_ns >= IDLE_NS:
                self._idle_ns = self.now_ns
                self.do(self.stream.on_idle(self.now_ns))

    def pump(self) -> None:
        """Bring frames, pongs and answers to where they belong."""
        assert self.socket.closed is None, self.socket.closed
        while self.socket.pings:
            self.desk.on_pong(self.socket, self.socket.pings.popleft(), self.now_ns)
        while self.socket.frames:
            self.feed.on_frame(self.socket.frames.popleft(), self.now_ns)
        for kind, frame in self.feed.take_controls():
            self.do(self.stream.on_control(kind, frame, self.now_ns))
        while self._fetches:
            fetch = self._fetches.popleft()
            answer = self.ask(fetch.request)
            self.feed.on_snapshot(fetch.instrument.native, answer.body, self.now_ns)

    def do(self, actions: Sequence[Action]) -> None:
        """Carry actions out, as a driver does."""
        for action in actions:
            self.actions.append(action)
            match action:
                case Send():
                    self.desk.on_message(self.socket, action.payload, self.now_ns)
                case Ping():
                    self.desk.on_ping(self.socket, self.now_ns)
                case Fetch():
                    self._fetches.append(action)

    def ask(self, request: Request) -> HttpAnswer:
        """Return what the venue's REST answers."""
        # The host hands a repeated parameter on as one, parted by commas.
        query: dict[str, str] = {}
        for name, value in request.query:
            query[name] = f"{query[name]},{value}" if name in query else value
        question = HttpQuestion(
            method=request.method,
            path=self.desk.prefixes.get(request.host, "") + request.path,
            query=query,
            headers={name.lower(): value for name, value in request.headers},
            body=request.body,
        )
        assert urlencode(request.query).isascii()
        return self.desk.on_request(question, self.now_ns)

    def read(self, request: Request) -> bytes:
        """Return the body of an answer that is no refusal."""
        answer = self.ask(request)
        headers = {name.lower(): value for name, value in answer.headers}
        failure = self.venue.rest.failure(answer.status, headers, answer.body)
        assert failure is None, failure
        return answer.body

    def instruments(self) -> list[Instrument]:
        """Return what the venue lists, page by page."""
        pages: list[bytes] = []
        requests = list(self.venue.rest.instruments())
        while requests:
            pages.append(self.read(requests.pop(0)))
            cursor = self.venue.rest.next_page(pages[-1])
            requests += [] if cursor is None else self.venue.rest.instruments(cursor)
        catalogue = self.venue.symbols.instruments(b"\n".join(pages))
        assert catalogue.problems == ()
        return list(catalogue.instruments)

    def accepted(self) -> list[str]:
        """Return ids of the instruments that were accepted so far, sorted."""
        found = [action for action in self.actions if isinstance(action, Accepted)]
        return sorted(str(each.id) for action in found for each in action.instruments)

    def refused(self) -> list[Refused]:
        """Return the refusals so far."""
        return [action for action in self.actions if isinstance(action, Refused)]

    def replaced(self) -> list[Replace]:
        """Return the wishes for another socket so far."""
        return [action for action in self.actions if isinstance(action, Replace)]

    def states(self) -> set[BookState]:
        """Return the states in which books are."""
        return {book.state for book in self.books.values()}

    def proven_wrong(self) -> int:
        """Return how often a book differed from what the venue said of it, or missed something."""
        keys = ("gaps", "checksums_failed", "bbo_failed")
        return sum(book.counts()[key] for book in self.books.values() for key in keys)
