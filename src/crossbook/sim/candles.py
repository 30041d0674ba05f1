"""Candles of the trades that a simulated venue remembers."""

from collections.abc import Iterable
from typing import NamedTuple

from crossbook.sim.market import Trade

__all__ = ["Candle", "candles"]

_CANDLES_MAX = 5_000
"""Spans that are looked at before the present, however old the first trade is."""


class Candle(NamedTuple):
    """One span's trades in a line, in the wire's units."""

    open_ns: int
    open: int
    high: int
    low: int
    close: int
    volume: int
    notional: int
    """Sum of price x size."""
    trades: int
    """How many trades; 0: the price stood still."""

    @property
    def vwap(self) -> int:
        """Mean price by volume; 0 without trades."""
        return self.notional // self.volume if self.volume else 0


def candles(
    trades: Iterable[tuple[int, Trade]], span_ns: int, now_ns: int, *, price: int
) -> list[Candle]:
    """Return the candles up to now, oldest first; the last one is not finished.

    Args:
        trades: times and trades, oldest first.
        span_ns: length of a candle.
        now_ns: the present.
        price: what candles show before the first trade.

    Examples:
        >>> trades = [(5, Trade(100, 2, True, 1)), (25, Trade(90, 1, False, 2))]
        >>> [(c.open_ns, c.open, c.low, c.volume) for c in candles(trades, 10, 39, price=100)]
        [(0, 100, 100, 2), (10, 100, 100, 0), (20, 90, 90, 1), (30, 90, 90, 0)]
    """
    spans: dict[int, list[Trade]] = {}
    for ts_ns, trade in trades:
        spans.setdefault(ts_ns // span_ns, []).append(trade)
    last = now_ns // span_ns
    first = max(min(spans, default=last), last - _CANDLES_MAX)
    rows = []
    for number in range(first, last + 1):
        candle = _candle(number * span_ns, spans.get(number, []), price)
        price = candle.close
        rows.append(candle)
    return rows


def _candle(open_ns: int, trades: list[Trade], price: int) -> Candle:
    prices = [trade.price for trade in trades] or [price]
    return Candle(
        open_ns,
        prices[0],
        max(prices),
        min(prices),
        prices[-1],
        sum(trade.size for trade in trades),
        sum(trade.price * trade.size for trade in trades),
        len(trades),
    )
