"""How fast messages may be sent over one socket."""

from collections import deque

from crossbook.venues.requests import Window

__all__ = ["Pace"]

_UNLIMITED = 1 << 30


class Pace:
    """When messages may be sent under a limit, whatever the moment at which a span begins.

    Args:
        limit: so many messages in a span; `None`: as many as one likes.

    Examples:
        >>> pace = Pace(Window(2, 1.0))
        >>> [pace.take(now_ns) for now_ns in (0, 1, 2, 1_000_000_000)]
        [True, True, False, True]
    """

    def __init__(self, limit: Window | None) -> None:
        self._limit = limit
        self._span_ns = 0 if limit is None else round(limit.span_s * 1e9)
        self._sent: deque[int] = deque(maxlen=0 if limit is None else limit.count)

    def free(self, now_ns: int) -> int:
        """Return how many messages may be sent now."""
        if self._limit is None:
            return _UNLIMITED
        while self._sent and now_ns - self._sent[0] >= self._span_ns:
            self._sent.popleft()
        return self._limit.count - len(self._sent)

    def take(self, now_ns: int) -> bool:
        """Count a message; return whether it may be sent."""
        if self.free(now_ns) < 1:
            return False
        self._sent.append(now_ns)
        return True
