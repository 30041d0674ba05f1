"""REST requests as values: what to ask, what it costs, how to read the answer."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal, Protocol, TypeAlias, runtime_checkable
from urllib.parse import quote, urlencode

import msgspec

from crossbook.errors import CrossbookError
from crossbook.model import Instrument

__all__ = [
    "BookReader",
    "Group",
    "Kline",
    "PublicTrade",
    "Request",
    "Rest",
    "Sides",
    "Usage",
    "Window",
    "target",
]


class Window(msgspec.Struct, frozen=True):
    """So many units in a span of time."""

    count: int
    """Units that may be used, at least 1."""
    span_s: float
    """Seconds."""


class Group(msgspec.Struct, frozen=True):
    """Endpoints that draw on one budget."""

    name: str
    """Its name within the venue, such as `weight` or `orders`."""
    windows: tuple[Window, ...]
    """Limits that hold together."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP request, ready to be sent to a base address."""

    path: str
    """Absolute path on the venue's host, without query."""
    method: Literal["GET", "POST", "PUT", "DELETE"] = "GET"
    query: tuple[tuple[str, str], ...] = ()
    """Parameters in the order in which they are sent."""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    group: str = "public"
    """Whose budget it uses: the name of one of the venue's groups."""
    weight: int = 1
    """Units that it uses."""
    is_safe: bool = True
    """Sending it twice does no harm: it may be repeated after any failure of the network."""
    host: str = ""
    """Name of another base address of the venue, such as `gamma`; empty: its main one."""


def target(request: Request) -> str:
    """Return path and query as they stand on the wire, and as a signature has to see them.

    Examples:
        >>> target(Request(path="/api/v3/depth", query=(("symbol", "BTCUSDT"), ("limit", "5"))))
        '/api/v3/depth?symbol=BTCUSDT&limit=5'
    """
    path = quote(request.path, safe="/:@!$&'()*+,;=~%")
    return f"{path}?{urlencode(request.query, quote_via=quote)}" if request.query else path


class Usage(msgspec.Struct, frozen=True):
    """What the venue says of a budget, from the headers of an answer."""

    group: str
    used: int
    """Units used in the window so far."""
    span_s: float
    """Which window of the group."""


class PublicTrade(msgspec.Struct, frozen=True, kw_only=True):
    """A trade as REST lists it."""

    id: str
    price: Decimal
    size: Decimal
    taker: Literal["buy", "sell"] | None
    """The side that took; `None`: not said."""
    ts_event_ns: int


class Kline(msgspec.Struct, frozen=True, kw_only=True):
    """A candle."""

    open_ns: int
    """Begin of its span, UTC nanoseconds."""
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    """In base currency."""


Sides: TypeAlias = tuple[list[tuple[Decimal, Decimal]], list[tuple[Decimal, Decimal]]]
"""Bids and asks: price and size of each level, best first."""


@runtime_checkable
class BookReader(Protocol):
    """REST whose books are no base for the stream: they are only good to be compared with.

    Other venues' books are read by the engine: `feed.on_snapshot`.
    """

    def read_book(self, body: bytes) -> Sides:
        """Return the book of an answer to `Rest.snapshot`.

        Raises:
            MetadataError: the answer is not of the venue's form.
        """
        ...


class Rest(Protocol):
    """A venue's public REST: each folder's `rest.py` is one, as a module of functions.

    Where the venue has no endpoint, asking raises a `ValueError`, and `capabilities` says so.
    """

    URL: str
    """The venue's own main base address."""
    HOSTS: Mapping[str, str]
    """Further base addresses by name; empty for most."""
    GROUPS: tuple[Group, ...]
    """Its budgets for public requests."""

    def time(self) -> Request:
        """Ask for the venue's clock."""
        ...

    def read_time(self, body: bytes) -> int:
        """Return the venue's time, UTC nanoseconds.

        Raises:
            MetadataError: the answer is not of the venue's form.
        """
        ...

    def instruments(self, cursor: str | None = None) -> Sequence[Request]:
        """Ask for the list of instruments; several requests where one does not hold it all.

        The last one is the page that `next_page` reads. Answers before it that hold no instrument
        are about all of them, such as the fees of a series.

        Args:
            cursor: what `next_page` returned for the last answer; `None`: from the start.
        """
        ...

    def lookup(self, names: Sequence[str]) -> Sequence[Request]:
        """Ask for some instruments by native symbol; the whole list where that is one answer."""
        ...

    def next_page(self, body: bytes) -> str | None:
        """Return the cursor of the page after this answer; `None`: it was the last."""
        ...

    def snapshot(self, instrument: Instrument, depth: int | None = None) -> Request:
        """Ask for a book; `None`: as deep as a base for the stream has to be."""
        ...

    def trades(self, instrument: Instrument, limit: int = 100) -> Request:
        """Ask for the latest trades."""
        ...

    def read_trades(self, instrument: Instrument, body: bytes) -> list[PublicTrade]:
        """Return the trades of an answer, oldest first."""
        ...

    def klines(
        self, instrument: Instrument, interval_s: int, now_ns: int, limit: int = 100
    ) -> Request:
        """Ask for the latest candles.

        Args:
            instrument: whose.
            interval_s: length of each, seconds.
            now_ns: the time, for venues that want to be asked for a span.
            limit: how many, where the venue can be told.

        Raises:
            ValueError: the venue has no candles of that length.
        """
        ...

    def read_klines(self, instrument: Instrument, body: bytes) -> list[Kline]:
        """Return the candles of an answer, oldest first."""
        ...

    def failure(
        self, status: int, headers: Mapping[str, str], body: bytes
    ) -> CrossbookError | None:
        """Return what an answer refuses, also one with status 200; `None`: it is an answer."""
        ...

    def usage(self, headers: Mapping[str, str]) -> Sequence[Usage]:
        """Return what the headers say of budgets; names of headers are lower case."""
        ...
