"""A desk with its world and its clients: no socket, and time moves only when told to."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from crossbook import Book, Engine
from crossbook.sim.config import WorldConfig
from crossbook.sim.desk import HttpAnswer, HttpQuestion, Update
from crossbook.sim.desks import DESKS
from crossbook.sim.instruments import listed_instrument
from crossbook.sim.world import World, publish

SECOND_NS = 1_000_000_000
TICK_NS = 20_000_000

Levels = list[tuple[int, int]]
Sides = tuple[Levels, Levels]


class Wire:
    """One websocket connection, as the desk sees it and as its other end does."""

    def __init__(self, number: int, path: str, opened_ns: int) -> None:
        self.number = number
        self.path = path
        self.opened_ns = opened_ns
        self.frames: list[bytes] = []
        self.natives: list[str] = []
        self.binary: list[bool] = []
        self.pings: list[bytes] = []
        self.closed: tuple[int, str] | None = None

    def send(self, payload: bytes, *, native: str = "", is_binary: bool = False) -> None:
        assert self.closed is None, "nothing is sent over a closed connection"
        self.frames.append(payload)
        self.natives.append(native)
        self.binary.append(is_binary)

    def ping(self, payload: bytes = b"") -> None:
        self.pings.append(payload)

    def close(self, code: int, reason: str = "") -> None:
        assert self.closed is None, "a connection is closed once"
        self.closed = (code, reason)

    def status(self) -> str:
        return "open" if self.closed is None else "closed"

    def take(self) -> list[Any]:
        """Return the frames since the last call, decoded."""
        frames, self.frames = self.frames, []
        return [json.loads(frame) for frame in frames]


class Exchange:
    """A venue of one seed, and the exact books at each of its update ids."""

    def __init__(self, venue: str, *, scale_s: float = 1.0, **config: Any) -> None:
        config = {"spot_assets": 1, "history_steps": 50, **config}
        self.world = World(7, [venue], WorldConfig(**config))
        self.quotes = self.world.quotes[venue]
        self.desk = DESKS[venue](self.quotes.values(), seed=7, scale_s=scale_s)
        self.wires: list[Wire] = []
        self.truth = {
            native: {quote.last_id: self.book(native)} for native, quote in self.quotes.items()
        }
        self.updates: list[Update] = []
        self.desk.on_time(self.now_ns)

    @property
    def now_ns(self) -> int:
        return self.world.now_ns

    def book(self, native: str) -> Sides:
        """Return the book as it is now."""
        market = self.quotes[native].market
        return market.bids.levels(), market.asks.levels()

    def connect(self, path: str) -> Wire:
        assert self.desk.refuses(path, {}) is None
        wire = Wire(len(self.wires) + 1, path, self.now_ns)
        self.wires.append(wire)
        self.desk.on_open(wire, self.now_ns)
        return wire

    def say(self, wire: Wire, message: Any) -> Any:
        """Send a message and return the last frame that came back at once."""
        payload = message if isinstance(message, bytes) else json.dumps(message).encode()
        before = len(wire.frames)
        self.desk.on_message(wire, payload, self.now_ns)
        answers = wire.frames[before:]
        return json.loads(answers[-1]) if answers else None

    def get(self, url: str, method: str = "GET", **headers: str) -> HttpAnswer:
        parts = urlsplit(url)
        question = HttpQuestion(
            method=method, path=parts.path, query=dict(parse_qsl(parts.query)), headers=headers
        )
        return self.desk.on_request(question, self.now_ns)

    def read(self, url: str) -> Any:
        """Return the document of an answer that is one."""
        answer = self.get(url)
        assert answer.status == 200, answer
        return json.loads(answer.body)

    def run(self, seconds: float) -> None:
        """Let time pass, in the steps in which a host calls."""
        end_ns = self.now_ns + int(seconds * SECOND_NS)
        while self.now_ns < end_ns:
            for update in self.world.run(min(self.now_ns + TICK_NS, end_ns)):
                publish(update, self.desk)
                self.updates.append(update)
                native = update.quote.listing.native
                self.truth[native][update.last_id] = self.book(native)
            self.desk.on_time(self.now_ns)


def header(answer: HttpAnswer, name: str) -> str | None:
    """Return a header of an answer."""
    found = [value for key, value in answer.headers if key.lower() == name.lower()]
    assert len(found) <= 1, f"{name} comes once"
    return found[0] if found else None


class Reader:
    """crossbook's own engine at one connection, compared with the truth after every frame."""

    def __init__(self, exchange: Exchange, wire: Wire, *, depth: int | None = None) -> None:
        self.exchange = exchange
        self.wire = wire
        self.depth = depth
        self.engine = Engine()
        venue = exchange.desk.venue
        self.books: dict[str, Book] = {
            native: self.engine.add_instrument(listed_instrument(quote.listing))
            for native, quote in exchange.quotes.items()
        }
        self.feed = self.engine.open_feed(venue)
        self.feed.on_open(exchange.now_ns)
        self.checks = 0
        # The truth's ids, where the engine's are others.
        self.positions: dict[str, int] = {}
        self._read = 0

    def read(self) -> None:
        """Give the engine what came, frame by frame, and compare."""
        for frame in self.wire.frames[self._read :]:
            self.feed.on_frame(frame, self.exchange.now_ns)
            self.place(frame)
            self.check()
        self._read = len(self.wire.frames)

    def place(self, frame: bytes) -> None:
        """Note the truth's id of the book in a frame, where the engine's is another."""

    def snapshot(self, native: str, url: str) -> None:
        """Give the engine a REST answer, and compare."""
        self.feed.on_snapshot(native, self.exchange.get(url).body, self.exchange.now_ns)
        self.check()

    def check(self) -> None:
        """Compare every live book with the market as it was at that id."""
        for native, book in self.books.items():
            if book.state.value == "live":
                position = self.positions.get(native, book.sequence)
                assert position is not None
                assert book.levels() == self.expected(native, position), native
                self.checks += 1

    def expected(self, native: str, sequence: int) -> Sides:
        """Return a book of the truth at the engine's scale."""
        terms = self.exchange.quotes[native].market.terms
        price, size = 10 ** (8 - terms.price_decimals), 10 ** (8 - terms.size_decimals)
        bids, asks = (
            [(px * price, qty * size) for px, qty in side[: self.depth]]
            for side in self.exchange.truth[native][sequence]
        )
        return bids, asks

    def counts(self) -> list[dict[str, int]]:
        """Return what each book counted; every frame was decoded."""
        feed = self.feed.counts()
        assert isinstance(feed["decode_errors"], dict)
        assert set(feed["decode_errors"].values()) <= {0}, feed
        assert feed["unknown_symbols"] == 0
        return [book.counts() for book in self.books.values()]

    def states(self) -> set[str]:
        return {book.state.value for book in self.books.values()}
