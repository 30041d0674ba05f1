"""So many connections, or messages, in a span of time."""

from collections import deque

from crossbook.clock import Clock
from crossbook.venues.requests import Window

__all__ = ["RateBudget"]

_NS = 1_000_000_000


class RateBudget:
    """A sliding window: in no span of its length is more taken than it allows.

    A bucket that refills while it is emptied would let twice as much through in one span, and
    venues count spans.

    Args:
        window: the venue's limit; `None`: there is none.
        share: which part of it may be used.
        clock: the time.
    """

    __slots__ = ("_clock", "_count", "_span_ns", "_taken")

    def __init__(self, window: Window | None, share: float, clock: Clock) -> None:
        self._clock = clock
        self._count = max(1, int(window.count * share)) if window else 0
        self._span_ns = int(window.span_s * _NS) if window else 0
        self._taken: deque[int] = deque(maxlen=self._count)

    def wait_s(self) -> float:
        """Return in how many seconds the next one may be taken; 0: now."""
        if len(self._taken) < self._count or not self._count:
            return 0.0
        free_ns = self._taken[0] + self._span_ns - self._clock.monotonic_ns()
        return max(0.0, free_ns / _NS)

    def take(self) -> None:
        """Count one, whether or not it may be taken: an answer to a ping cannot wait."""
        if self._count:
            self._taken.append(self._clock.monotonic_ns())

    def try_take(self) -> bool:
        """Take one if it may be taken now."""
        if self.wait_s() > 0:
            return False
        self.take()
        return True
