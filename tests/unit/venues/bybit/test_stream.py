"""Frames as in Bybit's v5 "Connect" and "Orderbook" and in the sheet of its protocol."""

from crossbook.venues.stream import Accepted, Refused, Send
from tests.unit.venues.talking import T0, S, bare, conduct, said

BTC, ETH = bare("bybit", "BTCUSDT", "ETHUSDT")
ACK = b'{"success":true,"ret_msg":"subscribe","conn_id":"2324d924","req_id":"%d","op":"subscribe"}'


def test_a_subscription_is_asked_for_in_the_venues_own_words() -> None:
    stream = conduct("bybit", [BTC])
    assert stream.url == "wss://stream.bybit.com/v5/public/spot"
    assert stream.on_open(T0) == [
        Send(b'{"op":"subscribe","args":["orderbook.50.BTCUSDT"],"req_id":"1"}')
    ]
    assert stream.on_control("ack", ACK % 1, T0) == [Accepted((BTC,))]


def test_ten_arguments_fill_a_frame() -> None:
    wanted = bare("bybit", *[f"A{number}USDT" for number in range(12)])
    asked = said(conduct("bybit", wanted, channels=["book", "trades"]).on_open(T0))
    assert [len(each["args"]) for each in asked] == [10, 10, 4]
    assert asked[0]["args"][:2] == ["orderbook.50.A0USDT", "publicTrade.A0USDT"]


def test_best_prices_are_no_channel_of_spot() -> None:
    (asked,) = said(conduct("bybit", [BTC], channels=["book", "top"]).on_open(T0))
    assert asked["args"] == ["orderbook.50.BTCUSDT"]


def test_a_topic_that_spoils_its_frame_is_found() -> None:
    stream = conduct("bybit", [BTC, ETH], depth=200)
    stream.on_open(T0)
    # A failure may lack the number of its frame.
    failure = b'{"success":false,"ret_msg":"Invalid topic","conn_id":"cejr","op":"subscribe"}'
    halves = said(stream.on_control("refused", failure, T0))
    assert [each["args"] for each in halves] == [
        ["orderbook.200.BTCUSDT"],
        ["orderbook.200.ETHUSDT"],
    ]
    assert stream.on_control("refused", failure, T0) == [Refused((BTC,), "", "Invalid topic")]
    assert stream.on_control("ack", ACK % 3, T0) == [Accepted((ETH,))]


def test_what_is_subscribed_already_is_accepted() -> None:
    stream = conduct("bybit", [BTC])
    stream.on_open(T0)
    twice = (
        b'{"success":false,"ret_msg":"error:already subscribed,topic:orderbook.50.BTCUSDT",'
        b'"conn_id":"cejr","req_id":"1","op":"subscribe"}'
    )
    assert stream.on_control("refused", twice, T0) == [Accepted((BTC,))]


def test_a_book_is_left_and_joined_again() -> None:
    stream = conduct("bybit", [BTC])
    stream.on_open(T0)
    stream.on_control("ack", ACK % 1, T0)
    assert said(stream.resync(BTC, T0)) == [
        {"op": "unsubscribe", "args": ["orderbook.50.BTCUSDT"], "req_id": "2"}
    ]
    left = b'{"success":true,"ret_msg":"","conn_id":"2324d924","req_id":"2","op":"unsubscribe"}'
    assert said(stream.on_control("ack", left, T0)) == [
        {"op": "subscribe", "args": ["orderbook.50.BTCUSDT"], "req_id": "3"}
    ]


def test_a_ping_comes_every_twenty_seconds() -> None:
    stream = conduct("bybit", [BTC])
    stream.on_open(T0)
    stream.on_control("ack", ACK % 1, T0)
    assert [len(stream.on_idle(T0 + second * S)) for second in (19, 20, 21, 39, 40)] == [
        0, 1, 0, 0, 1,
    ]  # fmt: skip
    assert stream.on_idle(T0 + 60 * S) == [Send(b'{"op":"ping"}')]
