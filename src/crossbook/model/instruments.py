"""Instruments: one tradable thing on one venue, and its rules."""

from decimal import Decimal
from enum import Enum

import msgspec

from crossbook.model.fees import FeeSchedule
from crossbook.model.identifiers import InstrumentId
from crossbook.model.scale import Scale

__all__ = [
    "AssetKey",
    "Contract",
    "Instrument",
    "Kind",
    "Outcome",
    "PriceRange",
    "Status",
]


class Kind(Enum):
    """What is traded."""

    SPOT = "spot"
    FUTURE = "future"
    """With a date."""
    SWAP = "swap"
    """A perpetual future."""
    OPTION = "option"
    OUTCOME = "outcome"
    """One side of a question: pays 1 or 0."""


class Outcome(Enum):
    """The side of a question. Where a venue names them otherwise (Up, a team), the first is YES."""

    YES = "yes"
    NO = "no"


class Status(Enum):
    """Whether orders are taken. The venue's own word stands beside it."""

    TRADING = "trading"
    POST_ONLY = "post_only"
    LIMIT_ONLY = "limit_only"
    CANCEL_ONLY = "cancel_only"
    REDUCE_ONLY = "reduce_only"
    BUY_ONLY = "buy_only"
    SELL_ONLY = "sell_only"
    PRE_OPEN = "pre_open"
    HALTED = "halted"
    CLOSED = "closed"
    """Will not trade again; an outcome may still await its result."""
    SETTLED = "settled"
    UNKNOWN = "unknown"
    """The venue did not say, or used a word that is not in its documentation."""


class AssetKey(msgspec.Struct, frozen=True, order=True):
    """What is the same across venues."""

    aggregate_id: str
    """The pair, or the event."""
    market_id: str
    """The pair, or the question."""
    asset_id: str
    """The base currency, or the outcome."""

    @classmethod
    def of_pair(cls, symbol: str, base: str) -> "AssetKey":
        """Return the key of a pair: it is aggregate and market at once."""
        return cls(symbol, symbol, base)

    def __str__(self) -> str:
        return f"{self.aggregate_id}/{self.market_id}/{self.asset_id}"


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """What one unit of size of a derivative stands for."""

    size: Decimal
    """Amount of `currency` in one contract."""
    currency: str
    """Currency in which the contract's size is counted."""
    settle: str
    """Currency in which profit is paid."""
    is_inverse: bool
    """The contract counts quote currency and is paid in base: cost is size / price."""
    expires_ns: int | None = None
    """UTC nanoseconds; `None`: perpetual."""


class PriceRange(msgspec.Struct, frozen=True):
    """A span of prices with a tick of its own."""

    start: Decimal
    """Lowest price, inclusive."""
    end: Decimal
    """Highest price, inclusive."""
    tick: Decimal
    """Price step within."""


class Instrument(msgspec.Struct, frozen=True, kw_only=True):
    """One tradable thing on one venue.

    Tick, lot and the limits are rules for orders, nothing else: books keep what the venue sends.
    """

    symbol: str
    """Canonical symbol: `BTC-USDT`; a venue's own name for what has no pair."""
    venue: str
    """Lower-case id of the venue."""
    native: str
    """The venue's own symbol, token or ticker, as on the wire."""
    kind: Kind
    """What is traded."""
    base: str
    """What is bought and sold."""
    quote: str
    """What it is paid with."""
    asset: AssetKey
    """What is the same across venues."""
    scale: Scale
    """Decimals with which prices and sizes are stored."""
    printed_scale: Scale | None = None
    """Decimals with which the venue prints them where that matters: the checksum of Kraken's
    websocket v2 is made of the printed digits. `None`: not said."""
    fee: FeeSchedule
    """What the venue takes of a trade."""
    aliases: tuple[str, ...] = ()
    """Other spellings that the venue uses for the same thing."""
    outcome: Outcome | None = None
    """Side of the question; `None`: not an outcome."""
    outcome_label: str = ""
    """The venue's own word for that side, such as `Up`."""
    title: str = ""
    """The venue's own words for what is traded, such as a question."""
    status: Status = Status.UNKNOWN
    """Whether orders are taken."""
    status_text: str = ""
    """The venue's own words for that."""
    tick: Decimal | None = None
    """Price step; the finest one where `price_ranges` has several. `None`: not known."""
    price_ranges: tuple[PriceRange, ...] = ()
    """Spans with ticks of their own, by price; empty: `tick` holds everywhere."""
    lot: Decimal | None = None
    """Size step; `None`: not known."""
    min_size: Decimal | None = None
    """Smallest order; `None`: no such rule."""
    max_size: Decimal | None = None
    """Largest order; `None`: no such rule."""
    min_notional: Decimal | None = None
    """Smallest price times size of an order, in quote; `None`: no such rule."""
    max_price: Decimal | None = None
    """Highest price of an order; `None`: no such rule."""
    contract: Contract | None = None
    """What one unit of size stands for; `None`: one unit of `base`."""
    book_native: str | None = None
    """Native symbol under which the venue sends this book; `None`: its own."""

    @property
    def id(self) -> InstrumentId:
        """Name of the instrument: `SYMBOL.VENUE`."""
        return InstrumentId(self.symbol, self.venue)

    @property
    def price_decimals(self) -> int:
        """Decimals of a stored price."""
        return self.scale.price_decimals

    @property
    def size_decimals(self) -> int:
        """Decimals of a stored size."""
        return self.scale.size_decimals

    @property
    def is_tradable(self) -> bool:
        """Whether the venue takes orders without restriction."""
        return self.status is Status.TRADING

    def tick_at(self, price: Decimal) -> Decimal | None:
        """Return the price step that holds at a price; `None`: not known."""
        for span in self.price_ranges:
            if span.start <= price <= span.end:
                return span.tick
        return self.tick

    def spelled(self, native: str) -> "Instrument":
        """Return the same instrument under another of its native spellings.

        A stream may use another spelling than the list of instruments: Kraken's REST list says
        `XBTUSD`, its first websocket `XBT/USD`, its second `BTC/USD`.
        """
        if native == self.native or native not in self.aliases:
            return self
        others = tuple(alias for alias in (self.native, *self.aliases) if alias != native)
        return msgspec.structs.replace(self, native=native, aliases=others)
