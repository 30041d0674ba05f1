"""The topics of Bybit's public spot stream."""

from typing import Final, NamedTuple

__all__ = ["INTERVALS_NS", "PERIODS_NS", "Topic", "topic_of"]

_MS: Final = 1_000_000
_MINUTE_NS: Final = 60_000 * _MS

PERIODS_NS: Final = {1: 10 * _MS, 50: 20 * _MS, 200: 100 * _MS, 1000: 200 * _MS}
"""Depths of an order book, and how often each is sent."""

INTERVALS_NS: Final = {
    **{str(minutes): minutes * _MINUTE_NS for minutes in (1, 3, 5, 15, 30, 60, 120, 240, 360, 720)},
    "D": 1440 * _MINUTE_NS,
    "W": 7 * 1440 * _MINUTE_NS,
    "M": 30 * 1440 * _MINUTE_NS,
}
"""Lengths of candles. A month is thirty days here: no session is that long."""

_TICKER_NS: Final = 50 * _MS
_KLINE_NS: Final = 1_000 * _MS


class Topic(NamedTuple):
    """What a topic's name means."""

    name: str
    native: str
    kind: str
    """`orderbook`, `publicTrade`, `tickers` or `kline`."""
    period_ns: int = 0
    """How often it is sent at most; 0: at once."""
    depth: int = 0
    """Levels of an order book."""
    interval: str = ""
    """Length of a candle."""


def topic_of(name: str) -> Topic | None:
    """Return what a name means; `None`: there is no such topic. The symbol may be unknown.

    Examples:
        >>> topic_of("orderbook.50.BTCUSDT")
        Topic(name='orderbook.50.BTCUSDT', native='BTCUSDT', kind='orderbook', period_ns=20000000,
              depth=50, interval='')
        >>> topic_of("orderbook.7.BTCUSDT"), topic_of("news")
        (None, None)
    """
    match name.split("."):
        case ["orderbook", depth, native] if depth.isdecimal() and int(depth) in PERIODS_NS:
            return Topic(name, native, "orderbook", PERIODS_NS[int(depth)], depth=int(depth))
        case ["publicTrade", native]:
            return Topic(name, native, "publicTrade")
        case ["tickers", native]:
            return Topic(name, native, "tickers", _TICKER_NS)
        case ["kline", interval, native] if interval in INTERVALS_NS:
            return Topic(name, native, "kline", _KLINE_NS, interval=interval)
        case _:
            return None
