"""How much comes in a second."""

from collections import deque
from collections.abc import Mapping
from typing import Final

__all__ = ["Rates"]

_WINDOW_NS: Final = 2_000_000_000


class Rates:
    """Counters of the last two seconds.

    Examples:
        >>> rates = Rates()
        >>> rates.add(0, {"frames": 0})
        >>> rates.add(500_000_000, {"frames": 100})
        >>> rates.per_second("frames")
        200.0
    """

    def __init__(self) -> None:
        self._samples: deque[tuple[int, Mapping[str, int]]] = deque()

    def add(self, now_ns: int, counts: Mapping[str, int]) -> None:
        """Note how far the counters are.

        Args:
            now_ns: the time, not before that of the last call.
            counts: the counters by name.
        """
        samples = self._samples
        samples.append((now_ns, dict(counts)))
        # One sample from before the window stays, so that the window is always full.
        while len(samples) > 2 and now_ns - samples[1][0] >= _WINDOW_NS:
            samples.popleft()

    def per_second(self, name: str) -> float:
        """Return how much a counter grew in a second; 0 before there are two samples."""
        if len(self._samples) < 2:
            return 0.0
        (first_ns, first), (last_ns, last) = self._samples[0], self._samples[-1]
        if last_ns == first_ns:
            return 0.0
        return (last[name] - first.get(name, 0)) * 1e9 / (last_ns - first_ns)
