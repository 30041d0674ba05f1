"""Running totals of one book's trades, as tickers report them."""

from crossbook.sim.market import Trade
from crossbook.sim.wire.totals import Totals


class Tape:
    """Last price, volume and range since the session began.

    Args:
        price: the price before the first trade, in the wire's units.
    """

    __slots__ = ("_first", "_high", "_last", "_low", "_notional", "_volume")

    def __init__(self, price: int) -> None:
        self._first = price
        self._notional = 0
        self._last = price
        self._low = price
        self._high = price
        self._volume = 0

    def add(self, trade: Trade) -> None:
        """Count a trade."""
        self._last = trade.price
        self._low = min(self._low, trade.price)
        self._high = max(self._high, trade.price)
        self._volume += trade.size
        self._notional += trade.price * trade.size

    def totals(self) -> Totals:
        """Return what tickers show."""
        change = self._last - self._first
        share = abs(change) * 1_000_000 // self._first
        return Totals(
            last=self._last,
            low=self._low,
            high=self._high,
            volume=self._volume,
            vwap=self._notional // self._volume if self._volume else self._last,
            change=change,
            change_ppm=share if change >= 0 else -share,
        )
