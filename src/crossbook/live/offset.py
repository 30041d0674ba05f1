"""How far a venue's clock is ahead of ours."""

from collections import deque

__all__ = ["ClockOffset"]

_SAMPLES = 16
_RESOLUTIONS_NS = (1_000_000_000, 1_000_000, 1_000)


class ClockOffset:
    """Estimates the offset from answers that tell the venue's time.

    Each answer bounds it: the venue read its clock after we asked, and before we received. Quick
    answers bound it closely, and the bounds of several hold together. A venue that tells whole
    seconds bounds it to a second at first, and closer with each answer that comes at another
    part of its second.

    Examples:
        >>> offset = ClockOffset()
        >>> offset.add(sent_ns=1_000_001, venue_ns=6_000_003, received_ns=1_000_005)
        >>> offset.offset_ns, offset.error_ns
        (5000000, 2)
    """

    __slots__ = ("_bounds",)

    def __init__(self) -> None:
        self._bounds: deque[tuple[int, int]] = deque(maxlen=_SAMPLES)

    def add(self, sent_ns: int, venue_ns: int, received_ns: int) -> None:
        """Take an answer.

        Args:
            sent_ns: when we asked.
            venue_ns: the time that the venue told, rounded down to what it tells.
            received_ns: when the answer was here.
        """
        resolution_ns = next((r for r in _RESOLUTIONS_NS if venue_ns % r == 0), 1)
        bounds = (venue_ns - received_ns, venue_ns + resolution_ns - 1 - sent_ns)
        self._bounds.append(bounds)
        # Clocks drift and are set: what contradicts the latest answer is out of date.
        while self._low > self._high:
            self._bounds.popleft()

    @property
    def _low(self) -> int:
        return max(low for low, _ in self._bounds)

    @property
    def _high(self) -> int:
        return min(high for _, high in self._bounds)

    @property
    def count(self) -> int:
        """How many answers hold together."""
        return len(self._bounds)

    @property
    def offset_ns(self) -> int | None:
        """The venue's clock minus ours; `None`: no answer yet."""
        return (self._low + self._high) // 2 if self._bounds else None

    @property
    def least_ns(self) -> int:
        """The smallest offset that the answers allow: 0 unless the clocks surely differ."""
        return min(max(0, self._low), self._high) if self._bounds else 0

    @property
    def error_ns(self) -> int | None:
        """It is right to within so much; `None`: no answer yet."""
        return (self._high - self._low + 1) // 2 if self._bounds else None
