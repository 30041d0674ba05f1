"""What a simulated venue is to its clients: a protocol, without a socket or a clock.

`Host` brings bytes from sockets to a desk and back; between the two, faults happen. A desk knows
the venue's paths, messages, sequence numbers, checksums, limits and errors, and nothing of how
bytes travel.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import ClassVar, Protocol

import msgspec

from crossbook.sim.catalogue import Question
from crossbook.sim.listing import Listing
from crossbook.sim.market import Change, Market, Trade

__all__ = ["Client", "Desk", "HttpAnswer", "HttpQuestion", "Quote", "Update"]


class HttpQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A REST request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    """Where a name may come more than once, the host gives a `MultiMapping` (`getall`)."""
    headers: Mapping[str, str]
    """Names are lower case."""
    body: bytes = b""


class HttpAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    native: str = ""
    """The instrument that it is about, for faults that strike one; empty: none."""


class Client(Protocol):
    """One websocket connection, seen from the venue."""

    number: int
    """Counts the venue's connections from 1: stable names for sessions and the like."""
    path: str
    """Path and query that it connected to."""
    opened_ns: int

    def send(self, payload: bytes, *, native: str = "", is_binary: bool = False) -> None:
        """Send a data frame.

        Args:
            payload: the frame.
            native: the instrument that it is about, for faults that strike one; empty: none.
            is_binary: a binary frame rather than a text frame.
        """
        ...

    def ping(self, payload: bytes = b"") -> None:
        """Send a protocol-level ping; `Desk.on_pong` tells of its answer."""
        ...

    def close(self, code: int, reason: str = "") -> None:
        """End the connection; `Desk.on_close` follows."""
        ...


class Quote(msgspec.Struct, kw_only=True):
    """One book of the venue, with what its clients need to know."""

    listing: Listing
    """The instrument. For a prediction market, that of YES: desks make NO of it."""
    market: Market
    """Its orders: `market.bids`, `market.asks`, `market.top()`."""
    question: Question | None = None
    """What a prediction market asks, with its condition, tokens and ticker; `None`: a pair."""
    last_id: int
    """Number of the last change: each single level change adds one. It starts at a number that
    differs by venue and instrument."""
    ts_ns: int
    """Time of the last change."""
    is_halted: bool = False
    """Nothing trades until it is resumed."""
    is_resolved: bool = False
    """The question is decided, and the market closed for good."""
    trades: list[tuple[int, Trade]]
    """The latest trades with their times, oldest first, at most 1,000."""


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """What one step changed in one book."""

    quote: Quote
    ts_ns: int
    first_id: int
    """Number of the first change; `last_id + 1 - len(changes)`."""
    last_id: int
    """Number of the last change."""
    changes: list[Change]
    """At least one, unless there are trades only; in the order in which they were done."""
    trades: list[Trade]
    old_tick: int = 0
    """Not 0: the market's tick was this, and is another one now. Orders that do not fit it are
    among the changes; there may be neither changes nor trades then."""


class Desk(ABC):
    """One venue's protocol, for all its clients.

    Times are UTC nanoseconds, given by the host. Nothing is sent but from within these calls.

    Args:
        quotes: the venue's books.
        seed: the session's seed, for ids that the venue makes up.
        scale_s: how long one of the venue's seconds takes: 0.01 lets a test see an idle limit of
            60 s after 0.6 s. It scales limits on connections, pings and requests, never market
            data.
    """

    venue: ClassVar[str]
    prefixes: ClassVar[Mapping[str, str]] = {}
    """Paths under which further addresses of the venue are served on the same port, by name:
    `{"gamma": "/gamma"}`. A name is that of `Rest.HOSTS`, or one that only websockets have."""

    def __init__(self, quotes: Iterable[Quote], *, seed: int, scale_s: float = 1.0) -> None:
        self.quotes = {quote.listing.native: quote for quote in quotes}
        self.seed = seed
        self.scale_s = scale_s
        self.skew_ns = 0
        """How far the venue's clock is off: the host sets it. For `stamp`, never for limits."""

    def stamp(self, ts_ns: int) -> int:
        """Return what the venue's clock shows at a time: for every time that it writes."""
        return ts_ns + self.skew_ns

    @abstractmethod
    def refuses(self, path: str, headers: Mapping[str, str]) -> HttpAnswer | None:
        """Return why a websocket handshake is refused; `None`: welcome."""

    @abstractmethod
    def on_open(self, client: Client, now_ns: int) -> None:
        """Take a new connection: greet it, as some venues do."""

    @abstractmethod
    def on_message(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Take a text frame of a client: subscribe it, answer it, refuse it or cut it off."""

    @abstractmethod
    def on_ping(self, client: Client, now_ns: int) -> None:
        """Take a protocol-level ping. The host has answered it already; it may count as traffic."""

    @abstractmethod
    def on_pong(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Take the answer to a protocol-level ping."""

    @abstractmethod
    def on_close(self, client: Client) -> None:
        """Forget a connection."""

    @abstractmethod
    def on_update(self, update: Update) -> None:
        """Publish what changed to those who subscribed to it.

        It changed at `update.ts_ns`. Changes or trades are not empty.
        """

    @abstractmethod
    def on_time(self, now_ns: int) -> None:
        """Do what is due: heartbeats, pings, conflated channels, clients that broke a time limit.

        Called at least every 20 ms.
        """

    @abstractmethod
    def on_request(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        """Answer a REST request, errors and rate-limit headers included."""

    @abstractmethod
    def on_tick_change(self, quote: Quote, old_tick: int, now_ns: int) -> None:
        """The market's tick was changed: tell clients, if the venue does.

        What it did to the levels was published by `on_update` right before.
        """

    @abstractmethod
    def on_status(self, quote: Quote, now_ns: int) -> None:
        """The instrument was halted, resumed or resolved: tell clients, if the venue does."""

    @abstractmethod
    def on_listing(self, quote: Quote, now_ns: int) -> None:
        """A new instrument trades (it is in `quotes` now): tell clients, if the venue does."""

    @abstractmethod
    def on_shutdown(self, now_ns: int) -> None:
        """The venue is about to close all connections (maintenance): give its notice, if it does.

        The host closes them a little later.
        """
