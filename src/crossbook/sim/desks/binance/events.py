"""Events of Binance's streams, but for the diffs."""

from typing import Any, Final

from crossbook.sim.candles import Candle
from crossbook.sim.desks.answers import encode
from crossbook.sim.desks.binance.streams import INTERVALS_NS, Stream
from crossbook.sim.desks.pair import DAY_NS, Pair
from crossbook.sim.market import Trade
from crossbook.sim.wire import binance as wire
from crossbook.sim.wire.number import fixed

__all__ = [
    "aggregate_id",
    "average_price",
    "day_rows",
    "kline_row",
    "partial_book",
    "sampled",
    "traded",
]

_MS: Final = 1_000_000


def traded(pair: Pair, kind: str, trade: Trade, ts_ns: int) -> bytes:
    """Return a `trade`, or an `aggTrade`: here each taker meets one level, so they are one."""
    number = pair.trade_id(trade)
    if kind == "trade":
        return wire.trade(
            pair.native,
            event_ms=ts_ns // _MS,
            number=number,
            price=trade.price,
            size=trade.size,
            taker_buys=trade.taker_buys,
            scale=pair.scale,
        )
    return wire.aggregate_trade(
        pair.native,
        event_ms=ts_ns // _MS,
        number=aggregate_id(pair, trade),
        trades=(number, number),
        price=trade.price,
        size=trade.size,
        taker_buys=trade.taker_buys,
        scale=pair.scale,
    )


def aggregate_id(pair: Pair, trade: Trade) -> int:
    """Return the number of an aggregate trade: they are fewer than trades."""
    return pair.trade_base // 3 + trade.number


def partial_book(pair: Pair, depth: int) -> bytes:
    """Return the best levels."""
    market = pair.quote.market
    sides = (market.bids.levels(depth), market.asks.levels(depth))
    return wire.depth(last_id=pair.quote.last_id, sides=sides, scale=pair.scale)


