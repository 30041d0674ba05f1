"""How many decimals the integers of one instrument have."""

from typing import NamedTuple


class Scale(NamedTuple):
    """Decimals of the wire's units."""

    price: int
    size: int


Levels = list[tuple[int, int]]
"""`(price, size)` of one side, in the order in which they are written."""
