"""One venue's book of one asset, and the orders that move it."""

from typing import Final, NamedTuple

from crossbook import _core
from crossbook.sim.draws import Draws
from crossbook.sim.fair import FAIR_DECIMALS, FairValue
from crossbook.sim.ladder import Side
from crossbook.sim.shock import Shock
from crossbook.sim.terms import Terms
from crossbook.sim.wire.totals import Top

_TRADE_SHARE: Final = 12
_RESIZE_SHARE: Final = 45
_ADD_SHARE: Final = 25
_REFILL_MAX: Final = 6
_IOC, _POST_ONLY = 1, 3
_FLOW: Final = 0
"""Owner of the orders that the model itself sends."""


class Change(NamedTuple):
    """One level that changed, in the wire's units, with the touch right after it."""

    is_ask: bool
    price: int
    size: int
    """What stands there now; 0 when the level is gone."""
    before: int
    best_bid: int
    best_ask: int


class Trade(NamedTuple):
    """A taker that met the best level, in the wire's units."""

    price: int
    size: int
    taker_buys: bool
    number: int
    """Counts the trades of this book from 1."""


class Step(NamedTuple):
    """What one step did, in the order in which it was done."""

    changes: list[Change]
    trades: list[Trade]


class Market:
    """A limit-order book that quotes around a fair value and is never crossed.

    The changes of a step are ordered so that the book is neither crossed nor
    empty on a side after any one of them: venues that publish each level in a
    frame of its own show every intermediate book.

    Args:
        seed: the session's seed.
        label: unique name of the book: the label of its draws.
        terms: how the venue quotes the asset.
        start_ns: the time of the first book.
    """

    def __init__(self, seed: int, label: str, terms: Terms, start_ns: int) -> None:
        self.terms = terms
        self.tick = terms.tick
        self._fewest = terms.levels * 3 // 4
        self._most = terms.levels * 5 // 4
        self._unit: int = 10 ** (FAIR_DECIMALS - terms.price_decimals)
        self.orders = _core.Orders()
        """Every resting order. Levels are what they add up to."""
        self.bids = Side(-1)
        self.asks = Side(1)
        self.draws = Draws(seed, f"market:{label}")
        self._fair = FairValue(
            seed,
            terms.asset,
            start=terms.start,
            step=terms.step,
            low=terms.low,
            high=terms.high,
            start_ns=start_ns,
        )
        self._shock = Shock(terms, Draws(seed, f"shock:{label}"), start_ns)
        self._trades = 0
        self._changes: list[Change] = []
        self._open(start_ns)

    def top(self) -> Top:
        """Return price and size of the best bid and of the best ask."""
        bids, asks = self.bids, self.asks
        return (bids.best, bids.best_size), (asks.best, asks.best_size)

    def step(self, now_ns: int) -> Step:
        """Follow the fair value and let one order arrive; return what changed.

        Args:
            now_ns: the time, not before that of the last call.
        """
        self._changes = []
        bid_key, ask_key = self._touch(now_ns)
        for side, key in ((self.bids, bid_key), (self.asks, ask_key)):
            if side.keys[0] < key:
                self._retreat(side, key)
        # Two ticks of inertia: a touch that follows every move would never rest.
        inertia = 2 * self.tick
        for side, key in ((self.bids, bid_key), (self.asks, ask_key)):
            if side.keys[0] > key + inertia:
                self._put(side, key, self._size())
        trades = []
        chance = self.draws.below(200)
        side, key = (self.bids, bid_key) if chance < 100 else (self.asks, ask_key)
        if chance % 100 < _TRADE_SHARE:
            trades.append(self._take(side))
        else:
            self._shuffle(side, key, chance % 100 - _TRADE_SHARE)
        self._refill(side)
        return Step(self._changes, trades)

    def regrid(self, tick: int) -> None:
        """Continue on another tick; orders that do not fit it are cancelled unseen."""
        self.tick = tick
        for side in (self.bids, self.asks):
            for key in [key for key in side.keys if key % tick]:
                self._set(side, key, 0)
            if not side.keys:
                self._put(side, self._bound(side), self._size())

    def retick(self, tick: int) -> Step:
        """Continue on another tick, and return which orders that cancelled and made."""
        self._changes = []
        self.tick = tick
        for side in (self.bids, self.asks):
            odd = [key for key in side.keys if key % tick]
            if len(odd) == len(side.keys):
                self._put(side, self._bound(side) // tick * tick, self._size())
            for key in odd:
                self._put(side, key, 0)
        return Step(self._changes, [])

    def _open(self, now_ns: int) -> None:
        for side, key in zip((self.bids, self.asks), self._touch(now_ns), strict=True):
            self._set(side, key, self._size())
            for _ in range(self.terms.levels):
                self._deepen(side, record=False)

    def _touch(self, now_ns: int) -> tuple[int, int]:
        """Return the keys at which the best bid and the best ask belong."""
        terms, tick = self.terms, self.tick
        centre = self._fair.at(now_ns - terms.lag_ns) + self._shock.at(now_ns)
        unit = self._unit * tick
        bid = (centre - terms.half_spread) // unit * tick
        ask = -(-(centre + terms.half_spread) // unit) * tick
        bid = min(max(bid, terms.price_min), terms.price_max - tick)
        return -bid, min(max(ask, bid + tick), terms.price_max)

    def _retreat(self, side: Side, key: int) -> None:
        """Remove what stands on the wrong side of the touch."""
        keys = side.keys
        if keys[-1] < key:
            # The new level comes first, so that the side is never empty. It cannot
            # cross: it lies behind a level that does not.
            self._put(side, key, self._size())
        while keys[0] < key:
            self._put(side, keys[0], 0)

    def _take(self, side: Side) -> Trade:
        """Let a taker eat from the best level, sometimes all of it."""
        draws, step = self.draws, self.terms.size_step
        key, price, standing = side.keys[0], side.best, side.best_size
        size = standing
        if draws.below(100) >= 30:
            size = min(step * (1 + draws.below(max(standing // step, 1))), standing)
        if size == standing and len(side.keys) == 1:
            standing += self._size()
            self._put(side, key, standing)
        taken = self.orders.submit(side is self.bids, price, size, _IOC, _FLOW)
        assert sum(fill[3] for fill in taken[3]) == size, "the best level holds what is taken"
        self._note(side, key, side.put(key, standing - size), standing - size)
        self._trades += 1
        return Trade(price, size, side is self.asks, self._trades)

    def _shuffle(self, side: Side, touch: int, chance: int) -> None:
        """Let somebody change, add or cancel an order near the touch."""
        draws = self.draws
        key = side.keys[draws.near(len(side.keys))]
        if chance >= _RESIZE_SHARE + _ADD_SHARE and len(side.keys) > self.terms.levels // 2:
            self._put(side, key, 0)
            return
        if chance >= _RESIZE_SHARE:
            added = touch + self.tick * draws.near(self.terms.levels * self.terms.gap)
            key = added if added <= self._bound(side) else key
        self._put(side, key, self._size())

    def _refill(self, side: Side) -> None:
        """Bring the number of levels back towards its usual size."""
        missing = self._fewest - len(side.keys)
        if missing > 0:
            for _ in range(min(_REFILL_MAX, missing)):
                self._deepen(side)
        while len(side.keys) > self._most:
            self._put(side, side.keys[-1], 0)

    def _deepen(self, side: Side, *, record: bool = True) -> None:
        """Add a level behind the last one, if the price range has room."""
        key = side.keys[-1] + self.tick * (1 + self.draws.below(2 * self.terms.gap - 1))
        if key > self._bound(side):
            return
        if record:
            self._put(side, key, self._size())
        else:
            self._set(side, key, self._size())

    def _bound(self, side: Side) -> int:
        return self.terms.price_max if side.sign > 0 else -self.terms.price_min

    def _size(self) -> int:
        draws, terms = self.draws, self.terms
        return terms.size_step * (1 + (draws.below(terms.size_typical) >> draws.near(6)))

    def _put(self, side: Side, key: int, size: int) -> None:
        self._note(side, key, self._set(side, key, size), size)

    def _set(self, side: Side, key: int, size: int) -> int:
        """Bring a level to a size by a new order or by cancelling; return the size before."""
        before = side.put(key, size)
        is_ask, price = side is self.asks, side.sign * key
        if size > before:
            receipt = self.orders.submit(is_ask, price, size - before, _POST_ONLY, _FLOW)
            assert not receipt[2], "the flow makes room before it quotes"
        elif size < before:
            self.orders.shrink(is_ask, price, size)
        return before

    def _note(self, side: Side, key: int, before: int, size: int) -> None:
        if before == size:
            return
        self._changes.append(
            Change(
                side.sign > 0, side.sign * key, size, before, -self.bids.keys[0], self.asks.keys[0]
            )
        )
