"""A book as a client that missed nothing knows it."""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from crossbook.sim.wire.number import fixed

Levels = list[tuple[Decimal, Decimal]]


class TrueBook(msgspec.Struct, frozen=True):
    """The exact book of one instrument at one moment."""

    bids: Levels
    """`(price, size)`, best first."""
    asks: Levels
    """`(price, size)`, best first."""


class ClientBook:
    """Plain dictionaries of price to size, in the wire's units.

    Args:
        price_decimals: decimals of a price unit.
        size_decimals: decimals of a size unit.
    """

    __slots__ = ("asks", "bids", "price_decimals", "size_decimals")

    def __init__(self, price_decimals: int, size_decimals: int) -> None:
        self.price_decimals = price_decimals
        self.size_decimals = size_decimals
        self.bids: dict[int, int] = {}
        self.asks: dict[int, int] = {}

    def apply(self, levels: Iterable[tuple[bool, int, int]], *, replaces: bool) -> None:
        """Set or remove levels; with `replaces` the old ones are forgotten first."""
        if replaces:
            self.bids.clear()
            self.asks.clear()
        for is_ask, price, size in levels:
            side = self.asks if is_ask else self.bids
            if size:
                side[price] = size
            else:
                side.pop(price, None)

    def read(self) -> TrueBook:
        """Return the book."""
        return TrueBook(
            bids=[self._level(price, self.bids[price]) for price in sorted(self.bids)[::-1]],
            asks=[self._level(price, self.asks[price]) for price in sorted(self.asks)],
        )

    def read_complement(self) -> TrueBook:
        """Return the book of the other outcome, whose prices are one minus these."""
        one = 10**self.price_decimals
        return TrueBook(
            bids=[self._level(one - price, self.asks[price]) for price in sorted(self.asks)],
            asks=[self._level(one - price, self.bids[price]) for price in sorted(self.bids)[::-1]],
        )

    def _level(self, price: int, size: int) -> tuple[Decimal, Decimal]:
        # From text a decimal is exact; arithmetic would round to the context's precision.
        return (
            Decimal(fixed(price, self.price_decimals)),
            Decimal(fixed(size, self.size_decimals)),
        )
