"""What a session hands out: one thing that came from a venue."""

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

import msgspec

from crossbook.sim.client import ClientBook
from crossbook.sim.wire.scale import Levels

Kind = Literal["open", "frame", "rest_snapshot"]

OPEN: Final = "open"
FRAME: Final = "frame"
REST_SNAPSHOT: Final = "rest_snapshot"


class WireEvent(msgspec.Struct, frozen=True, gc=False):
    """One arrival on the client's side."""

    ts_recv_ns: int
    """Virtual time of arrival; never decreases."""
    venue: str
    connection: str
    """Which connection of the venue: its frames keep their order."""
    kind: Kind
    native: str
    """The symbol that a REST answer belongs to; empty for everything else."""
    payload: bytes
    """The frame or the body as the venue writes it; the URL of an `open`."""


def marked(bids: Levels, asks: Levels) -> list[tuple[bool, int, int]]:
    """Return the levels of both sides as a patch takes them."""
    rows = [(False, price, size) for price, size in bids]
    rows += [(True, price, size) for price, size in asks]
    return rows


class Patch(NamedTuple):
    """What one event does to one client's book."""

    book: ClientBook
    replaces: bool
    """The levels are the whole book, not changes to it."""
    levels: Iterable[tuple[bool, int, int]]
    """`(is_ask, price, size)` in the wire's units; size 0 removes."""


class Emission(NamedTuple):
    """An event and what it means: applied to the truth when it is handed out."""

    event: WireEvent
    patches: tuple[Patch, ...] = ()
