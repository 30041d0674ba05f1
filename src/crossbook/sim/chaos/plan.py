"""Faults as data: what goes wrong, where, when and how often."""

from typing import Annotated, Literal, TypeAlias

import msgspec

from crossbook.config import Section

__all__ = [
    "AnyFault",
    "ClockSkew",
    "Corrupt",
    "Delay",
    "Disconnect",
    "Drop",
    "Duplicate",
    "Endless",
    "Fault",
    "Freeze",
    "Halt",
    "Html",
    "Lifetime",
    "Maintenance",
    "NewMarket",
    "Plan",
    "Redirect",
    "Reorder",
    "Resolve",
    "SlowRest",
    "StaleSnapshot",
    "Storm",
    "TickChange",
    "Trickle",
    "WrongChecksum",
]

Share: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=1)]
Seconds: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]
Name: TypeAlias = Annotated[str, msgspec.Meta(max_length=200)]


class Fault(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"
):
    """What all kinds of faults have in common."""

    venue: Name = ""
    """Whom it strikes; empty: every venue."""
    native: Name = ""
    """The instrument, by the venue's own name; empty: every one."""
    begin_s: Seconds = 0.0
    """When it begins: so long after the start, or after it was asked for."""
    duration_s: Seconds | None = None
    """How long it lasts; absent: until it is removed."""
    share: Share = 1.0
    """How many of the frames, connections or requests it strikes, from 0 to 1."""


# ------------------------------------------------------- connections


class Disconnect(Fault, frozen=True, kw_only=True, tag="disconnect"):
    """Connections end; until the fault does, those that are opened end as well."""

    code: Annotated[int, msgspec.Meta(ge=0, le=4_999)] = 0
    """The code of the close frame; 0: none, the connection is torn down."""


class Freeze(Fault, frozen=True, kw_only=True, tag="freeze"):
    """Connections stay open and answer pings, but bring no data. What is lost is lost."""

    is_contagious: bool = False
    """Connections that are opened while it lasts freeze as well."""
    ends: Literal["thaw", "cut"] = "thaw"
    """At the end they bring data again, as if nothing had been; or they are torn down."""


class Lifetime(Fault, frozen=True, kw_only=True, tag="lifetime"):
    """Connections that reach an age are closed."""

    age_s: Seconds = 0.0


class Maintenance(Fault, frozen=True, kw_only=True, tag="maintenance"):
    """The venue gives its notice, closes every connection, answers 503, and comes back."""

    notice_s: Seconds = 1.0
    """How long after the notice connections are closed."""


# ------------------------------------------------------------ frames


class Drop(Fault, frozen=True, kw_only=True, tag="drop"):
    """Frames never arrive."""


class Duplicate(Fault, frozen=True, kw_only=True, tag="duplicate"):
    """Frames arrive twice."""


class Reorder(Fault, frozen=True, kw_only=True, tag="reorder"):
    """Frames arrive after the one that follows them."""


class Delay(Fault, frozen=True, kw_only=True, tag="delay"):
    """Frames are late, and everything behind them on the same connection is."""

    delay_s: Seconds = 0.5


class Corrupt(Fault, frozen=True, kw_only=True, tag="corrupt"):
    """Frames are damaged."""

    mode: Literal["digit", "cut", "any"] = "any"
    """One digit is another one, the end is missing, or either."""


class WrongChecksum(Fault, frozen=True, kw_only=True, tag="wrong_checksum"):
    """Checksums and hashes in frames are wrong; nothing else is."""


class Trickle(Fault, frozen=True, kw_only=True, tag="trickle"):
    """Connections bring one byte now and then: the start of a frame that never ends."""

    every_s: Annotated[float, msgspec.Meta(ge=0.01, le=3_600)] = 1.0


# -------------------------------------------------------------- REST


class StaleSnapshot(Fault, frozen=True, kw_only=True, tag="stale_snapshot"):
    """REST shows books as they were a while ago."""

    age_s: Seconds = 2.0


class SlowRest(Fault, frozen=True, kw_only=True, tag="slow_rest"):
    """REST answers late."""

    delay_s: Annotated[float, msgspec.Meta(ge=0, le=600)] = 2.0


class Storm(Fault, frozen=True, kw_only=True, tag="storm"):
    """Requests are refused: too many (429), banned (418), or broken (5xx)."""

    status: Annotated[int, msgspec.Meta(ge=200, le=599)] = 429
    retry_after_s: Annotated[int, msgspec.Meta(ge=0, le=86_400)] | None = None
    """What the header `Retry-After` says; absent: there is none."""
    body: Annotated[str, msgspec.Meta(max_length=10_000)] | None = None
    """The answer's body; absent: one that fits the status."""
    strikes: Literal["rest", "ws", "all"] = "rest"
    """Requests, handshakes of websockets, or both."""


class Html(Fault, frozen=True, kw_only=True, tag="html"):
    """An HTML page comes, with status 200, where JSON should."""


class Redirect(Fault, frozen=True, kw_only=True, tag="redirect"):
    """Requests and handshakes are sent elsewhere."""

    location: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)] = "/moved"
    status: Literal[301, 302, 303, 307, 308] = 302


class Endless(Fault, frozen=True, kw_only=True, tag="endless"):
    """The body of an answer never ends."""


# ----------------------------------------------------------- markets


class ClockSkew(Fault, frozen=True, kw_only=True, tag="clock_skew"):
    """The venue's clock is off."""

    skew_s: Annotated[float, msgspec.Meta(ge=-86_400, le=86_400)] = 5.0
    """Seconds; positive: it is ahead."""


class Halt(Fault, frozen=True, kw_only=True, tag="halt"):
    """An instrument is halted, and resumed at the end."""


class TickChange(Fault, frozen=True, kw_only=True, tag="tick_change"):
    """An instrument gets another tick, and its old one back at the end."""

    factor: Annotated[int, msgspec.Meta(ge=2, le=100)] = 10
    """So many times coarser; where it is coarse already (Polymarket's 0.01), so much finer."""


class NewMarket(Fault, frozen=True, kw_only=True, tag="new_market"):
    """A venue lists one more instrument."""


class Resolve(Fault, frozen=True, kw_only=True, tag="resolve"):
    """A question is decided; its market closes for good."""


AnyFault: TypeAlias = (
    Disconnect
    | Freeze
    | Lifetime
    | Maintenance
    | Drop
    | Duplicate
    | Reorder
    | Delay
    | Corrupt
    | WrongChecksum
    | Trickle
    | StaleSnapshot
    | SlowRest
    | Storm
    | Html
    | Redirect
    | Endless
    | ClockSkew
    | Halt
    | TickChange
    | NewMarket
    | Resolve
)


class Plan(Section, frozen=True, kw_only=True):
    """What goes wrong in a session."""

    faults: Annotated[tuple[AnyFault, ...], msgspec.Meta(max_length=1_000)] = ()
