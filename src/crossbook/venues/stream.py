"""A connection's conduct as values: what to send, what to fetch, when to start anew.

A venue's `stream.py` holds these rules without a socket or a clock; the driver in `live` carries
them out for all venues.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias

import msgspec

from crossbook.config import VenueConfig
from crossbook.model import Instrument
from crossbook.venues.requests import Request, Window

__all__ = [
    "Accepted",
    "Action",
    "Fetch",
    "Ping",
    "Refused",
    "Replace",
    "Send",
    "Signer",
    "Stream",
    "StreamFactory",
    "StreamRules",
]

Signer: TypeAlias = Callable[[int], Sequence[tuple[str, str]]]
"""Returns the headers that prove who we are, made for a time in UTC nanoseconds."""


class StreamRules(msgspec.Struct, frozen=True, kw_only=True):
    """A venue's limits on public sockets, from its sheet, as data."""

    instruments_max: int
    """Instruments on one socket, all wanted channels counted."""
    connects: Window
    """Connections that may be opened: so many in a span, per address."""
    sends: Window | None = None
    """Messages that a client may send over one socket; `None`: not limited."""
    lifetime_s: float | None = None
    """The venue ends a socket after this long; it is replaced before. `None`: never."""
    silence_s: float
    """A socket over which nothing came for this long (heartbeats and pongs count) is dead."""
    subscribed_within_s: float = 10.0
    """A subscription that was not answered after this long is asked for again."""
    answers_subscriptions: bool = True
    """Whether the venue confirms a subscription; else its data are the only answer."""
    can_unsubscribe: bool = True
    """Whether an instrument can leave a socket."""
    is_joined_by_numbers: bool = False
    """Update ids continue from one socket to another, so that two can feed one book."""
    base_over_rest: bool = False
    """A book's base is fetched by REST; else it comes over the socket after a subscription."""
    accepts_deflate: bool = False
    """The venue compresses frames (permessage-deflate) when asked to."""


class Send(msgspec.Struct, frozen=True):
    """Send this text frame."""

    payload: bytes


class Ping(msgspec.Struct, frozen=True):
    """Send a protocol-level ping."""

    payload: bytes = b""


class Fetch(msgspec.Struct, frozen=True):
    """Fetch a book by REST and give its body to the feed as a snapshot."""

    instrument: Instrument
    request: Request


class Replace(msgspec.Struct, frozen=True):
    """Bring a new socket up, and end this one when the new one is live."""

    reason: str
    """Fixed word: `lifetime`, `closing`, `dead_instruments`."""


class Accepted(msgspec.Struct, frozen=True):
    """The venue confirmed subscriptions, or they were sent where it never does."""

    instruments: tuple[Instrument, ...]


class Refused(msgspec.Struct, frozen=True):
    """The venue refused subscriptions: they will bring nothing."""

    instruments: tuple[Instrument, ...]
    """Which; empty where the answer does not tell."""
    code: str
    """The venue's code; empty where it has none."""
    text: str
    """The venue's own words, shortened."""


Action: TypeAlias = Send | Ping | Fetch | Replace | Accepted | Refused


class Stream(Protocol):
    """The conduct of one socket to one venue: no I/O, no clock, one object a socket.

    Times are UTC nanoseconds, given by the caller.
    """

    @property
    def url(self) -> str:
        """Where to connect to, path and query included."""
        ...

    def headers(self, now_ns: int) -> Sequence[tuple[str, str]]:
        """Return further headers of the handshake; signed ones are good for a short time."""
        ...

    def on_open(self, now_ns: int) -> Sequence[Action]:
        """Return what to do right after the socket opened: subscribe to its instruments."""
        ...

    def on_control(self, kind: str, frame: bytes, now_ns: int) -> Sequence[Action]:
        """Return what follows from a control frame.

        Args:
            kind: one of `crossbook._core.CONTROLS`: `ack`, `refused`, `status`, `closing`.
                Heartbeats and pongs are not passed on.
            frame: the frame as it came.
            now_ns: when.
        """
        ...

    def on_idle(self, now_ns: int) -> Sequence[Action]:
        """Return what is due: pings, subscriptions that nobody answered. Called twice a second."""
        ...

    def subscribe(self, instruments: Sequence[Instrument], now_ns: int) -> Sequence[Action]:
        """Return how further instruments are added to the open socket."""
        ...

    def unsubscribe(self, instruments: Sequence[Instrument], now_ns: int) -> Sequence[Action]:
        """Return how instruments leave the open socket; a `Replace` where they cannot."""
        ...

    def resync(self, instrument: Instrument, now_ns: int) -> Sequence[Action]:
        """Return the venue's own procedure to get a fresh base for one book."""
        ...


class StreamFactory(Protocol):
    """Makes the conduct of a new socket."""

    def __call__(
        self,
        config: VenueConfig,
        instruments: Sequence[Instrument],
        signer: Signer | None = None,
    ) -> Stream:
        """Return the conduct of a socket that brings these instruments.

        Args:
            config: the venue's own kind of settings.
            instruments: what it subscribes to when it opens; at most `instruments_max` of its
                rules.
            signer: for a venue that wants to know who connects; `None`: nobody in particular.
        """
        ...
