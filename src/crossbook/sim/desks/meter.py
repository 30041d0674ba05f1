"""What a venue counts of its clients' requests: windows on the clock, and bans."""

__all__ = ["Bans", "Meter"]


class Meter:
    """Units used in the present window; windows begin at multiples of their length.

    Args:
        count: units that may be used in a window.
        span_ns: length of a window.

    Examples:
        >>> meter = Meter(10, span_ns=100)
        >>> [meter.use(now_ns, 6) for now_ns in (0, 10, 100)]
        [6, 12, 6]
        >>> meter.is_over, meter.wait_ns(130)
        (False, 70)
    """

    __slots__ = ("_number", "count", "span_ns", "used")

    def __init__(self, count: int, *, span_ns: int) -> None:
        self.count = count
        self.span_ns = span_ns
        self.used = 0
        """Units used in the window of the last call."""
        self._number = 0

    def use(self, now_ns: int, units: int = 1) -> int:
        """Use units, allowed or not; return how many were used in this window."""
        number = now_ns // self.span_ns
        if number != self._number:
            self._number = number
            self.used = 0
        self.used += units
        return self.used

    @property
    def is_over(self) -> bool:
        """Whether more than allowed was used."""
        return self.used > self.count

    @property
    def left(self) -> int:
        """Units that may still be used."""
        return max(0, self.count - self.used)

    def wait_ns(self, now_ns: int) -> int:
        """Return how long the present window still is."""
        return self.span_ns - now_ns % self.span_ns


class Bans:
    """Bans of those who go on asking after they were told to stop, each longer than the last.

    Args:
        patience: refusals in a row before a ban.
        first_ns: length of the first ban; each further one is twice as long.
        longest_ns: length of the longest.

    Examples:
        >>> bans = Bans(2, first_ns=100, longest_ns=150)
        >>> [bans.refuse(now_ns) for now_ns in (0, 1, 2)]
        [0, 0, 102]
        >>> bans.until_ns(101), bans.until_ns(102)
        (102, 0)
    """

    __slots__ = ("_length_ns", "_longest_ns", "_patience", "_refusals", "_until_ns")

    def __init__(self, patience: int, *, first_ns: int, longest_ns: int) -> None:
        self._patience = patience
        self._length_ns = first_ns
        self._longest_ns = longest_ns
        self._refusals = 0
        self._until_ns = 0

    def until_ns(self, now_ns: int) -> int:
        """Return when the present ban ends; 0: there is none."""
        return self._until_ns if now_ns < self._until_ns else 0

    def refuse(self, now_ns: int) -> int:
        """Count a refusal; return the end of the ban that it leads to, or 0."""
        self._refusals += 1
        if self._refusals <= self._patience:
            return 0
        self._refusals = 0
        self._until_ns = now_ns + self._length_ns
        self._length_ns = min(2 * self._length_ns, self._longest_ns)
        return self._until_ns

    def forgive(self) -> None:
        """Forget refusals: a request was within the limits again."""
        self._refusals = 0
