"""How often something usually comes, and when its silence is a fault."""

__all__ = ["Pulse"]

_WEIGHT = 0.1
"""Of the latest interval in the average: about the last twenty intervals count."""


class Pulse:
    """The usual interval between messages, and the time of the last one.

    Silence is judged by a multiple of the usual interval, between a floor and a ceiling: a busy
    instrument is missed within seconds, a quiet one is not suspected for minutes.

    Args:
        factor: so many usual intervals are too long.
        floor_ns: no shorter silence is too long.
        ceiling_ns: any longer silence is.

    Examples:
        >>> pulse = Pulse(factor=10, floor_ns=5_000, ceiling_ns=600_000)
        >>> for now_ns in range(1_000, 21_000, 1_000):
        ...     pulse.beat(now_ns)
        >>> pulse.limit_ns
        10000
        >>> pulse.is_silent(29_000), pulse.is_silent(31_000)
        (False, True)
    """

    __slots__ = ("_ceiling_ns", "_factor", "_floor_ns", "_slack", "last_ns", "usual_ns")

    def __init__(self, factor: float, floor_ns: int, ceiling_ns: int) -> None:
        self._factor = factor
        self._floor_ns = floor_ns
        self._ceiling_ns = ceiling_ns
        self._slack = 1
        self.last_ns = 0
        """The last message; 0: none came."""
        self.usual_ns = 0.0
        """The usual interval; 0: fewer than two came."""

    def beat(self, now_ns: int) -> None:
        """Count a message."""
        if self.last_ns and now_ns > self.last_ns:
            interval_ns = now_ns - self.last_ns
            if self.usual_ns:
                self.usual_ns += _WEIGHT * (interval_ns - self.usual_ns)
            else:
                self.usual_ns = float(interval_ns)
        self.last_ns = max(now_ns, self.last_ns)

    @property
    def limit_ns(self) -> int:
        """How long a silence is not a fault."""
        if not self.usual_ns:
            return self._ceiling_ns
        limit_ns = int(self.usual_ns * self._factor) * self._slack
        return max(self._floor_ns, min(limit_ns, self._ceiling_ns))

    def is_silent(self, now_ns: int) -> bool:
        """Return whether the present silence is too long."""
        return bool(self.last_ns) and now_ns - self.last_ns > self.limit_ns

    def forgive(self, now_ns: int) -> None:
        """Start anew from here: the last silence was no fault of this one."""
        if self.last_ns:
            self.last_ns = now_ns

    def relax(self, now_ns: int) -> None:
        """The silence was real: nothing had happened. Be twice as patient from now on."""
        self._slack = min(self._slack * 2, 64)
        self.forgive(now_ns)
