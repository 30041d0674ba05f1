"""How fast the simulated market goes on."""

from collections.abc import Callable
from typing import Final, Protocol

from crossbook.clock import Clock

__all__ = ["Pace", "RealTime", "Sprint"]

_LAG_NS_MAX: Final = 500_000_000


class Pace(Protocol):
    """Says when the market may go on."""

    def wait(self, position_ns: int) -> None:
        """Wait until the market should be where it is.

        Args:
            position_ns: nanoseconds of the market that were played.
        """
        ...


class Sprint:
    """As fast as the machine can."""

    def wait(self, position_ns: int) -> None:
        """Go on at once."""


class RealTime:
    """A second of the market takes a second of the clock.

    A short delay is caught up. A machine that is too slow, or was stopped, falls behind for
    good: the market is then played more slowly, and every message of it all the same.

    Args:
        clock: what is followed.
        sleep_ns: waits for a number of nanoseconds.
    """

    def __init__(self, clock: Clock, sleep_ns: Callable[[int], None]) -> None:
        self._clock = clock
        self._sleep_ns = sleep_ns
        self._start_ns = clock.monotonic_ns()
        """The clock's time at which the market began, had it never fallen behind."""

    def wait(self, position_ns: int) -> None:
        """Wait until the clock is where the market is, if the market is ahead."""
        ahead_ns = position_ns - (self._clock.monotonic_ns() - self._start_ns)
        if ahead_ns > 0:
            self._sleep_ns(ahead_ns)
        elif -ahead_ns > _LAG_NS_MAX:
            self._start_ns -= ahead_ns
