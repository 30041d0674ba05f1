"""Time as an argument: one clock for live trading, another for tests and replays."""

import time
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def now_ns(self) -> int:
        """Return the time in UTC nanoseconds since 1970."""
        ...

    def monotonic_ns(self) -> int:
        """Return nanoseconds since an arbitrary start; never goes back. For durations."""
        ...


class SystemClock:
    """The machine's clock."""

    __slots__ = ()

    def now_ns(self) -> int:
        """Return the machine's UTC time in nanoseconds since 1970."""
        return time.time_ns()

    def monotonic_ns(self) -> int:
        """Return nanoseconds of the machine's monotonic clock."""
        return time.monotonic_ns()


class ManualClock:
    """A clock that stands still until it is told to go on.

    Args:
        start_ns: the first time it shows, UTC nanoseconds since 1970.

    Examples:
        >>> clock = ManualClock(start_ns=1_000)
        >>> clock.advance(500)
        >>> clock.now_ns(), clock.monotonic_ns()
        (1500, 500)
    """

    __slots__ = ("_now_ns", "_start_ns")

    def __init__(self, start_ns: int = 0) -> None:
        self._start_ns = start_ns
        self._now_ns = start_ns

    def now_ns(self) -> int:
        """Return the time that was last set, UTC nanoseconds since 1970."""
        return self._now_ns

    def monotonic_ns(self) -> int:
        """Return the nanoseconds that passed since the clock was made."""
        return self._now_ns - self._start_ns

    def advance(self, duration_ns: int) -> None:
        """Go on by a duration.

        Args:
            duration_ns: nanoseconds, not negative.

        Raises:
            ValueError: the duration is negative.
        """
        if duration_ns < 0:
            raise ValueError(f"a clock does not go back: duration_ns={duration_ns}")
        self._now_ns += duration_ns

    def set(self, now_ns: int) -> None:
        """Go on to a point in time.

        Args:
            now_ns: UTC nanoseconds since 1970, not before the present time.

        Raises:
            ValueError: the time is before the present time.
        """
        self.advance(now_ns - self._now_ns)
