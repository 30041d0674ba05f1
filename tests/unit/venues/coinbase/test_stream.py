"""Frames as in Coinbase's "Advanced Trade WebSocket", "Exchange WebSocket" and its sheet."""

import msgspec

from crossbook.venues.stream import Accepted, Refused, Send
from tests.unit.venues.talking import T0, bare, conduct, said

BTC, ETH = bare("coinbase", "BTC-USD", "ETH-USD")
LISTED = (
    '{{"channel":"subscriptions","client_id":"","timestamp":"2026-01-01T00:00:00Z",'
    '"sequence_num":1,"events":[{{"subscriptions":{{"heartbeats":["heartbeats"]{}}}}}]}}'
)
ERROR = b'{"type":"error","message":"Failed to subscribe"}'


def listed(*products: str, channel: str = "level2") -> bytes:
    names = ",".join(f'"{product}"' for product in products)
    return LISTED.format(f',"{channel}":[{names}]' if products else "").encode()


def test_a_subscription_is_asked_for_in_the_venues_own_words() -> None:
    stream = conduct("coinbase", [BTC, ETH])
    assert stream.url == "wss://advanced-trade-ws.coinbase.com"
    assert stream.on_open(T0) == [
        Send(b'{"type":"subscribe","channel":"heartbeats"}'),
        Send(b'{"type":"subscribe","product_ids":["BTC-USD","ETH-USD"],"channel":"level2"}'),
    ]


def test_an_answer_lists_all_that_is_subscribed_to() -> None:
    stream = conduct("coinbase", [BTC, ETH])
    stream.on_open(T0)
    assert stream.on_control("ack", listed(), T0) == []
    assert stream.on_control("ack", listed("BTC-USD", "ETH-USD"), T0) == [Accepted((BTC, ETH))]
    assert stream.on_control("ack", listed("BTC-USD", "ETH-USD"), T0) == []


def test_a_pair_of_usdc_has_the_book_of_usd() -> None:
    (usdc,) = bare("coinbase", "BTC-USDC")
    alias = msgspec.structs.replace(usdc, book_native="BTC-USD")
    stream = conduct("coinbase", [BTC, alias])
    asked = said(stream.on_open(T0))[-1]
    assert asked["product_ids"] == ["BTC-USD"]
    assert stream.on_control("ack", listed("BTC-USD"), T0) == [Accepted((BTC, alias))]
    assert stream.unsubscribe([BTC], T0) == []
    assert len(said(stream.unsubscribe([alias], T0))) == 1


def test_an_error_is_about_the_oldest_frame() -> None:
    stream = conduct("coinbase", [BTC, ETH])
    stream.on_open(T0)
    halves = said(stream.on_control("refused", ERROR, T0))
    assert [each["product_ids"] for each in halves] == [["BTC-USD"], ["ETH-USD"]]
    assert stream.on_control("refused", ERROR, T0) == [Refused((BTC,), "", "Failed to subscribe")]
    assert stream.on_control("ack", listed("ETH-USD"), T0) == [Accepted((ETH,))]


def test_a_book_is_left_and_joined_again() -> None:
    stream = conduct("coinbase", [BTC, ETH])
    stream.on_open(T0)
    stream.on_control("ack", listed("BTC-USD", "ETH-USD"), T0)
    assert said(stream.resync(ETH, T0)) == [
        {"type": "unsubscribe", "product_ids": ["ETH-USD"], "channel": "level2"}
    ]
    (joined,) = said(stream.on_control("ack", listed("BTC-USD"), T0))
    assert (joined["type"], joined["product_ids"]) == ("subscribe", ["ETH-USD"])
    assert stream.on_control("ack", listed("BTC-USD", "ETH-USD"), T0) == [Accepted((ETH,))]


def test_channels_have_frames_of_their_own() -> None:
    stream = conduct("coinbase", [BTC], channels=["book", "trades", "top"])
    asked = said(stream.on_open(T0))
    assert [each["channel"] for each in asked] == [
        "heartbeats",
        "level2",
        "market_trades",
        "ticker",
    ]


def test_the_feed_of_exchange_has_words_of_its_own() -> None:
    stream = conduct("coinbase", [BTC], product="exchange", channels=["book", "trades"])
    assert stream.url == "wss://ws-feed.exchange.coinbase.com"
    assert said(stream.on_open(T0)) == [
        {
            "type": "subscribe",
            "product_ids": ["BTC-USD"],
            "channels": ["level2_batch", "heartbeat"],
        },
        {"type": "subscribe", "product_ids": ["BTC-USD"], "channels": ["matches"]},
    ]
    answer = (
        b'{"type":"subscriptions","channels":[{"name":"level2_50","product_ids":["BTC-USD"]},'
        b'{"name":"heartbeat","product_ids":["BTC-USD"]}]}'
    )
    assert stream.on_control("ack", answer, T0) == [Accepted((BTC,))]
    error = b'{"type":"error","message":"Failed to subscribe","reason":"X is not valid"}'
    assert stream.on_control("refused", error, T0) == [
        Refused((), "", "Failed to subscribe X is not valid")
    ]
