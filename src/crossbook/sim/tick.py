"""The tick of a prediction market that follows its price, as Polymarket's does."""

from typing import Final

_ONE: Final = 1_000
"""A price of one, in thousandths."""
_COARSE: Final = 10
_FINE: Final = 1
_OUTER: Final = 40
"""Closer than this to zero or one the tick becomes the fine one."""
_INNER: Final = 60
"""Farther than this from both it becomes the coarse one again."""


def prediction_tick(tick: int, price: int) -> int:
    """Return the tick that belongs to a price, both in thousandths, with some inertia.

    Examples:
        >>> prediction_tick(10, 39), prediction_tick(1, 941), prediction_tick(1, 939)
        (1, 1, 10)
    """
    edge = min(price, _ONE - price)
    if tick == _COARSE and edge < _OUTER:
        return _FINE
    if tick == _FINE and edge > _INNER:
        return _COARSE
    return tick
