"""One venue's desk, its connections, and what strikes them."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, ParamSpec, Protocol

import msgspec

from crossbook.sim.chaos.calendar import Calendar
from crossbook.sim.desk import Desk

if TYPE_CHECKING:
    from crossbook.sim.host.connection import Connection

__all__ = ["Axis", "House", "P", "Tally"]

P = ParamSpec("P")

_LOG: Final = logging.getLogger("crossbook.sim")
_ERRORS_KEPT: Final = 100


class Axis(Protocol):
    """The time that the session's venues share."""

    def now_ns(self) -> int:
        """Return the time, UTC nanoseconds; it never goes back."""
        ...

    def catch_up(self) -> int:
        """Let the markets go on up to the present, and return it."""
        ...


class Tally(msgspec.Struct):
    """What a venue did so far."""

    connections: int = 0
    """Connections that were opened."""
    refused: int = 0
    """Handshakes that were refused."""
    cut: int = 0
    """Connections that were cut because their clients did not read."""
    frames: int = 0
    """Data frames that were sent."""
    frames_bytes: int = 0
    received: int = 0
    """Messages that came from clients."""
    requests: int = 0
    """REST requests that were answered."""
    errors: int = 0
    """Faults of the desk itself: there must be none."""


class House:
    """What everything of one venue shares.

    Args:
        desk: its protocol.
        calendar: its faults.
        axis: its time.
        backlog_bytes_max: a client with more unread bytes than this is cut.

    Attributes:
        connections: those that are open, by number.
        errors: the last exceptions that the desk raised.
        is_closed: the venue is under maintenance.
        sent_ns: when a frame about an instrument was last sent.
    """

    def __init__(
        self, desk: Desk, calendar: Calendar, axis: Axis, *, backlog_bytes_max: int
    ) -> None:
        self.venue = desk.venue
        self.desk = desk
        self.calendar = calendar
        self.axis = axis
        self.backlog_bytes_max = backlog_bytes_max
        self.connections: dict[int, Connection] = {}
        self.tally = Tally()
        self.errors: list[Exception] = []
        self.is_closed = False
        self.sent_ns = 0

    def guard(self, action: Callable[P, object], *args: P.args, **named: P.kwargs) -> bool:
        """Let the desk do something; return whether it did it without an exception.

        A desk that fails fails one connection or one request, and is heard of.
        """
        try:
            action(*args, **named)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the other clients go on
            _LOG.exception("sim.desk_failed venue=%s", self.venue)
            self.tally.errors += 1
            self.errors.append(error)
            del self.errors[:-_ERRORS_KEPT]
            return False
        return True
