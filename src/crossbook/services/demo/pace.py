"""How fast the simulated market goes on."""

from collections.abc import Callable
from typing import Final, Protocol

from crossbook.clock import Clock

__all__ = ["TICK_NS", "Pace", "RealTime", "Sprint"]

TICK_NS: Final = 100_000_000
"""The market goes on by at most this much at once."""

_LAG_NS_MAX: Final = 500_000_000


class Pace(Protocol):
    """Says up to where the market should be played now."""

    def due_ns(self, position_ns: int) -> int:
        """Return up to where the market is due: at most a tick more than where it is.

        Args:
            position_ns: nanoseconds of the market that were played.
        """
        ...

    def rest(self) -> None:
        """Wait for the next tick, if there is time."""
        ...


class Sprint:
    """As fast as the machine can."""

    def due_ns(self, position_ns: int) -> int:
        """Return one tick more."""
        return position_ns + TICK_NS

    def rest(self) -> None:
        """Go on at once."""


class RealTime:
    """A second of the market takes a second of the clock.

    A machine that is too slow, or was stopped, falls behind and does not catch up in a burst:
    the market is then played more slowly, and every message of it all the same.

    Args:
        clock: what is followed.
        sleep_ns: waits for a number of nanoseconds.
    """

    def __init__(self, clock: Clock, sleep_ns: Callable[[int], None]) -> None:
        self._clock = clock
        self._sleep_ns = sleep_ns
        self._start_ns = clock.monotonic_ns()
        """The clock's time at which the market began, as it looks from the present pace."""
        self._tick_ns = self._start_ns

    def due_ns(self, position_ns: int) -> int:
        """Return where the clock stands, but at most a tick more than the position."""
        due_ns = self._clock.monotonic_ns() - self._start_ns
        if due_ns - position_ns > _LAG_NS_MAX:
            self._start_ns += due_ns - position_ns
        return max(position_ns, min(due_ns, position_ns + TICK_NS))

    def rest(self) -> None:
        """Wait until a tick has passed since the last one, or go on at once if it has."""
        now_ns = self._clock.monotonic_ns()
        self._tick_ns = max(self._tick_ns + TICK_NS, now_ns)
        if self._tick_ns > now_ns:
            self._sleep_ns(self._tick_ns - now_ns)
