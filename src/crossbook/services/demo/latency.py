"""How long calls took, in bounded memory."""

from collections import Counter
from collections.abc import Iterable

__all__ = ["Latency"]

# 32 buckets for each power of two: a bucket is at most 1/32 of its values wide.
_BITS = 5


class Latency:
    """Durations in buckets of about 3 %: however many are added, memory stays the same.

    Examples:
        >>> latency = Latency()
        >>> for duration_ns in (900, 1_000, 1_100, 50_000):
        ...     latency.add(duration_ns)
        >>> latency.count, latency.quantile_ns(0.5), latency.quantile_ns(0.99)
        (4, 1007, 50175)
    """

    __slots__ = ("_buckets", "count", "total_ns")

    def __init__(self) -> None:
        self._buckets: Counter[int] = Counter()
        self.count = 0
        self.total_ns = 0

    @classmethod
    def merged(cls, parts: Iterable["Latency"]) -> "Latency":
        """Return all durations of several."""
        whole = cls()
        for part in parts:
            whole.include(part)
        return whole

    def include(self, other: "Latency") -> None:
        """Count all durations of another one as well."""
        self._buckets.update(other._buckets)  # noqa: SLF001 - another one of its kind
        self.count += other.count
        self.total_ns += other.total_ns

    def add(self, duration_ns: int) -> None:
        """Count a duration, in nanoseconds, not negative."""
        shift = max(0, duration_ns.bit_length() - _BITS - 1)
        self._buckets[(shift << _BITS) + (duration_ns >> shift)] += 1
        self.count += 1
        self.total_ns += duration_ns

    def quantile_ns(self, share: float) -> int:
        """Return a duration that `share` of all did not exceed; 0 where there are none.

        Args:
            share: above 0, at most 1: 0.99 for the 99th percentile.
        """
        wanted, seen = share * self.count, 0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
            if seen >= wanted:
                return _top_ns(bucket)
        return 0


def _top_ns(bucket: int) -> int:
    """Return the longest duration that falls into a bucket."""
    shift = max(0, (bucket >> _BITS) - 1)
    return ((bucket - (shift << _BITS) + 1) << shift) - 1
