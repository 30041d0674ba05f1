"""What the engine reports: one frozen struct for each kind of event.

Prices and sizes are integers at the instrument's storage scale, timestamps UTC nanoseconds.
`instrument` is the instrument's number in the engine, in the order of registration.
"""

from enum import StrEnum

import msgspec

__all__ = [
    "BookReplaced",
    "BookSide",
    "BookState",
    "ControlReceived",
    "Event",
    "EventKind",
    "FrameRefused",
    "LevelChanged",
    "MessageMissed",
    "OpportunityChanged",
    "OpportunityPhase",
    "ProofFailed",
    "ProofKind",
    "QuoteReported",
    "StateChanged",
    "StateReason",
    "TickChanged",
    "TopChanged",
    "TradeReported",
]


class EventKind(StrEnum):
    """The kinds of events that can be subscribed to; the order is that of their numbers."""

    SNAPSHOT = "snapshot"
    LEVEL = "level"
    TOP = "top"
    TRADE = "trade"
    QUOTE = "quote"
    STATE = "state"
    GAP = "gap"
    PROOF_FAILED = "proof_failed"
    TICK = "tick"
    CONTROL = "control"
    DECODE_FAILED = "decode_failed"
    OPPORTUNITY = "opportunity"


class BookSide(StrEnum):
    """Side of a book."""

    BID = "bid"
    ASK = "ask"


class BookState(StrEnum):
    """How far a book can be trusted. Only a live one is traded on."""

    EMPTY = "empty"
    """Nothing has come yet."""
    SYNCING = "syncing"
    """Changes come, the base they belong to does not yet."""
    LIVE = "live"
    """It is what the venue's book is, as far as anything can tell."""
    SUSPECT = "suspect"
    """The venue says something else of it, or its sides cross."""
    STALE = "stale"
    """It is of the past: changes are missing."""
    BROKEN = "broken"
    """It cannot be held at this scale."""


class StateReason(StrEnum):
    """Why a book changed its state; the order is that of their numbers."""

    JOINED = "joined"
    AWAITING_BASE = "awaiting_base"
    GAP = "gap"
    STREAM_GAP = "stream_gap"
    PROOF_FAILED = "proof_failed"
    CROSSED = "crossed"
    UNCROSSED = "uncrossed"
    OFF_SCALE = "off_scale"
    CORRUPT = "corrupt"
    RECONNECTED = "reconnected"
    CONTINUED = "continued"
    TICK_CHANGED = "tick_changed"
    SILENT = "silent"
    RESUMED = "resumed"
    TOOK_OVER = "took_over"
    AUDIT_FAILED = "audit_failed"


class ProofKind(StrEnum):
    """By which means a book was proved; the order is that of their numbers."""

    CHECKSUM = "checksum"
    BEST = "best"
    HASH = "hash"


class OpportunityPhase(StrEnum):
    """Where an opportunity is in its life; the order is that of their numbers."""

    OPENED = "opened"
    UPDATED = "updated"
    CLOSED = "closed"


class Event(msgspec.Struct, frozen=True, tag_field="kind"):
    """What all events have."""

    instrument: int | None
    """Number of the instrument; `None`: it concerns the connection."""
    ts_recv_ns: int
    """When the frame was received."""
    ts_event_ns: int | None
    """The venue's time; `None`: it says none."""
    sequence: int | None
    """The venue's update id of the book; `None`: it numbers nothing."""


class BookReplaced(Event, frozen=True, tag="snapshot"):
    """A snapshot took the place of the book; its levels follow if they are subscribed to."""

    bids: int
    """Number of bid levels."""
    asks: int
    """Number of ask levels."""


class LevelChanged(Event, frozen=True, tag="level"):
    """A level has a new size."""

    side: BookSide
    """Side of the book."""
    price: int
    """Price of the level."""
    size: int
    """Its size now; 0: the level is gone."""


class TopChanged(Event, frozen=True, tag="top"):
    """Best prices or their sizes changed."""

    bid: int | None
    """Best bid; `None`: nobody bids."""
    bid_size: int
    """Its size; 0 if there is none."""
    ask: int | None
    """Best ask; `None`: nobody asks."""
    ask_size: int
    """Its size; 0 if there is none."""


class TradeReported(Event, frozen=True, tag="trade"):
    """A trade was made."""

    side: str | None
    """What the taker did: `buy` or `sell`; `None`: the venue does not say."""
    price: int
    """Price of the trade."""
    size: int
    """Size of the trade."""
    trade_id: int
    """The venue's id if it is a number, else its 64-bit FNV-1a hash; unsigned."""


class QuoteReported(Event, frozen=True, tag="quote"):
    """The venue said best prices beside its book; 0 where it left one out."""

    bid: int
    """Best bid."""
    bid_size: int
    """Its size."""
    ask: int
    """Best ask."""
    ask_size: int
    """Its size."""


class StateChanged(Event, frozen=True, tag="state"):
    """A book can be trusted more, or less, than before."""

    state: BookState
    """The state now."""
    before: BookState
    """The state before."""
    reason: StateReason
    """Why."""


class MessageMissed(Event, frozen=True, tag="gap"):
    """At least one message is missing."""

    expected: int
    """The number that had to come."""
    received: int
    """The number that came."""


class ProofFailed(Event, frozen=True, tag="proof_failed"):
    """The book is not what the venue says of it."""

    proof: ProofKind
    """By which means that was found."""
    theirs: int
    """The venue's checksum or best price; 0 for a hash."""
    ours: int
    """Ours."""


class TickChanged(Event, frozen=True, tag="tick"):
    """The tick changed: the book is unknown until its next snapshot."""

    tick: int
    """The new price step."""


class ControlReceived(Event, frozen=True, tag="control"):
    """A message about the connection came."""

    control: str
    """`ack`, `heartbeat`, `pong`, `status`, `refused`, `closing` or `unused`."""
    feed: int
    """Number of the connection."""


class FrameRefused(Event, frozen=True, tag="decode_failed"):
    """A frame could not be decoded; nothing of it was used."""

    error: str
    """The fault's fixed name, such as `malformed`."""
    feed: int
    """Number of the connection."""
    frame_bytes: int
    """Length of the frame."""


class OpportunityChanged(Event, frozen=True, tag="opportunity"):
    """Buying here and selling there pays after fees, pays otherwise, or does no longer.

    `instrument` is the one to buy. When it has closed, the numbers are those of its last update.
    """

    phase: OpportunityPhase
    """Where it is in its life."""
    sold: int
    """Number of the instrument to sell."""
    size: int
    """The size that earns most."""
    buy_limit: int
    """Highest price to buy at."""
    sell_limit: int
    """Lowest price to sell at."""
    profit: int
    """After both fees, in money units: 10 ** -(price_decimals + size_decimals) of quote."""
