"""Frames as in Binance's "WebSocket Streams" and in the sheet of its protocol."""

from crossbook.venues.requests import Request
from crossbook.venues.stream import Accepted, Fetch, Refused, Send
from tests.unit.venues.talking import T0, S, bare, conduct, said

BTC, ETH = bare("binance", "BTCUSDT", "ETHUSDT")
BASE = Request(
    path="/api/v3/depth",
    query=(("symbol", "BTCUSDT"), ("limit", "1000")),
    group="weight",
    weight=50,
)


def test_a_subscription_is_asked_for_in_the_venues_own_words() -> None:
    stream = conduct("binance", [BTC])
    assert stream.url == "wss://stream.binance.com:9443/ws"
    assert stream.on_open(T0) == [
        Send(b'{"method":"SUBSCRIBE","params":["btcusdt@depth@100ms"],"id":1}')
    ]


def test_the_base_is_asked_for_when_changes_are_sure_to_come() -> None:
    stream = conduct("binance", [BTC])
    stream.on_open(T0)
    assert stream.resync(BTC, T0) == []
    actions = stream.on_control("ack", b'{"result":null,"id":1}', T0)
    assert actions == [Accepted((BTC,)), Fetch(BTC, BASE)]
    assert stream.resync(BTC, T0) == [Fetch(BTC, BASE)]


def test_each_channel_is_a_stream() -> None:
    stream = conduct("binance", [BTC], channels=["book", "trades", "top"], speed="1000ms")
    (asked,) = said(stream.on_open(T0))
    assert asked["params"] == ["btcusdt@depth", "btcusdt@trade", "btcusdt@bookTicker"]


def test_a_deeper_base_costs_more() -> None:
    stream = conduct("binance", [BTC], depth=5000)
    stream.on_open(T0)
    _, fetch = stream.on_control("ack", b'{"result":null,"id":1}', T0)
    assert isinstance(fetch, Fetch)
    assert (fetch.request.query[1], fetch.request.weight) == (("limit", "5000"), 250)


def test_a_refused_frame_is_asked_again_in_halves() -> None:
    stream = conduct("binance", [BTC, ETH])
    stream.on_open(T0)
    error = b'{"error":{"code":2,"msg":"Invalid request"},"id":%d}'
    halves = said(stream.on_control("refused", error % 1, T0))
    assert [(each["params"], each["id"]) for each in halves] == [
        (["btcusdt@depth@100ms"], 2),
        (["ethusdt@depth@100ms"], 3),
    ]
    assert stream.on_control("refused", error % 3, T0) == [Refused((ETH,), "2", "Invalid request")]
    older = b'{"code":2,"msg":"Invalid request","id":2}'
    assert stream.on_control("refused", older, T0) == [Refused((BTC,), "2", "Invalid request")]


def test_an_instrument_that_left_is_not_accepted_any_more() -> None:
    stream = conduct("binance", [BTC, ETH])
    stream.on_open(T0)
    stream.on_control("ack", b'{"result":null,"id":1}', T0)
    assert said(stream.unsubscribe([BTC], T0)) == [
        {"method": "UNSUBSCRIBE", "params": ["btcusdt@depth@100ms"], "id": 2}
    ]
    assert stream.on_control("ack", b'{"result":null,"id":2}', T0) == []
    assert stream.resync(BTC, T0) == []


def test_five_messages_a_second_leave_room_for_pongs() -> None:
    natives = [f"A{number}USDT" for number in range(1000)]
    stream = conduct("binance", bare("binance", *natives))
    counts = [len(stream.on_open(T0))]
    counts += [len(stream.on_idle(T0 + half * S // 2)) for half in range(1, 5)]
    assert counts == [3, 0, 2, 0, 0]
