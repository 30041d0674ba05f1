"""What tickers say beside the best prices."""

from typing import NamedTuple


class Totals(NamedTuple):
    """A day's trades in a line, in the wire's units."""

    last: int
    low: int
    high: int
    volume: int
    vwap: int
    change: int
    """The last price minus the first one."""
    change_ppm: int
    """The same in parts per million of the first price, rounded towards zero."""


Top = tuple[tuple[int, int], tuple[int, int]]
"""`(price, size)` of the best bid and of the best ask."""
