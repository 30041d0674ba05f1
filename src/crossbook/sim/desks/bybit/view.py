"""One order book topic of Bybit: what its clients know, and its own count of messages."""

from collections import deque
from typing import Final, NamedTuple

from crossbook.sim.desk import Update
from crossbook.sim.desks.bybit.topics import PERIODS_NS
from crossbook.sim.desks.pair import Pair
from crossbook.sim.desks.windows import CutWindow
from crossbook.sim.wire import bybit as wire
from crossbook.sim.wire.scale import Levels

__all__ = ["View"]

_REPEAT_NS: Final = 3_000_000_000
_MS: Final = 1_000_000
_STATES_MAX: Final = 150

DEEPEST: Final = max(PERIODS_NS)
"""The depth whose numbers the REST order book carries."""


class State(NamedTuple):
    """A book as it was published."""

    sequence: int
    update_id: int
    matched_ns: int
    sides: tuple[Levels, Levels]


class View:
    """The best levels of a pair, as every client of one depth knows them.

    Depth 1 is sent whole each time, and again with the same number when it stood still for three
    seconds; the others begin with a snapshot and go on with deltas.

    Args:
        pair: the pair.
        depth: levels a side.
        update_id: number of the last message of the topic.
        now_ns: the time.
    """

    def __init__(self, pair: Pair, depth: int, *, update_id: int, now_ns: int) -> None:
        self.pair = pair
        self.depth = depth
        self.update_id = update_id
        """Number of the last message."""
        self._sent_ns = now_ns
        self._window = CutWindow(pair.quote, depth, tells_fallen=True)
        # REST answers may be as of a while ago: it looks for them among the last half minute's.
        self._states: deque[State] = deque(maxlen=_STATES_MAX if depth == DEEPEST else 1)
        self._note()

    def add(self, update: Update) -> None:
        """Take in an update, each one in turn."""
        self._window.add(update)

    def state(self) -> State:
        """Return the last published book that is not newer than the quote."""
        last_id = self.pair.quote.last_id
        known = (state for state in reversed(self._states) if state.sequence <= last_id)
        return next(known, self._states[0])

    def snapshot(self, now_ns: int) -> bytes:
        """Return the published book: a new client goes on with the next delta of all."""
        return self._frame("snapshot", self._states[-1].sides, now_ns)

    def publish(self, now_ns: int) -> bytes | None:
        """Return the next message of the topic; `None`: nothing changed."""
        diff = self._window.take()
        if diff is None:
            if self.depth == 1 and now_ns - self._sent_ns >= _REPEAT_NS:
                self._sent_ns = now_ns
                return self.snapshot(now_ns)
            return None
        self.update_id += 1
        self._sent_ns = now_ns
        self._note()
        if self.depth == 1:
            return self.snapshot(now_ns)
        return self._frame("delta", (diff.bids, diff.asks), now_ns)

    def numbers(self, state: State, shown_ns: int) -> wire.Numbers:
        """Return where a published book stands.

        Args:
            state: the book.
            shown_ns: what the venue's clock shows.
        """
        matched_ms = self.pair.stamp(state.matched_ns) // _MS
        return wire.Numbers(state.update_id, state.sequence, shown_ns // _MS, matched_ms)

    def _note(self) -> None:
        window = self._window
        sides = window.bids, window.asks
        matched_ns = self.pair.quote.ts_ns
        self._states.append(State(window.published_id, self.update_id, matched_ns, sides))

    def _frame(self, kind: str, sides: tuple[Levels, Levels], now_ns: int) -> bytes:
        return wire.order_book(
            self.pair.native,
            depth=self.depth,
            kind=kind,
            sides=sides,
            numbers=self.numbers(self._states[-1], self.pair.stamp(now_ns)),
            scale=self.pair.scale,
        )
