"""Payloads of Gate.io's channels, but for the books."""

from typing import Any, Final

from crossbook.sim.candles import Candle
from crossbook.sim.desks.answers import encode
from crossbook.sim.desks.gateio.topics import INTERVALS_NS, Topic
from crossbook.sim.desks.pair import Pair
from crossbook.sim.market import Trade
from crossbook.sim.wire import gateio as wire
from crossbook.sim.wire.number import fixed, trimmed

__all__ = ["candle_row", "candlestick", "deal", "public_trade", "ticker"]

_S: Final = 1_000_000_000


def deal(pair: Pair, ts_ns: int, trade: Trade) -> dict[str, Any]:
    """Return what websocket and REST say of a trade alike."""
    return {
        "create_time_ms": wire.milliseconds(ts_ns),
        "side": "buy" if trade.taker_buys else "sell",
        "currency_pair": pair.native,
        "amount": trimmed(trade.size, pair.scale.size),
        "price": trimmed(trade.price, pair.scale.price),
    }


def public_trade(pair: Pair, ts_ns: int, trade: Trade) -> str:
    """Return the payload of `spot.trades`."""
    number = trade.number
    row = {
        "id": pair.trade_id(trade),
        "id_market": number,
        "create_time": ts_ns // _S,
        **deal(pair, ts_ns, trade),
        "range": f"{number}-{number}",
    }
    return encode(row).decode()


def ticker(pair: Pair, now_ns: int) -> dict[str, str]:
    """Return the payload of `spot.tickers`, and the row of `GET /spot/tickers`."""
    day, (bid, ask) = pair.day(now_ns), pair.quote.market.top()
    price, size = pair.scale
    sign = -1 if day.change_ppm < 0 else 1
    return {
        "currency_pair": pair.native,
        "last": trimmed(day.last, price),
        "lowest_ask": trimmed(ask[0], price),
        "lowest_size": trimmed(ask[1], size),
        "highest_bid": trimmed(bid[0], price),
        "highest_size": trimmed(bid[1], size),
        "change_percentage": fixed(sign * (abs(day.change_ppm) // 100), 2),
        "base_volume": trimmed(day.volume, size),
        "quote_volume": trimmed(day.notional, price + size),
        "high_24h": trimmed(day.high, price),
        "low_24h": trimmed(day.low, price),
    }


def candlestick(pair: Pair, topic: Topic, now_ns: int) -> dict[str, Any]:
    """Return the candle of a moment ago, so that each one is shown once when it is closed."""
    span_ns = INTERVALS_NS[topic.interval]
    open_ns = (now_ns - topic.period_ns) // span_ns * span_ns
    rows = pair.candles(span_ns, now_ns)
    candle = next((row for row in rows if row.open_ns == open_ns), rows[-1])
    row = candle_row(pair, candle, span_ns, now_ns)
    names = ("t", "v", "c", "h", "l", "o", "a")
    return {
        **dict(zip(names, row, strict=False)),
        "n": f"{topic.interval}_{pair.native}",
        "w": row[7] == "true",
    }


def candle_row(pair: Pair, candle: Candle, span_ns: int, now_ns: int) -> list[str]:
    """Return a row of `GET /spot/candlesticks`: mind the order."""
    price, size = pair.scale
    return [
        str(candle.open_ns // _S),
        trimmed(candle.notional, price + size),
        trimmed(candle.close, price),
        trimmed(candle.high, price),
        trimmed(candle.low, price),
        trimmed(candle.open, price),
        trimmed(candle.volume, size),
        "true" if candle.open_ns + span_ns <= now_ns else "false",
    ]
