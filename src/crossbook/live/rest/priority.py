"""Who goes first when a budget is short."""

from enum import IntEnum

__all__ = ["Priority", "Purpose"]


class Priority(IntEnum):
    """What a request is for: the smaller number is served first."""

    CANCEL = 0
    """Takes a risk away."""
    UNWIND = 1
    """Ends a position that nobody wanted."""
    ORDER = 2
    """Opens something new."""
    DATA = 3
    """Snapshots, lists, history."""
    AUDIT = 4
    """Comparisons in the background: they can wait for all else."""


class Purpose(IntEnum):
    """What a circuit breaker guards: data that fails does not stop orders, nor the reverse."""

    TRADE = 0
    DATA = 1

    @classmethod
    def of(cls, priority: Priority) -> "Purpose":
        """Return the purpose that a priority serves.

        Examples:
            >>> Purpose.of(Priority.CANCEL).name
            'TRADE'
        """
        return cls.DATA if priority >= Priority.DATA else cls.TRADE
