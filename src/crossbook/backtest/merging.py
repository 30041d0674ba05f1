"""All that happens in a replay, in one order."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from operator import itemgetter
from typing import TypeAlias

from crossbook.books import Feed
from crossbook.storage.stream import OPENED, RECEIVED, Row

__all__ = ["Act", "Frame", "Step", "merged", "steps"]

Act: TypeAlias = Callable[[], object]
"""Something rarer than a frame: an opening, a REST answer."""

Frame: TypeAlias = tuple[Callable[[bytes, int], int], bytes, int]
"""What takes a frame, the frame, when it was received."""

Step: TypeAlias = tuple[int, Frame | None, Act | None]
"""By which time it is ordered, and one of the two."""


def steps(
    blocks: Iterable[Sequence[Row]], feed: Feed, before_first_frame: Sequence[Act] = ()
) -> Iterator[Step]:
    """Yield what a stream does to its connection.

    The time that orders never goes back within a stream, and a row without a time stays where
    it is.
    """
    on_frame = feed.on_frame
    acts = list(before_first_frame)
    moment = 0
    for block in blocks:
        for time, direction, payload in block:
            if time > moment:  # noqa: PLR1730 - `max` is a call, and this runs once a message
                moment = time
            if direction == RECEIVED:
                while acts:
                    yield moment, None, acts.pop(0)
                yield moment, (on_frame, payload, time), None
            elif direction == OPENED:
                yield moment, None, partial(feed.on_open, time)
    for act in acts:
        yield moment, None, act


def merged(sources: Sequence[Iterator[Step]]) -> Iterator[Step]:
    """Yield the steps of all sources by time; of one time, those of the earlier source first."""
    return heapq.merge(*sources, key=itemgetter(0))
