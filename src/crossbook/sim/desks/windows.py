"""What changed in a book since it was last published, one size a level."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Final, NamedTuple

from crossbook.sim.desk import Quote, Update
from crossbook.sim.ladder import Side
from crossbook.sim.wire.scale import Levels

__all__ = ["CutWindow", "Diff", "Window"]

_ENDLESS: Final = 1 << 62
"""Behind every key that there can be."""


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
        bids = [-change.price for change in update.changes if not change.is_ask]
        asks = [change.price for change in update.changes if change.is_ask]
        if bids:
            self._bids.look(bids)
        if asks:
            self._asks.look(asks)
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

    __slots__ = ("_depth", "_last", "_shown", "_side", "_touched")

    def __init__(self, side: Side, depth: int) -> None:
        self._side = side
        self._depth = depth
        self._touched: set[int] = set()
        self._shown = {key: side.sizes[key] for key in side.keys[:depth]}
        self._last = self._boundary()

    def levels(self) -> Levels:
        """Return what is published, best first."""
        return [(self._side.sign * key, size) for key, size in self._shown.items()]

    def look(self, changed: Iterable[int]) -> None:
        """See which levels were touched: those that changed, and those that came or fell."""
        before, after = self._last, self._boundary()
        reach = max(before, after)
        self._touched.update([key for key in changed if key <= reach])
        if before != after:
            keys = self._side.keys
            begin, end = bisect_right(keys, min(before, after)), bisect_right(keys, reach)
            self._touched.update(keys[begin:end])
            self._last = after

    def take(self, *, tells_fallen: bool) -> Levels:
        """Return the touched levels as they are now, best first, and publish them.

        Where nobody tells of fallen levels, clients begin with a REST answer that may have been
        given in between: a level that changed and changed back is told as well.
        """
        if not self._touched:
            return []
        side, before = self._side, self._shown
        sizes = side.sizes
        self._shown = after = {key: sizes[key] for key in side.keys[: self._depth]}
        levels = []
        for key in sorted(self._touched):
            size = after.get(key, 0)
            if size != before.get(key, 0) if tells_fallen else size or key not in sizes:
                levels.append((side.sign * key, size))
        self._touched.clear()
        return levels

    def _boundary(self) -> int:
        """Return the last key that is visible; a side with too few levels has none."""
        keys = self._side.keys
        return keys[self._depth - 1] if len(keys) >= self._depth else _ENDLESS
