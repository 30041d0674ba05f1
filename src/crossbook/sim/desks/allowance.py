"""How often a venue lets a client ask: token buckets."""

__all__ = ["Allowance"]


class Allowance:
    """A bucket of tokens that fills at a steady rate.

    Args:
        count: tokens of a full bucket.
        span_ns: how long an empty bucket takes to fill.

    Examples:
        >>> calls = Allowance(2, span_ns=1_000)
        >>> [calls.take(now_ns) for now_ns in (0, 0, 0, 500)]
        [True, True, False, True]
    """

    __slots__ = ("_at_ns", "_level", "count", "span_ns")

    def __init__(self, count: int, *, span_ns: int) -> None:
        self.count = count
        self.span_ns = span_ns
        # Tokens are counted in `span_ns`-ths, so that filling needs no fractions.
        self._level = count * span_ns
        self._at_ns = 0

    def take(self, now_ns: int, tokens: int = 1) -> bool:
        """Take tokens; return whether there were enough. A refusal takes none."""
        self._fill(now_ns)
        if self._level < tokens * self.span_ns:
            return False
        self._level -= tokens * self.span_ns
        return True

    def left(self, now_ns: int) -> int:
        """Return how many whole tokens there are."""
        self._fill(now_ns)
        return self._level // self.span_ns

    def wait_ns(self, now_ns: int, tokens: int = 1) -> int:
        """Return how long it takes until there are so many tokens."""
        self._fill(now_ns)
        missing = tokens * self.span_ns - self._level
        return max(0, -(-missing // self.count))

    def _fill(self, now_ns: int) -> None:
        if now_ns > self._at_ns:
            gained = (now_ns - self._at_ns) * self.count
            self._level = min(self.count * self.span_ns, self._level + gained)
            self._at_ns = now_ns
