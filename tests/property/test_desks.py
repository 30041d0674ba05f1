"""Simulated venues are asked for anything: they answer, refuse or hang up, and never break."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossbook.sim.desk import HttpQuestion
from crossbook.sim.desks import DESKS, OPEN_DESKS
from tests.unit.sim.desks.floor import Floor, Phone

VENUES = ["coinbase", "kalshi", "kraken", "okx", "polymarket"]
PATHS = {
    "coinbase": ["/", "/exchange"],
    "kalshi": ["/trade-api/ws/v2"],
    "kraken": ["/v2"],
    "okx": ["/ws/v5/public", "/ws/v5/business"],
    "polymarket": ["/ws/market"],
}
WORDS = [
    "subscribe", "unsubscribe", "ping", "BTC/USDT", "BTC-USDT", "book", "books", "books5", "trade",
    "trades", "ticker", "tickers", "level2", "level2_batch", "market_trades", "heartbeats", "ohlc",
    "heartbeat", "status", "instrument", "instruments", "candle1m", "market", "MARKET", "matches",
    "orderbook_delta", "update_subscription", "list_subscriptions", "add_markets", "SPOT",
    "delete_markets", "get_snapshot", "KXFEDDECISION-26DEC-C25", "market_lifecycle_v2", "candles",
]  # fmt: skip
KEYS = [
    "method", "params", "channel", "symbol", "req_id", "depth", "snapshot", "interval", "op", "id",
    "args", "instId", "instType", "type", "product_ids", "channels", "name", "assets_ids", "cmd",
    "operation", "initial_dump", "custom_feature_enabled", "sids", "sid", "market_tickers",
    "market_ticker", "action", "event_trigger", "use_yes_price", "send_initial_snapshot",
]  # fmt: skip
ROUTES = {
    "coinbase": [
        "/api/v3/brokerage/time", "/api/v3/brokerage/market/products",
        "/api/v3/brokerage/market/products/BTC-USDT/candles", "/exchange/products",
        "/api/v3/brokerage/market/products/BTC-USDT/ticker", "/v2/currencies/crypto",
        "/api/v3/brokerage/market/product_book", "/exchange/products/BTC-USDT/book",
        "/exchange/products/BTC-USDT/trades", "/exchange/products/BTC-USDT/candles", "/exchange",
    ],
    "kalshi": [
        f"/trade-api/v2/{rest}"
        for rest in (
            "markets", "events", "series", "markets/trades", "markets/orderbooks",
            "markets/KXFEDDECISION-26DEC-C25/orderbook", "exchange/status", "events/multivariate",
            "series/KXFEDDECISION/markets/KXFEDDECISION-26DEC-C25/candlesticks",
        )
    ],
    "kraken": [
        f"/0/public/{name}"
        for name in ("Time", "Assets", "AssetPairs", "Depth", "Trades", "OHLC", "Ticker")
    ],
    "okx": [
        f"/api/v5/{rest}"
        for rest in (
            "public/time", "public/instruments", "market/books", "market/trades",
            "market/candles", "market/ticker", "market/tickers",
        )
    ],
    "polymarket": [
        "/book", "/books", "/price", "/prices", "/midpoints", "/markets", "/prices-history",
        "/gamma/markets", "/gamma/events", "/gamma/markets/keyset", "/gamma/public-search",
        "/data-api/trades", "/markets-by-token/1", "/sampling-markets",
    ],
}  # fmt: skip
PARAMETERS = [
    "pair", "count", "since", "interval", "asset", "info", "instId", "sz", "limit", "bar", "after",
    "before", "instType", "product_id", "granularity", "start", "end", "level", "token_id", "side",
    "next_cursor", "market", "startTs", "endTs", "slug", "closed", "order", "ascending", "offset",
    "after_cursor", "q", "ticker", "tickers", "cursor", "status", "min_ts", "max_ts", "depth",
    "period_interval", "start_ts", "end_ts", "series_ticker", "clob_token_ids", "ids",
]  # fmt: skip

words = st.sampled_from(WORDS) | st.text(max_size=8)
values = st.recursive(
    words | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=12,
)
messages = st.dictionaries(st.sampled_from(KEYS), values, max_size=6).map(
    lambda message: json.dumps(message).encode()
) | st.binary(max_size=40)
TEMPLATES: dict[str, list[dict[str, Any]]] = {
    "coinbase": [
        {"type": "subscribe", "product_ids": ["BTC-USDT"], "channel": "level2"},
        {"type": "unsubscribe", "product_ids": ["BTC-USDT"], "channel": "ticker"},
        {"type": "subscribe", "product_ids": ["BTC-USDT"], "channels": ["level2_batch"]},
        {"type": "subscribe", "channels": [{"name": "ticker", "product_ids": ["BTC-USDT"]}]},
    ],
    "kalshi": [
        {"id": 1, "cmd": "subscribe", "params": {
            "channels": ["orderbook_delta", "trade", "ticker"], "send_initial_snapshot": True,
            "market_tickers": ["KXFEDDECISION-26DEC-C25"], "use_yes_price": True}},
        {"id": 2, "cmd": "update_subscription", "params": {
            "sids": [1], "action": "add_markets", "market_tickers": ["KXBTCY-26DEC31-T100000"]}},
        {"id": 3, "cmd": "unsubscribe", "params": {"sids": [1]}},
    ],
    "kraken": [
        {"method": "subscribe", "req_id": 1, "params": {
            "channel": "book", "symbol": ["BTC/USDT"], "depth": 10, "snapshot": True}},
        {"method": "subscribe", "params": {
            "channel": "ticker", "symbol": ["BTC/USDT"], "event_trigger": "bbo"}},
        {"method": "unsubscribe", "params": {
            "channel": "ohlc", "symbol": ["BTC/USDT"], "interval": 1}},
    ],
    "okx": [
        {"id": "1", "op": "subscribe", "args": [{"channel": "books", "instId": "BTC-USDT"}]},
        {"op": "unsubscribe", "args": [{"channel": "candle1m", "instId": "BTC-USDT"}]},
        {"op": "subscribe", "args": [{"channel": "instruments", "instType": "SPOT"}]},
    ],
    "polymarket": [
        {"type": "market", "assets_ids": ["1"], "initial_dump": True, "level": 2},
        {"operation": "subscribe", "assets_ids": ["1"], "custom_feature_enabled": True},
        {"operation": "unsubscribe", "assets_ids": ["1"]},
    ],
}  # fmt: skip
"""What clients really say; the tests put anything into any place of it."""


@st.composite
def near_misses(draw: st.DrawFn, venue: str) -> bytes:
    message = copy.deepcopy(draw(st.sampled_from(TEMPLATES[venue])))
    for _ in range(draw(st.integers(0, 2))):
        place: Any = message
        while True:
            keys: list[Any] = list(place) if isinstance(place, dict) else list(range(len(place)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(place[key], dict | list) and place[key] and draw(st.booleans()):
                place = place[key]
                continue
            place[key] = draw(values)
            break
    return json.dumps(message).encode()


queries = st.dictionaries(
    st.sampled_from(PARAMETERS),
    words | st.integers().map(str) | st.sampled_from(["BTC-USDT", "XBTUSDT", "MA==", "1m", "true"]),
    max_size=5,
)


def floor_of(venue: str) -> Floor:
    assert set(VENUES) <= set(DESKS)
    return Floor(OPEN_DESKS[venue], books=2, venue=venue)


@pytest.mark.parametrize("venue", VENUES)
@settings(max_examples=60)
@given(data=st.data())
def test_no_message_breaks_a_desk(venue: str, data: st.DataObject) -> None:
    floor = floor_of(venue)
    phone: Phone | None = None
    for message in data.draw(st.lists(near_misses(venue) | messages, max_size=8)):
        if phone is None or phone.closed is not None:
            path = data.draw(st.sampled_from(PATHS[venue]))
            floor.wait(1)
            phone = floor.connect(path)
        floor.desk.on_message(phone, message, floor.now_ns)
        floor.run(2)
    floor.wait(0.3)


@pytest.mark.parametrize("venue", VENUES)
@settings(max_examples=60)
@given(data=st.data())
def test_no_request_breaks_a_desk(venue: str, data: st.DataObject) -> None:
    floor = floor_of(venue)
    floor.run(20)
    route = st.sampled_from(ROUTES[venue]) | st.text(max_size=12).map(lambda text: "/" + text)
    for path in data.draw(st.lists(route, max_size=6)):
        question = HttpQuestion(
            method=data.draw(st.sampled_from(["GET", "POST"])),
            path=path,
            query=data.draw(queries),
            headers={},
            body=data.draw(messages | st.just(b'[{"token_id":"1"}]')),
        )
        answer = floor.desk.on_request(question, floor.now_ns)
        assert 200 <= answer.status < 500
        assert answer.native == "" or answer.native in floor.desk.quotes
        body: Any = answer.body
        if ("Content-Type", "application/json") in answer.headers:
            json.loads(body)
