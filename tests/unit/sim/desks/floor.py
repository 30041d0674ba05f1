"""A venue on a table: markets that move, a desk, and clients without sockets."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from crossbook import Engine
from crossbook.books import Book
from crossbook.model.events import BookState
from crossbook.sim.config import WorldConfig
from crossbook.sim.desk import Desk, HttpAnswer, HttpQuestion, Quote, Update
from crossbook.sim.instruments import listed_instrument
from crossbook.sim.listing import Listing
from crossbook.sim.world import World, publish

STEP_NS = 10_000_000

Sides = tuple[list[tuple[int, int]], list[tuple[int, int]]]


class Phone:
    """A client: it keeps what it was sent."""

    def __init__(self, number: int, path: str, opened_ns: int) -> None:
        self.number = number
        self.path = path
        self.opened_ns = opened_ns
        self.frames: list[bytes] = []
        self.natives: list[str] = []
        self.pings: list[bytes] = []
        self.closed: tuple[int, str] | None = None

    def send(self, payload: bytes, *, native: str = "", is_binary: bool = False) -> None:
        assert self.closed is None, "a frame after the end"
        assert not is_binary
        self.frames.append(payload)
        self.natives.append(native)

    def ping(self, payload: bytes = b"") -> None:
        self.pings.append(payload)

    def close(self, code: int, reason: str = "") -> None:
        self.closed = (code, reason)

    def take(self) -> list[Any]:
        """Return what came since the last call, decoded; text that is no JSON as text."""
        frames, self.frames = self.frames, []
        return [_decoded(frame) for frame in frames]


def _decoded(frame: bytes) -> Any:
    try:
        return json.loads(frame)
    except json.JSONDecodeError:
        return frame.decode()


class Floor:
    """A world of one venue, its desk and the time."""

    def __init__(
        self,
        desk: Callable[..., Desk],
        *,
        seed: int = 1,
        books: int = 3,
        rate: int = 20,
        venue: str = "",
        **options: Any,
    ) -> None:
        self.venue = venue or str(getattr(desk, "venue", ""))
        config = WorldConfig(spot_assets=books, questions=books, steps_per_s=rate)
        self.world = World(seed, [self.venue], config)
        self.quotes = list(self.world.quotes[self.venue].values())
        self.desk = desk(self.quotes, seed=seed, **options)
        self._numbers = 0
        self.phones: list[Phone] = []

    @property
    def now_ns(self) -> int:
        return self.world.now_ns

    def connect(self, path: str) -> Phone:
        assert self.desk.refuses(path, {}) is None
        self._numbers += 1
        phone = Phone(self._numbers, path, self.now_ns)
        self.phones.append(phone)
        self.desk.on_open(phone, self.now_ns)
        return phone

    def say(self, phone: Phone, message: Any) -> list[Any]:
        """Send a message and return what is answered at once."""
        phone.take()
        payload = message.encode() if isinstance(message, str) else json.dumps(message).encode()
        self.desk.on_message(phone, payload, self.now_ns)
        return phone.take()

    def step(self, index: int = 0) -> Update:
        """Let one order arrive at a book, and tell the desk."""
        self.world.skip(self.now_ns + STEP_NS)
        update = self.world.step(self.venue, self.quotes[index].listing.native)
        publish(update, self.desk)
        self._hang_up()
        return update

    def run(self, steps: int) -> None:
        """Let so many orders arrive, in turn at all books; time passes for the desk, too."""
        for number in range(steps):
            self.step(number % len(self.quotes))
            self.desk.on_time(self.now_ns)
        self._hang_up()

    def flow(self, seconds: float) -> Iterator[Update]:
        """Let orders arrive as they do in the world; yield after each that was published."""
        end_ns = self.now_ns + int(seconds * 1e9)
        while self.now_ns < end_ns:
            for update in self.world.run(min(end_ns, self.now_ns + 10_000_000)):
                publish(update, self.desk)
                self._hang_up()
                yield update
            self.desk.on_time(self.now_ns)
            self._hang_up()

    def wait(self, seconds: float) -> None:
        """Let time pass in which no order arrives."""
        end_ns = self.now_ns + int(seconds * 1e9)
        while self.now_ns < end_ns:
            self.world.skip(min(end_ns, self.now_ns + 20_000_000))
            self.desk.on_time(self.now_ns)
            self._hang_up()

    def retick(self, index: int, tick: int) -> None:
        """Give a book another tick."""
        publish(
            self.world.change_tick(self.venue, self.quotes[index].listing.native, tick), self.desk
        )

    def ask(self, path: str, *, method: str = "GET", body: Any = None, **query: str) -> HttpAnswer:
        return self.desk.on_request(
            HttpQuestion(
                method=method,
                path=path,
                query=query,
                headers={},
                body=b"" if body is None else json.dumps(body).encode(),
            ),
            self.now_ns,
        )

    def read(self, path: str, **query: str) -> Any:
        answer = self.ask(path, **query)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def _hang_up(self) -> None:
        for phone in self.phones:
            if phone.closed is not None:
                self.desk.on_close(phone)
        self.phones = [phone for phone in self.phones if phone.closed is None]


class Reader:
    """Crossbook's own engine at the end of a line."""

    def __init__(self, floor: Floor, path: str, listings: list[Listing] | None = None) -> None:
        venue = floor.desk.venue
        self.engine = Engine()
        self.books: dict[str, Book] = {}
        for listing in listings or [quote.listing for quote in floor.quotes]:
            book = self.engine.add_instrument(listed_instrument(listing))
            self.books[listing.symbol] = book
        self.feed = self.engine.open_feed(venue)
        self.floor = floor
        self.feed.on_open(floor.now_ns)
        self.phone = floor.connect(path)

    def read(self) -> None:
        """Give the engine what came."""
        frames, self.phone.frames = self.phone.frames, []
        for frame in frames:
            self.feed.on_frame(frame, self.floor.now_ns)

    def expect(
        self, symbol: str, quote: Quote, depth: int | None = None, *, is_no: bool = False
    ) -> None:
        """Compare a live book with the market, level by level."""
        book = self.books[symbol]
        assert book.state is BookState.LIVE, (symbol, book.state, book.reason, book.counts())
        assert book.levels() == scaled(quote, book, is_no=is_no, depth=depth)

    def proofs(self) -> int:
        """Return how often the venue's own proofs held; none may have failed, nothing be lost."""
        held = 0
        for book in self.books.values():
            counts = book.counts()
            assert counts["checksums_failed"] == counts["bbo_failed"] == 0, counts
            assert counts["gaps"] == counts["off_scale"] == 0, counts
            held += counts["checksums_ok"] + counts["bbo_ok"]
        lines = self.feed.counts()
        assert not lines["decode_errors"], lines
        assert lines["stream_gaps"] == lines["stream_old"] == 0, lines
        return held


def scaled(quote: Quote, book: Book, *, is_no: bool = False, depth: int | None = None) -> Sides:
    """Return a market's levels at a book's scale; those of the complement for NO."""
    terms = quote.market.terms
    price_unit = 10 ** (book.instrument.price_decimals - terms.price_decimals)
    size_unit = 10 ** (book.instrument.size_decimals - terms.size_decimals)
    one = 10**terms.price_decimals
    sides = [
        [
            ((one - price if is_no else price) * price_unit, size * size_unit)
            for price, size in side.levels(depth)
        ]
        for side in (quote.market.bids, quote.market.asks)
    ]
    bids, asks = reversed(sides) if is_no else sides
    return bids, asks
