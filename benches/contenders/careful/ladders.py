"""One side of a book in pure Python: prices and sizes as scaled integers, best price cached.

Two decisions make it fast.

* msgspec decodes the venue's decimal text straight into a `float`, in C, and
  `round(price * scale)` makes the integer. Below 2**51 this is exact if the text
  has no more decimals than the scale: parsing and product are each wrong by at
  most one part in 2**53, together by less than half a unit, so that rounding
  gives the true integer back. The few recorded sizes beyond that come out exact
  too (a test compares every number with `Decimal`). It is a shortcut: a longer
  text would be rounded in silence. Converting the text in Python, for instance
  `int(text.replace(".", ""))`, is slower, and crossbook shall not be compared
  with a slow design.
* Asks are kept under negated prices: their scale is negative, which costs
  nothing. On both sides the best level is then the greatest key, the last one,
  where a sorted list is cheapest to change.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable
from itertools import islice
from typing import Protocol

from sortedcontainers import SortedDict

EMPTY_PX = -(1 << 62)
"""Best price of a side without levels: below every price."""

Levels = Iterable[tuple[float, float]]

# A key that is already there keeps its place, so the order need not be looked at:
# this leaves out the Python frame of `SortedDict.__setitem__`.
_replace = dict.__setitem__


class Ladder(Protocol):
    """One side of a book."""

    px: int
    """Best price, negated for asks; `EMPTY_PX` without levels."""
    size: int
    """Size at the best price."""
    price_scale: int
    size_scale: int

    def __init__(self, price_scale: int, size_scale: int) -> None: ...

    def __len__(self) -> int: ...

    def load(self, levels: Levels) -> None:
        """Replace all levels."""

    def set(self, price: float, size: float) -> None:
        """Set the size at a price; 0 removes the level."""

    def apply(self, levels: Levels) -> None:
        """Set many levels and look at the best price once."""

    def add(self, price: float, size_change: float) -> None:
        """Add to the size at a price; a level that reaches 0 goes."""

    def cut(self, depth: int) -> None:
        """Drop the worst levels beyond a depth."""

    def size_at(self, px: int) -> int:
        """Return the size at a price that has a level, the price as it is kept."""

    def best_prices(self, count: int) -> list[int]:
        """Return the prices of the best levels, best first, as they are kept."""


class SortedDictLadder:
    """A side in a `SortedDict`: price to size."""

    __slots__ = ("levels", "price_scale", "px", "size", "size_scale")

    def __init__(self, price_scale: int, size_scale: int) -> None:
        self.levels: SortedDict = SortedDict()
        self.price_scale = price_scale
        self.size_scale = size_scale
        self.px = EMPTY_PX
        self.size = 0

    def __len__(self) -> int:
        return len(self.levels)

    def load(self, levels: Levels) -> None:
        price_scale, size_scale = self.price_scale, self.size_scale
        self.levels = SortedDict(
            {round(price * price_scale): round(size * size_scale) for price, size in levels if size}
        )
        self._renew()

    def set(self, price: float, size: float) -> None:
        px = round(price * self.price_scale)
        levels = self.levels
        if size:
            scaled = round(size * self.size_scale)
            if px in levels:
                _replace(levels, px, scaled)
                if px == self.px:
                    self.size = scaled
            else:
                levels[px] = scaled
                if px > self.px:
                    self.px = px
                    self.size = scaled
        elif px in levels:
            del levels[px]
            if px == self.px:
                self._renew()

    def apply(self, levels: Levels) -> None:
        price_scale, size_scale = self.price_scale, self.size_scale
        kept = self.levels
        for price, size in levels:
            px = round(price * price_scale)
            if size:
                if px in kept:
                    _replace(kept, px, round(size * size_scale))
                else:
                    kept[px] = round(size * size_scale)
            elif px in kept:
                del kept[px]
        self._renew()

    def add(self, price: float, size_change: float) -> None:
        px = round(price * self.price_scale)
        levels = self.levels
        size = levels.get(px, 0) + round(size_change * self.size_scale)
        if size:
            levels[px] = size
        else:
            levels.pop(px, None)
        if px >= self.px:
            self._renew()

    def cut(self, depth: int) -> None:
        levels = self.levels
        while len(levels) > depth:
            levels.popitem(0)

    def size_at(self, px: int) -> int:
        size: int = self.levels[px]
        return size

    def best_prices(self, count: int) -> list[int]:
        return list(islice(reversed(self.levels), count))

    def _renew(self) -> None:
        if self.levels:
            self.px, self.size = self.levels.peekitem(-1)
        else:
            self.px, self.size = EMPTY_PX, 0


class ListLadder:
    """A side in a plain dict of sizes and one sorted list of prices, kept with `bisect`.

    A book has a few thousand levels at most: moving part of a list of that
    length is one `memmove`, which costs less than the bookkeeping of a tree of
    lists written in Python.
    """

    __slots__ = ("keys", "price_scale", "px", "size", "size_scale", "sizes")

    def __init__(self, price_scale: int, size_scale: int) -> None:
        self.keys: list[int] = []
        self.sizes: dict[int, int] = {}
        self.price_scale = price_scale
        self.size_scale = size_scale
        self.px = EMPTY_PX
        self.size = 0

    def __len__(self) -> int:
        return len(self.keys)

    def load(self, levels: Levels) -> None:
        price_scale, size_scale = self.price_scale, self.size_scale
        self.sizes = {
            round(price * price_scale): round(size * size_scale) for price, size in levels if size
        }
        self.keys = sorted(self.sizes)
        self._renew()

    def set(self, price: float, size: float) -> None:
        px = round(price * self.price_scale)
        sizes = self.sizes
        if size:
            scaled = round(size * self.size_scale)
            if px not in sizes:
                insort(self.keys, px)
            sizes[px] = scaled
            if px >= self.px:
                self.px = px
                self.size = scaled
        elif px in sizes:
            del sizes[px]
            if px == self.px:
                self.keys.pop()
                self._renew()
            else:
                del self.keys[bisect_left(self.keys, px)]

    def apply(self, levels: Levels) -> None:
        price_scale, size_scale = self.price_scale, self.size_scale
        keys, sizes = self.keys, self.sizes
        for price, size in levels:
            px = round(price * price_scale)
            if size:
                if px not in sizes:
                    insort(keys, px)
                sizes[px] = round(size * size_scale)
            elif px in sizes:
                del sizes[px]
                del keys[bisect_left(keys, px)]
        self._renew()

    def add(self, price: float, size_change: float) -> None:
        px = round(price * self.price_scale)
        sizes = self.sizes
        size = sizes.get(px, 0) + round(size_change * self.size_scale)
        if size:
            if px not in sizes:
                insort(self.keys, px)
            sizes[px] = size
        elif px in sizes:
            del sizes[px]
            del self.keys[bisect_left(self.keys, px)]
        if px >= self.px:
            self._renew()

    def cut(self, depth: int) -> None:
        for px in self.keys[: max(0, len(self.keys) - depth)]:
            del self.sizes[px]
        del self.keys[: max(0, len(self.keys) - depth)]

    def size_at(self, px: int) -> int:
        return self.sizes[px]

    def best_prices(self, count: int) -> list[int]:
        return self.keys[: -count - 1 : -1]

    def _renew(self) -> None:
        if self.keys:
            self.px = px = self.keys[-1]
            self.size = self.sizes[px]
        else:
            self.px, self.size = EMPTY_PX, 0
