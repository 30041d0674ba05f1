"""Dislocations: for a while a venue quotes away from the fair value."""

from typing import Final

from crossbook.sim.draws import Draws
from crossbook.sim.terms import Terms

_PAUSE_NS: Final = (2_000_000_000, 12_000_000_000)
_LENGTH_NS: Final = (150_000_000, 1_200_000_000)


class Shock:
    """The distance of one book's centre from the fair value, read forwards in time.

    Most of the time it is a small constant; now and then it jumps by an amount
    that may pay for the fees of two venues, and comes back after a moment.
    """

    __slots__ = ("_basis", "_draws", "_end_ns", "_high", "_low", "_size", "_start_ns")

    def __init__(self, terms: Terms, draws: Draws, start_ns: int) -> None:
        self._draws = draws
        self._low = terms.shock_min
        self._high = terms.shock_max
        self._basis = draws.between(-terms.half_spread, terms.half_spread) // 2
        self._size = 0
        self._start_ns = start_ns + draws.between(*_PAUSE_NS)
        self._end_ns = self._start_ns

    def at(self, now_ns: int) -> int:
        """Return the distance in millionths at a time not before that of the last call."""
        while now_ns >= self._start_ns:
            self._end_ns = self._start_ns + self._draws.between(*_LENGTH_NS)
            self._size = self._draws.between(self._low, self._high)
            if self._draws.below(2):
                self._size = -self._size
            self._start_ns = self._end_ns + self._draws.between(*_PAUSE_NS)
        return self._basis + self._size if now_ns < self._end_ns else self._basis
