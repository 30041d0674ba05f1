"""One order book topic of Bybit: what its clients know, and its own count of messages."""

from crossbook.sim.desk import Update
from crossbook.sim.desks.bybit.topics import PERIODS_NS
from crossbook.sim.desks.pair import Pair
from crossbook.sim.desks.windows import CutWindow
from crossbook.sim.draws import Draws
from crossbook.sim.wire import bybit as wire
from crossbook.sim.wire.scale import Levels

__all__ = ["View"]

_REPEAT_NS = 3_000_000_000
_MS = 1_000_000


class View:
    """The best levels of a pair, as every client of one depth knows them.

    Depth 1 is sent whole each time, and again with the same number when it stood still for three
    seconds; the others begin with a snapshot and go on with deltas.

    Args:
        pair: the pair.
        depth: levels a side.
        seed: the session's seed.
        now_ns: the time.
    """

    def __init__(self, pair: Pair, depth: int, *, seed: int, now_ns: int) -> None:
        self.pair = pair
        self.depth = depth
        draws = Draws(seed, f"desk:bybit:{pair.native}:{depth}")
        self.update_id = 1_000_000 + draws.below(100_000_000)
        """Number of the last message."""
        self._matched_ns = pair.quote.ts_ns
        self._sent_ns = now_ns
        self._window = CutWindow(pair.quote, depth, tells_fallen=True)

    def add(self, update: Update) -> None:
        """Take in an update, each one in turn."""
        self._window.add(update)

    @property
    def sides(self) -> tuple[Levels, Levels]:
        """What was published last."""
        return self._window.bids, self._window.asks

    def numbers(self, shown_ns: int) -> wire.Numbers:
        """Return where the published book stands.

        Args:
            shown_ns: what the venue's clock shows.
        """
        sequence = self._window.published_id
        matched_ms = self.pair.stamp(self._matched_ns) // _MS
        return wire.Numbers(self.update_id, sequence, shown_ns // _MS, matched_ms)

    def snapshot(self, now_ns: int) -> bytes:
        """Return the published book: a new client goes on with the next delta of all."""
        return self._frame("snapshot", self.sides, now_ns)

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
        self._matched_ns = self.pair.quote.ts_ns
        if self.depth == 1:
            return self.snapshot(now_ns)
        return self._frame("delta", (diff.bids, diff.asks), now_ns)

    def _frame(self, kind: str, sides: tuple[Levels, Levels], now_ns: int) -> bytes:
        return wire.order_book(
            self.pair.native,
            depth=self.depth,
            kind=kind,
            sides=sides,
            numbers=self.numbers(self.pair.stamp(now_ns)),
            scale=self.pair.scale,
        )


DEEPEST = max(PERIODS_NS)
"""The depth whose numbers the REST order book carries."""
