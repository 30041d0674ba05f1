"""Settings of connections: how long, how often, how many."""

from typing import Annotated

import msgspec

from crossbook.config import Section

__all__ = ["LiveSettings"]

Seconds = Annotated[float, msgspec.Meta(gt=0)]
Share = Annotated[float, msgspec.Meta(gt=0, le=1)]


class LiveSettings(Section, frozen=True, kw_only=True):
    """How connections to all venues behave. The defaults suit real venues."""

    connect_deadline_s: Seconds = 10.0
    """From the first packet to the end of the websocket handshake, TLS included."""
    stop_deadline_s: Seconds = 5.0
    """A graceful stop waits this long for venues to close their side."""
    backoff_base_s: Seconds = 1.0
    """Longest wait before the first repetition; it doubles with each failure."""
    backoff_cap_s: Seconds = 30.0
    """Longest wait of all."""
    settled_after_s: Seconds = 10.0
    """A socket that lived this long is repeated at once, and its failures are forgotten."""
    budget_share: Share = 0.8
    """How much of a venue's limits on connections and messages is used."""
    tick_s: Seconds = 0.05
    """How often books and answers are looked at."""
    idle_s: Seconds = 0.5
    """How often pings, silence and what else is due are looked at."""
    frame_bytes_max: Annotated[int, msgspec.Meta(ge=1024)] = 64 << 20
    """Longest message, inflated and joined; a longer one closes the socket with 1009."""
    outbox_max: Annotated[int, msgspec.Meta(ge=1)] = 4096
    """Messages that may wait for the venue's limit on messages; more close the socket."""
    roll_at_share: Share = 0.95
    """A socket is replaced before this part of its lifetime is over."""
    roll_deadline_s: Seconds = 30.0
    """A successor must have all live books after this long, or is given up."""
    quiet_s: Seconds = 3.0
    """A successor whose subscription is this old counts as bringing books that do not change."""
    base_wait_s: Seconds = 1.0
    """A REST base is fetched when the first change is there, or after this long."""
    first_base_s: Seconds = 4.0
    """A book whose base did not come this long after its subscription is resynced."""
    fetch_deadline_s: Seconds = 20.0
    """A REST base or an audit that takes longer has failed."""
    fetches_max: Annotated[int, msgspec.Meta(ge=1)] = 4
    """REST bases of one venue that are fetched at the same time."""
    repair_wait_s: Seconds = 2.0
    """A resync over the socket that brought no base after this long is repeated."""
    repairs_max: Annotated[int, msgspec.Meta(ge=1)] = 3
    """Resyncs of a book in a row that may fail before it is marked dead."""
    dead_share: Share = 0.5
    """A socket of which more than this part of the books are dead is replaced."""
    dead_roll_s: Seconds = 60.0
    """Such replacements of one socket are this far apart."""
    refused_retry_s: Seconds = 300.0
    """An instrument that the venue refused is asked for again after this long."""
    pulse_factor: Annotated[float, msgspec.Meta(gt=1)] = 20.0
    """Silence is this many times the usual interval between messages."""
    pulse_floor_s: Seconds = 5.0
    """A shorter silence is never a fault."""
    pulse_ceiling_s: Seconds = 600.0
    """A longer silence always is one, where anything ever came."""
    freeze_s: Seconds = 2.0
    """Of two sockets for one feed, one that brings nothing for this long, while the other does,
    is frozen."""
    freeze_messages: Annotated[int, msgspec.Meta(ge=1)] = 5
    """How many messages the other one must have brought meanwhile."""
    offset_every_s: Seconds = 60.0
    """How often a venue is asked for its time."""
    restart_s: Seconds = 1.0
    """A venue's driver that failed by a fault of its own is started again after this long."""
