"""Decimal text of scaled integers."""

from functools import lru_cache
from typing import Final

_POWERS: Final = tuple(10**decimals for decimals in range(20))


def fixed(units: int, decimals: int) -> str:
    """Return the number with all its decimals.

    Examples:
        >>> fixed(6183764, 2), fixed(5, 3), fixed(-5400, 2), fixed(7, 0)
        ('61837.64', '0.005', '-54.00', '7')
    """
    if units < 0:
        return "-" + fixed(-units, decimals)
    if not decimals:
        return str(units)
    whole, rest = divmod(units, _POWERS[decimals])
    return f"{whole}.{rest:0{decimals}d}"


def trimmed(units: int, decimals: int) -> str:
    """Return the number without trailing zeros.

    Examples:
        >>> trimmed(6183760, 2), trimmed(500, 3), trimmed(1200, 2), trimmed(0, 8)
        ('61837.6', '0.5', '12', '0')
    """
    return fixed(units, decimals).rstrip("0").rstrip(".") if decimals else str(units)


@lru_cache(maxsize=1 << 15)
def fixed_again(units: int, decimals: int) -> str:
    """Return `fixed`, remembered: for prices, of which the same few come again and again."""
    return fixed(units, decimals)


@lru_cache(maxsize=1 << 15)
def trimmed_again(units: int, decimals: int) -> str:
    """Return `trimmed`, remembered: for prices, and for sizes that are written twice."""
    return trimmed(units, decimals)
