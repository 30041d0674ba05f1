"""What every exchange makes of a book and its trades."""

import json
import re

import pytest

from crossbook.sim.desk import Quote
from crossbook.sim.desks.pair import DAY_NS, Pair
from crossbook.sim.market import Trade
from tests.unit.sim.desks.exchange import Exchange, Wire

SKEW_NS = 3_600 * 10**9
MS = re.compile(rb"(?<![\d.])1[67]\d{11}(?![\d.])")
"""A time in milliseconds of these years; no id is that long."""

SPOKEN: dict[str, tuple[str, list[object], list[str]]] = {
    "binance": (
        "/ws",
        [
            {
                "method": "SUBSCRIBE",
                "params": [
                    f"btcusdt@{name}"
                    for name in ("depth", "trade", "aggTrade", "ticker", "kline_1m", "avgPrice")
                ],
                "id": 1,
            }
        ],
        [
            "/api/v3/time", "/api/v3/exchangeInfo", "/api/v3/trades?symbol=BTCUSDT",
            "/api/v3/aggTrades?symbol=BTCUSDT", "/api/v3/ticker/24hr?symbol=BTCUSDT",
        ],
    ),
    "bybit": (
        "/v5/public/spot",
        [
            {
                "op": "subscribe",
                "args": [
                    f"{name}.BTCUSDT"
                    for name in ("orderbook.1", "orderbook.50", "publicTrade", "tickers")
                ],
            }
        ],
        [
            "/v5/market/time", "/v5/market/orderbook?category=spot&symbol=BTCUSDT",
            "/v5/market/recent-trade?category=spot&symbol=BTCUSDT",
        ],
    ),
    "gateio": (
        "/ws/v4/",
        [
            {"time": 0, "channel": channel, "event": "subscribe", "payload": payload}
            for channel, payload in (
                ("spot.trades", ["BTC_USDT"]),
                ("spot.book_ticker", ["BTC_USDT"]),
                ("spot.obu", ["ob.BTC_USDT.50"]),
                ("spot.order_book", ["BTC_USDT", "5", "100ms"]),
                ("spot.order_book_update", ["BTC_USDT", "100ms"]),
            )
        ],
        [
            "/api/v4/spot/time", "/api/v4/spot/order_book?currency_pair=BTC_USDT",
            "/api/v4/spot/trades?currency_pair=BTC_USDT",
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("venue", SPOKEN)
def test_a_wrong_clock_shows_in_every_time_that_is_written(venue: str) -> None:
    path, messages, urls = SPOKEN[venue]
    exchange = Exchange(venue, steps_per_s=100)
    exchange.desk.skew_ns = SKEW_NS
    wire: Wire = exchange.connect(path)
    for message in messages:
        if isinstance(message, dict) and "time" in message:
            message["time"] = (exchange.now_ns + SKEW_NS) // 10**9
        answer = exchange.say(wire, message)
        assert "error" not in answer or answer["error"] is None
    exchange.run(3)
    written = [*wire.frames, *(exchange.get(url).body for url in urls)]
    times = [int(time) for text in written for time in MS.findall(text)]
    # Trades from before the world began, and candles that began before, are older.
    oldest = (exchange.wires[0].opened_ns + SKEW_NS - 120 * 10**9) // 1_000_000
    assert len(times) > 100
    outdated = {time for time in times if time < oldest}
    # The day's ticker says when its 24 hours began.
    assert len(outdated) <= 4
    assert all(time >= oldest - DAY_NS // 1_000_000 for time in outdated)


def pair_of(trades: list[tuple[int, Trade]]) -> Pair:
    exchange = Exchange("binance", history_steps=0)
    original = exchange.quotes["BTCUSDT"]
    quote = Quote(
        listing=original.listing,
        market=original.market,
        last_id=original.last_id,
        ts_ns=5,
        trades=trades,
    )
    return Pair(quote, 7, lambda ts_ns: ts_ns + 100)


def test_a_day_is_the_last_twenty_four_hours() -> None:
    trades = [
        (0, Trade(50, 9, True, 1)),
        (DAY_NS, Trade(100, 2, True, 2)),
        (DAY_NS + 50, Trade(120, 1, False, 3)),
        (DAY_NS + 60, Trade(90, 1, False, 4)),
    ]
    day = pair_of(trades).day(DAY_NS + 200)
    assert (day.open, day.high, day.low, day.last, day.last_size) == (100, 120, 90, 90, 1)
    assert (day.volume, day.notional, day.trades, day.first_number) == (4, 410, 3, 2)
    assert (day.change, day.change_ppm, day.vwap) == (-10, -100_000, 102)


def test_a_day_without_trades_shows_the_last_price_before() -> None:
    day = pair_of([(0, Trade(50, 9, True, 1))]).day(2 * DAY_NS)
    assert (day.open, day.last, day.volume, day.vwap, day.change_ppm) == (50, 50, 0, 50, 0)


def test_times_are_those_of_the_venues_clock() -> None:
    pair = pair_of([(7, Trade(50, 9, True, 1))])
    assert pair.changed_ns == 105
    assert pair.trades == [(107, Trade(50, 9, True, 1))]
    assert [candle.open_ns for candle in pair.candles(10, 119)] == [100, 110]
    assert json.dumps(pair.trade_id(Trade(50, 9, True, 1))) == str(pair.trade_base + 1)
