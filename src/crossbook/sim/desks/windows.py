"""What changed in a book since it was last published, one size a level."""

from collections.abc import Iterable
from typing import NamedTuple

from crossbook.sim.desk import Quote, Update
from crossbook.sim.ladder import Side
from crossbook.sim.wire.scale import Levels

__all__ = ["CutWindow", "Diff", "Window"]


class Diff(NamedTuple):
    """The changes of a span of ids: the last size of each level in it, 0 where it is gone."""

    first_id: int
    last_id: int
    bids: Levels
    """Best first."""
    asks: Levels
    """Best first."""


class Window:
    """The changes of a whole book.

    Args:
        last_id: number of the last change before it.
    """

    __slots__ = ("_sizes", "first_id", "last_id")

    def __init__(self, last_id: int) -> None:
        self.first_id = last_id + 1
        self.last_id = last_id
        self._sizes: dict[tuple[bool, int], int] = {}

    def add(self, update: Update) -> None:
        """Take in an update, each one in turn."""
        sizes = self._sizes
        for change in update.changes:
            sizes[change.is_ask, change.price] = change.size
        self.last_id = update.last_id

    def take(self) -> Diff | None:
        """Return what changed since the last call; `None`: nothing."""
        if not self._sizes:
            return None
        levels = self._sizes.items()
        bids = sorted([(price, size) for (ask, price), size in levels if not ask], reverse=True)
        asks = sorted([(price, size) for (ask, price), size in levels if ask])
        diff = Diff(self.first_id, self.last_id, bids, asks)
        self._sizes = {}
        self.first_id = self.last_id + 1
        return diff


class CutWindow:
    """The changes of the best levels of a book, as levels enter and leave them.

    Ids between two diffs are never lost: those of changes further down are covered by the next
    diff that has something to say.

    Args:
        quote: the book.
        depth: how many levels a side are published.
        tells_fallen: a level that was pushed out by a better one is said to be gone. Where the
            venue does not, clients cut their books themselves.
    """

    def __init__(self, quote: Quote, depth: int, *, tells_fallen: bool) -> None:
        self.depth = depth
        self.last_id = quote.last_id
        self.published_id = quote.last_id
        """Number of the last change that was published."""
        self._tells_fallen = tells_fallen
        self._bids = _CutSide(quote.market.bids, depth)
        self._asks = _CutSide(quote.market.asks, depth)
        self.bids: Levels = self._bids.levels()
        """What is published, best first."""
        self.asks: Levels = self._asks.levels()
        """What is published, best first."""

    def add(self, update: Update) -> None:
        """Take in an update, each one in turn, while the book stands as it left it."""
        self._bids.look(-change.price for change in update.changes if not change.is_ask)
        self._asks.look(change.price for change in update.changes if change.is_ask)
        self.last_id = update.last_id

    def take(self) -> Diff | None:
        """Return what changed since the last call and publish it; `None`: nothing visible."""
        bids = self._bids.take(tells_fallen=self._tells_fallen)
        asks = self._asks.take(tells_fallen=self._tells_fallen)
        if not bids and not asks:
            return None
        diff = Diff(self.published_id + 1, self.last_id, bids, asks)
        self.published_id = self.last_id
        self.bids, self.asks = self._bids.levels(), self._asks.levels()
        return diff


class _CutSide:
    """The best levels of a side, and which of them were touched."""

    __slots__ = ("_depth", "_keys", "_side", "_sizes", "_touched")

    def __init__(self, side: Side, depth: int) -> None:
        self._side = side
        self._depth = depth
        self._touched: set[int] = set()
        self._keys = side.keys[:depth]
        self._sizes = {key: side.sizes[key] for key in self._keys}

    def levels(self) -> Levels:
        """Return what is visible, best first."""
        return [(self._side.sign * key, self._sizes[key]) for key in self._keys]

    def look(self, changed: Iterable[int]) -> None:
        """See what became of the visible levels, if a change was among them or above."""
        side, depth = self._side, self._depth
        is_full = len(self._keys) == depth
        if not any(not is_full or key <= self._keys[-1] for key in changed):
            return
        old = self._sizes
        self._keys = side.keys[:depth]
        self._sizes = new = {key: side.sizes[key] for key in self._keys}
        # Both directions: a level that fell out and came back was not seen to change.
        self._touched.update(key for key in old if new.get(key) != old[key])
        self._touched.update(key for key in new if new[key] != old.get(key))

    def take(self, *, tells_fallen: bool) -> Levels:
        """Return the touched levels as they are now, best first, and forget them."""
        side, levels = self._side, []
        for key in sorted(self._touched):
            size = self._sizes.get(key, 0)
            if size or tells_fallen or key not in side.sizes:
                levels.append((side.sign * key, size))
        self._touched.clear()
        return levels
