"""Price levels of one side of a book, best first."""

from bisect import bisect_left, insort
from typing import Self


class Side:
    """The levels of one side.

    Levels stand under a *key* that grows away from the touch: the price of an
    ask, the negated price of a bid. Both sides then run through the same code.

    Args:
        sign: 1 for asks, -1 for bids.
    """

    __slots__ = ("keys", "sign", "sizes")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.keys: list[int] = []
        self.sizes: dict[int, int] = {}

    @property
    def best(self) -> int:
        """The best price; an `IndexError` when the side is empty."""
        return self.sign * self.keys[0]

    @property
    def best_size(self) -> int:
        """The size at the best price."""
        return self.sizes[self.keys[0]]

    def put(self, key: int, size: int) -> int:
        """Set a level to a size, 0 removes it; return the size before."""
        before = self.sizes.get(key, 0)
        if size:
            if not before:
                insort(self.keys, key)
            self.sizes[key] = size
        elif before:
            del self.sizes[key]
            del self.keys[bisect_left(self.keys, key)]
        return before

    def copy(self) -> Self:
        """Return a side of its own with the same levels."""
        twin = type(self)(self.sign)
        twin.keys = self.keys.copy()
        twin.sizes = self.sizes.copy()
        return twin

    def levels(self, depth: int | None = None) -> list[tuple[int, int]]:
        """Return `(price, size)`, best first, at most `depth` of them."""
        sign, sizes = self.sign, self.sizes
        return [(sign * key, sizes[key]) for key in self.keys[:depth]]
