"""How one venue quotes one asset: grids, spreads, delays."""

import msgspec


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """The market model's numbers for one book.

    *Units* are the last decimal that the venue writes: a price of 61837.5 with
    one decimal is 618375 units.
    """

    asset: str
    """The asset whose fair value the book follows."""
    start: int
    """First fair value, in millionths."""
    step: int
    """Largest move of the fair value in one step, in millionths."""
    low: int
    """Lower bound of the fair value, in millionths."""
    high: int
    """Upper bound of the fair value, in millionths."""
    price_decimals: int
    """Decimals of a price on the wire."""
    size_decimals: int
    """Decimals of a size on the wire."""
    tick: int
    """Distance of two prices, in price units."""
    price_min: int
    """Lowest price that may be quoted, in price units."""
    price_max: int
    """Highest price that may be quoted, in price units."""
    size_step: int
    """Most sizes are multiples of this, in size units."""
    size_typical: int
    """The usual size of a level, in `size_step`."""
    half_spread: int
    """Distance of the touch from the fair value, in millionths."""
    gap: int
    """Mean distance of neighbouring levels, in ticks."""
    levels: int
    """Levels that a side has when it is at rest."""
    lag_ns: int
    """The venue follows the fair value this much later."""
    shock_min: int
    """Smallest dislocation, in millionths."""
    shock_max: int
    """Largest dislocation, in millionths."""