def sampled(pair: Pair, stream: Stream, now_ns: int) -> bytes:
    """Return a candle, a ticker or the average price."""
    head: dict[str, Any] = {"e": stream.kind, "E": now_ns // _MS, "s": pair.native}
    if stream.kind == "kline":
        return encode({**head, "k": _kline(pair, stream, now_ns)})
    if stream.kind == "avgPrice":
        average, traded_ms = average_price(pair, now_ns)
        return encode({**head, "i": "5m", "w": average, "T": traded_ms})
    head["e"] = "24hrMiniTicker" if stream.kind == "miniTicker" else "24hrTicker"
    rows = day_rows(pair, now_ns)
    if stream.kind == "miniTicker":
        names = ("lastPrice", "openPrice", "highPrice", "lowPrice", "volume", "quoteVolume")
        return encode({**head, **dict(zip("cohlvq", (rows[name] for name in names), strict=True))})
    wanted = (
        "priceChange", "priceChangePercent", "weightedAvgPrice", "prevClosePrice", "lastPrice",
        "lastQty", "bidPrice", "bidQty", "askPrice", "askQty", "openPrice", "highPrice", "lowPrice",
        "volume", "quoteVolume", "openTime", "closeTime", "firstId", "lastId", "count",
    )  # fmt: skip
    letters = "pPwxcQbBaAohlvqOCFLn"
    return encode({**head, **dict(zip(letters, (rows[name] for name in wanted), strict=True))})


def average_price(pair: Pair, now_ns: int) -> tuple[str, int]:
    """Return the mean price of the last five minutes and the time of the last trade, in ms."""
    trades = [trade for ts_ns, trade in pair.trades if ts_ns > now_ns - 300 * 10**9]
    size = sum(trade.size for trade in trades)
    notional = sum(trade.price * trade.size for trade in trades)
    price = notional // size if size else pair.day(now_ns).last
    times = [ts_ns for ts_ns, _ in pair.trades[-1:]]
    return wire.price_text(price, pair.scale), (times or [0])[0] // _MS


def day_rows(pair: Pair, now_ns: int) -> dict[str, Any]:
    """Return the members of `GET /api/v3/ticker/24hr` by name."""
    day, (bid, ask) = pair.day(now_ns), pair.quote.market.top()

    def price(units: int) -> str:
        return wire.price_text(units, pair.scale)

    def size(units: int) -> str:
        return wire.size_text(units, pair.scale)

    first = pair.trade_base + day.first_number if day.trades else -1
    sign = -1 if day.change_ppm < 0 else 1
    return {
        "symbol": pair.native,
        "priceChange": f"{'-' if day.change < 0 else ''}{price(abs(day.change))}",
        "priceChangePercent": fixed(sign * (abs(day.change_ppm) // 10), 3),
        "weightedAvgPrice": price(day.vwap),
        "prevClosePrice": price(day.open),
        "lastPrice": price(day.last),
        "lastQty": size(day.last_size),
        "bidPrice": price(bid[0]),
        "bidQty": size(bid[1]),
        "askPrice": price(ask[0]),
        "askQty": size(ask[1]),
        "openPrice": price(day.open),
        "highPrice": price(day.high),
        "lowPrice": price(day.low),
        "volume": size(day.volume),
        "quoteVolume": wire.notional_text(day.notional, pair.scale),
        "openTime": (now_ns - DAY_NS) // _MS,
        "closeTime": now_ns // _MS,
        "firstId": first,
        "lastId": first + day.trades - 1 if day.trades else -1,
        "count": day.trades,
    }


def kline_row(pair: Pair, candle: Candle, span_ns: int) -> list[Any]:
    """Return a row of `GET /api/v3/klines`."""
    bought = [trade for trade in _trades_of(pair, candle, span_ns) if trade.taker_buys]
    money = sum(trade.price * trade.size for trade in bought)
    return [
        candle.open_ns // _MS,
        wire.price_text(candle.open, pair.scale),
        wire.price_text(candle.high, pair.scale),
        wire.price_text(candle.low, pair.scale),
        wire.price_text(candle.close, pair.scale),
        wire.size_text(candle.volume, pair.scale),
        (candle.open_ns + span_ns) // _MS - 1,
        wire.notional_text(candle.notional, pair.scale),
        candle.trades,
        wire.size_text(sum(trade.size for trade in bought), pair.scale),
        wire.notional_text(money, pair.scale),
        "0",
    ]


def _kline(pair: Pair, stream: Stream, now_ns: int) -> dict[str, Any]:
    """Return the candle of a moment ago, so that each one is shown once when it is closed."""
    span_ns = INTERVALS_NS[stream.interval]
    open_ns = (now_ns - stream.period_ns) // span_ns * span_ns
    rows = pair.candles(span_ns, now_ns)
    candle = next((row for row in rows if row.open_ns == open_ns), rows[-1])
    trades = _trades_of(pair, candle, span_ns)
    row = kline_row(pair, candle, span_ns)
    return {
        "t": row[0],
        "T": row[6],
        "s": pair.native,
        "i": stream.interval,
        "f": pair.trade_id(trades[0]) if trades else -1,
        "L": pair.trade_id(trades[-1]) if trades else -1,
        "o": row[1],
        "c": row[4],
        "h": row[2],
        "l": row[3],
        "v": row[5],
        "n": row[8],
        "x": candle.open_ns + span_ns <= now_ns,
        "q": row[7],
        "V": row[9],
        "Q": row[10],
        "B": "0",
    }


def _trades_of(pair: Pair, candle: Candle, span_ns: int) -> list[Trade]:
    begin_ns, end_ns = candle.open_ns, candle.open_ns + span_ns
    if not candle.volume:
        return []
    return [trade for ts_ns, trade in pair.trades if begin_ns <= ts_ns < end_ns]
