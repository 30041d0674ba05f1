"""One side of a book as a client sees it that subscribed to a number of levels."""

from typing import Final, NamedTuple

from crossbook.sim.ladder import Side
from crossbook.sim.wire.scale import Levels


class Cut(NamedTuple):
    """What became different in the visible part of a side."""

    sent: Levels
    """Levels that the venue sends: removed ones first, with size 0."""
    fallen: Levels
    """Levels pushed out of the visible part, with size 0: the client cuts them off unasked."""


UNCUT: Final = Cut([], [])
"""Nothing is different."""


class DepthCut:
    """Compares the best levels of a side with those that were published.

    Args:
        side: the whole side.
        depth: how many levels the client sees.
    """

    __slots__ = ("_depth", "_keys", "_side", "_sizes", "levels")

    def __init__(self, side: Side, depth: int) -> None:
        self._side = side
        self._depth = depth
        self._keys: list[int] = []
        self._sizes: dict[int, int] = {}
        self.levels: Levels = []
        """What is published, best first."""

    def refresh(self) -> Cut:
        """Publish the present state; return the difference to the last one."""
        side, old = self._side, self._sizes
        keys, sizes, sign = side.keys[: self._depth], side.sizes, side.sign
        sent = [(sign * key, 0) for key in self._keys if key not in sizes]
        visible = {key: sizes[key] for key in keys}
        fallen = [(sign * key, 0) for key in self._keys if key not in visible and key in sizes]
        sent += [(sign * key, size) for key, size in visible.items() if old.get(key) != size]
        self._keys, self._sizes = keys, visible
        self.levels = [(sign * key, size) for key, size in visible.items()]
        return Cut(sent, fallen)
