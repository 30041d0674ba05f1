"""The knobs of a simulated session."""

from typing import Annotated, Final

import msgspec

VENUES: Final[tuple[str, ...]] = ("binance", "coinbase", "kraken", "polymarket", "kalshi")
"""The venues of a `SimulatedSession`."""

WORLD_VENUES: Final[tuple[str, ...]] = (
    "binance",
    "coinbase",
    "kraken",
    "mexc",
    "gateio",
    "bybit",
    "okx",
    "polymarket",
    "kalshi",
)
"""The venues that a `World` has books of, in their fixed order."""

START_NS: Final = 1_767_225_600_000_000_000
"""Virtual time starts here, whatever the real time is: 2026-01-01T00:00:00Z."""


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """Shares of frames that go wrong on their way, in parts per million.

    The truth stays what the venue meant: a client is right when it either agrees
    with it or knows that it does not. Nothing goes wrong before `after_ns`, so that
    every book exists before it can break.
    """

    drop_ppm: int = 0
    """The frame never arrives."""
    repeat_ppm: int = 0
    """The frame arrives twice."""
    digit_ppm: int = 0
    """One digit is another one: well-formed for the most part, but wrong."""
    cut_ppm: int = 0
    """The frame ends early: not decodable."""
    after_ns: int = 1_000_000_000
    """Faults begin this long after the start."""
    until_ns: int | None = None
    """Faults end this long after the start; `None`: never."""


class SessionConfig(msgspec.Struct, frozen=True, kw_only=True):
    """How large and how busy a session is."""

    spot_assets: int = 3
    """How many pairs every exchange lists, at most 3."""
    questions: int = 3
    """How many questions every prediction market lists, at most 3."""
    steps_per_s: int = 100
    """Mean number of orders that arrive at each book in a second of virtual time."""
    duration_ns: int | None = None
    """The session ends after this much virtual time; `None`: never."""
    kraken_depth: int = 25
    """Levels a side of Kraken's book subscription: 10, 25, 100, 500 or 1000."""
    snapshot_every_ns: int | None = None
    """Every venue sends fresh snapshots this often, as it would when asked for them."""
    faults: Faults = Faults()
    """What goes wrong on the way."""


class WorldConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How large and how busy a world of simulated venues is."""

    spot_assets: Annotated[int, msgspec.Meta(ge=0, le=3)] = 3
    """How many pairs every exchange lists."""
    questions: Annotated[int, msgspec.Meta(ge=0, le=2_000)] = 3
    """How many questions every prediction market lists."""
    steps_per_s: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 20
    """Mean number of orders that arrive at each book in a second of its market; 0: never one."""
    steps_per_s_of: dict[str, Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]] = {}
    """Another number for a venue (`kraken`) or for one of its books (`binance:BTCUSDT`)."""
    history_steps: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0
    """Orders that arrived at each book before the world began, ten a second: for its trades."""
    speed: Annotated[float, msgspec.Meta(gt=0, le=1_000)] = 1.0
    """Seconds of the markets in one second of time."""
    start_ns: int = START_NS
    """When the world begins, UTC nanoseconds. What happens in it depends on the seed alone; at
    what time it happens, on this."""


class HostConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the servers of simulated venues behave."""

    scale_s: Annotated[float, msgspec.Meta(gt=0, le=1_000)] = 1.0
    """How long one second takes in the venues' limits on connections and pings."""
    port_base: Annotated[int, msgspec.Meta(ge=1, le=65_000)] | None = None
    """The control server's port; the venues' follow, REST before websocket. Absent: any ports."""
    demands_keys: bool = True
    """Whoever has to sign to connect to the real venue (Kalshi) has to here."""
    deflates: bool = False
    """Frames are compressed for clients that offer it (permessage-deflate)."""
    backlog_bytes_max: Annotated[int, msgspec.Meta(ge=1_024)] = 16 << 20
    """A client with more unread bytes than this is cut."""
