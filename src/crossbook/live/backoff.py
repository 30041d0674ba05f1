"""How long to wait before the next attempt."""

from random import Random

__all__ = ["Backoff"]

_DOUBLINGS_MAX = 30


class Backoff:
    """Capped exponential backoff with full jitter: many clients do not come back at once.

    Args:
        base_s: longest wait after the first failure.
        cap_s: longest wait of all.
        random: where chance comes from.

    Examples:
        >>> backoff = Backoff(1.0, 30.0, Random(1))
        >>> all(0 <= backoff.failed() <= 30 for _ in range(100))
        True
        >>> backoff.failures
        100
        >>> backoff.succeeded()
        >>> backoff.failed() <= 1
        True
    """

    __slots__ = ("_base_s", "_cap_s", "_random", "failures")

    def __init__(self, base_s: float, cap_s: float, random: Random) -> None:
        self._base_s = base_s
        self._cap_s = cap_s
        self._random = random
        self.failures = 0
        """Failures in a row."""

    def failed(self) -> float:
        """Count a failure and return how many seconds to wait."""
        longest_s = min(self._cap_s, self._base_s * 2 ** min(self.failures, _DOUBLINGS_MAX))
        self.failures += 1
        return self._random.uniform(0.0, longest_s)

    def succeeded(self) -> None:
        """Forget the failures."""
        self.failures = 0
