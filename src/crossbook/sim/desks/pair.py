"""A pair of an exchange: its book with the numbers that every exchange makes of it."""

from collections.abc import Callable
from typing import Final, NamedTuple

from crossbook.sim.candles import Candle, candles
from crossbook.sim.desk import Quote
from crossbook.sim.draws import Draws
from crossbook.sim.market import Trade
from crossbook.sim.wire.scale import Scale

__all__ = ["DAY_NS", "Day", "Pair"]

DAY_NS: Final = 86_400_000_000_000


class Day(NamedTuple):
    """The last 24 hours' trades in a line, in the wire's units."""

    open: int
    high: int
    low: int
    last: int
    last_size: int
    """Size of the last trade; 0 without trades."""
    volume: int
    notional: int
    """Sum of price x size."""
    first_number: int
    """Number of the first trade; 0 without trades."""
    trades: int
    """How many trades."""

    @property
    def change(self) -> int:
        """The last price minus the first one."""
        return self.last - self.open

    @property
    def change_ppm(self) -> int:
        """The same in parts per million of the first price, rounded towards zero."""
        share = abs(self.change) * 1_000_000 // self.open
        return share if self.change >= 0 else -share

    @property
    def vwap(self) -> int:
        """Mean price by volume; the last price without trades."""
        return self.notional // self.volume if self.volume else self.last


class Pair:
    """A quote of an exchange.

    Args:
        quote: the book.
        seed: the session's seed: of it the venue makes up where its trade ids begin.
        stamp: what the venue's clock shows at a time. All times of a pair are of this clock.
    """

    def __init__(self, quote: Quote, seed: int, stamp: Callable[[int], int]) -> None:
        listing, terms = quote.listing, quote.market.terms
        self.quote = quote
        self.stamp = stamp
        self.native = listing.native
        self.scale = Scale(terms.price_decimals, terms.size_decimals)
        draws = Draws(seed, f"desk:{listing.venue}:{self.native}")
        self.trade_base = draws.below(1_000_000_000)
        self._first_price = quote.trades[0][1].price if quote.trades else quote.market.asks.best
        self._top = quote.market.top()

    @property
    def trades(self) -> list[tuple[int, Trade]]:
        """The latest trades with their times, oldest first."""
        return [(self.stamp(ts_ns), trade) for ts_ns, trade in self.quote.trades]

    @property
    def changed_ns(self) -> int:
        """Time of the book's last change."""
        return self.stamp(self.quote.ts_ns)

    def trade_id(self, trade: Trade) -> int:
        """Return the venue's number of a trade."""
        return self.trade_base + trade.number

    def is_new_top(self) -> bool:
        """Return whether the best levels are others than at the last call."""
        before, self._top = self._top, self.quote.market.top()
        return before != self._top

    def candles(self, span_ns: int, now_ns: int) -> list[Candle]:
        """Return the candles up to now, oldest first; the last one is not finished.

        Args:
            span_ns: length of a candle.
            now_ns: what the venue's clock shows.
        """
        return candles(self.trades, span_ns, now_ns, price=self._first_price)

    def day(self, now_ns: int) -> Day:
        """Return the 24 hours before what the venue's clock shows."""
        past, trades = self._first_price, []
        for ts_ns, trade in self.trades:
            if ts_ns > now_ns - DAY_NS:
                trades.append(trade)
            else:
                past = trade.price
        if not trades:
            return Day(past, past, past, past, 0, 0, 0, 0, 0)
        prices = [trade.price for trade in trades]
        return Day(
            open=prices[0],
            high=max(prices),
            low=min(prices),
            last=prices[-1],
            last_size=trades[-1].size,
            volume=sum(trade.size for trade in trades),
            notional=sum(trade.price * trade.size for trade in trades),
            first_number=trades[0].number,
            trades=len(trades),
        )
