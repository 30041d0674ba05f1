"""Units used within sliding windows: the arithmetic of a rate limit, without a clock."""

from collections import deque
from collections.abc import Sequence
from math import ceil

from crossbook.live.rest.priority import Priority
from crossbook.venues.requests import Window

__all__ = ["SHARES", "Ledger", "limit"]

SHARES: dict[Priority, float] = {
    Priority.CANCEL: 1.0,
    Priority.UNWIND: 0.95,
    Priority.ORDER: 0.9,
    Priority.DATA: 0.8,
    Priority.AUDIT: 0.4,
}
"""How much of a window each priority may fill: what is above is kept for the upper ones."""


def limit(window: Window, priority: Priority, weight: int) -> int:
    """Return up to how many units of a window a request may bring the use.

    Args:
        window: the venue's limit.
        priority: the lower, the less.
        weight: units of the request. One that is larger than its share may still go, alone.

    Examples:
        >>> limit(Window(1200, 60.0), Priority.DATA, 5)
        960
        >>> limit(Window(1, 1.0), Priority.DATA, 1)
        1
    """
    return min(window.count, max(ceil(window.count * SHARES[priority]), weight))


class Ledger:
    """A bucket of tokens, each of which comes back one span after the venue can have counted it.

    A request holds its tokens until it is answered, since the venue counted it at an unknown
    moment between the two. So no window of the venue's own, wherever it begins, sees more than
    its count, whatever the network delays.

    Times are nanoseconds of one monotonic clock, given by the caller.

    Args:
        windows: limits that hold together.
    """

    __slots__ = ("_ended", "_held", "_sums", "windows")

    def __init__(self, windows: Sequence[Window]) -> None:
        self.windows = tuple(windows)
        self._held = 0
        self._ended: list[deque[tuple[int, int]]] = [deque() for _ in self.windows]
        self._sums = [0] * len(self.windows)

    def used(self, now_ns: int) -> tuple[int, ...]:
        """Return the units in use, for each window."""
        self._forget(now_ns)
        return tuple(self._held + used for used in self._sums)

    def wait_ns(self, weight: int, priority: Priority, now_ns: int) -> int:
        """Return how long a request has to wait at least; 0: it may go now.

        Args:
            weight: its units.
            priority: how much of each window it may fill.
            now_ns: when.

        Raises:
            ValueError: the request is larger than a window: it would wait for ever.
        """
        self._forget(now_ns)
        longest = 0
        for window, ended, used in zip(self.windows, self._ended, self._sums, strict=True):
            if weight > window.count:
                raise ValueError(f"weight {weight} is more than {window.count}, all of a window")
            missing = self._held + used + weight - limit(window, priority, weight)
            if missing > 0:
                longest = max(longest, _wait_ns(ended, missing, window, now_ns))
        return longest

    def take(self, weight: int) -> None:
        """Hold the units of a request that is about to be sent."""
        self._held += weight

    def end(self, weight: int, now_ns: int) -> None:
        """Count the units of a request that was answered, or given up, just now."""
        self._held -= weight
        self._count(weight, now_ns, range(len(self.windows)))

    def observe(self, used: int, span_s: float, now_ns: int) -> None:
        """Take what the venue says: more than we know of means that others use the budget, too.

        It is never lowered: the venue's window may have begun anew a moment ago.

        Args:
            used: units used, by the venue's count.
            span_s: in which window.
            now_ns: when.
        """
        self._forget(now_ns)
        for index, window in enumerate(self.windows):
            foreign = used - self._held - self._sums[index]
            if window.span_s == span_s and foreign > 0:
                self._count(foreign, now_ns, (index,))

    def _count(self, weight: int, now_ns: int, indices: Sequence[int]) -> None:
        for index in indices:
            self._ended[index].append((now_ns, weight))
            self._sums[index] += weight

    def _forget(self, now_ns: int) -> None:
        for index, window in enumerate(self.windows):
            ended = self._ended[index]
            begin_ns = now_ns - round(window.span_s * 1e9)
            while ended and ended[0][0] < begin_ns:
                self._sums[index] -= ended.popleft()[1]


def _wait_ns(ended: deque[tuple[int, int]], missing: int, window: Window, now_ns: int) -> int:
    """Return when so many units have come back; those still held come back a span from now."""
    span_ns = round(window.span_s * 1e9)
    for ended_ns, weight in ended:
        missing -= weight
        if missing <= 0:
            return ended_ns + span_ns - now_ns + 1
    return span_ns + 1
