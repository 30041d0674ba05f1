"""The price that nobody sees and every venue follows."""

from typing import Final

from crossbook.sim.draws import Draws

FAIR_DECIMALS: Final = 6
"""A fair value counts millionths of the quote currency, or of a probability."""

STEP_NS: Final = 20_000_000
"""The walk moves once in this time."""


class FairValue:
    """One asset's seeded random walk, read forwards in time.

    Every book owns one and reads it with its own delay; as the path depends on
    nothing but seed and asset, all of them walk the same path.

    Args:
        seed: the session's seed.
        asset: the asset's name: the label of the walk.
        start: first value, in millionths.
        step: the largest move of one step, in millionths.
        low: the walk is pushed back below this value.
        high: the walk is pushed back above this value.
        start_ns: the time of the first value.
    """

    __slots__ = ("_draws", "_high", "_low", "_next_ns", "_step", "_value")

    def __init__(
        self, seed: int, asset: str, *, start: int, step: int, low: int, high: int, start_ns: int
    ) -> None:
        self._draws = Draws(seed, f"fair:{asset}")
        self._value = start
        self._step = step
        self._low = low
        self._high = high
        self._next_ns = start_ns + STEP_NS

    def at(self, now_ns: int) -> int:
        """Return the value at a time that is not before that of the last call."""
        while now_ns >= self._next_ns:
            self._next_ns += STEP_NS
            self._value += self._draws.between(-self._step, self._step)
            if self._value < self._low:
                self._value = min(2 * self._low - self._value, self._high)
            elif self._value > self._high:
                self._value = max(2 * self._high - self._value, self._low)
        return self._value
