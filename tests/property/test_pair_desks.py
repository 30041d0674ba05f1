"""Whatever a client of four exchanges sends, they answer or hang up; others never notice."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.sim.desks.exchange import Exchange, Wire

PATHS = {"binance": "/ws", "bybit": "/v5/public/spot", "gateio": "/ws/v4/", "mexc": "/ws"}
PLACES = {
    "binance": [
        f"/api/v3/{name}"
        for name in (
            "exchangeInfo", "depth", "trades", "historicalTrades", "aggTrades", "klines",
            "avgPrice", "ticker/24hr", "ticker/price", "ticker/bookTicker",
        )
    ],
    "bybit": [
        f"/v5/market/{name}"
        for name in ("instruments-info", "orderbook", "recent-trade", "kline", "tickers")
    ],
    "gateio": [
        f"/api/v4/spot/{name}"
        for name in ("currency_pairs", "order_book", "trades", "candlesticks", "tickers")
    ],
    "mexc": [
        f"/api/v3/{name}"
        for name in ("exchangeInfo", "depth", "trades", "aggTrades", "klines", "ticker/24hr")
    ],
}  # fmt: skip

WORDS = [
    "SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "subscribe", "unsubscribe",
    "ping", "PING", "SUBSCRIPTION", "UNSUBSCRIPTION", "combined", "btcusdt@depth@100ms",
    "orderbook.50.BTCUSDT", "spot.trades", "spot.obu", "spot.order_book", "ob.BTC_USDT.50",
    "BTC_USDT", "spot@public.aggre.depth.v3.api.pb@10ms@BTCUSDT", "", "\u0660", "\x00",
]  # fmt: skip
WORD = st.one_of(st.sampled_from(WORDS), st.text(max_size=8))
LEAF = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), WORD)
VALUE = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORD, inner, max_size=3),
    max_leaves=8,
)
KEY = st.sampled_from(
    ["method", "params", "id", "op", "args", "req_id", "time", "channel", "event", "payload"]
)
MESSAGE = st.one_of(
    st.binary(max_size=40),
    VALUE.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(KEY, VALUE, max_size=6).map(lambda value: json.dumps(value).encode()),
)
QUERY = st.dictionaries(
    st.sampled_from(
        [
            "symbol", "symbols", "limit", "interval", "startTime", "endTime", "fromId", "type",
            "permissions", "category", "start", "end", "currency_pair", "from", "to", "last_id",
            "reverse", "with_id", "status",
        ]
    ),
    st.one_of(
        st.sampled_from(
            [
                "BTCUSDT", "BTC_USDT", "spot", "1m", "1", "0", "-1", "1e9", "9" * 30, "[", "[1]",
                '["BTCUSDT"]', "NaN", "Infinity", "0.1", "true",
            ]
        ),
        st.text(max_size=6),
    ),
    max_size=4,
)  # fmt: skip


@pytest.mark.parametrize("venue", PATHS)
def test_no_message_breaks_a_desk(venue: str) -> None:
    exchange = Exchange(venue, steps_per_s=0)
    witness = exchange.connect(PATHS[venue])

    @given(messages=st.lists(MESSAGE, max_size=4))
    @settings(max_examples=150)
    def play(messages: list[bytes]) -> None:
        # How many connections there may be has tests of its own.
        wire = Wire(2, PATHS[venue], exchange.now_ns)
        exchange.desk.on_open(wire, exchange.now_ns)
        for message in messages:
            exchange.desk.on_message(wire, message, exchange.now_ns)
        exchange.desk.on_pong(wire, b"", exchange.now_ns)
        exchange.run(0.02)
        for frame, is_binary in zip(wire.frames, wire.binary, strict=True):
            assert is_binary or isinstance(json.loads(frame), dict | list)
        exchange.desk.on_close(wire)
        assert witness.frames == []

    play()


@pytest.mark.parametrize("venue", PATHS)
def test_no_request_breaks_a_desk(venue: str) -> None:
    exchange = Exchange(venue, steps_per_s=0)

    @given(place=st.sampled_from(PLACES[venue]), query=QUERY)
    @settings(max_examples=200)
    def play(place: str, query: dict[str, str]) -> None:
        text = "&".join(f"{name}={quote(value)}" for name, value in query.items())
        answer = exchange.get(f"{place}?{text}")
        assert answer.status in {200, 400}, answer
        document: Any = json.loads(answer.body)
        assert answer.status == 200 or isinstance(document, dict)
        # Limits have tests of their own.
        exchange.run(1)

    play()
