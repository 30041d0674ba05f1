"""Frames as in Gate.io's "Spot WebSocket v4" and in the sheet of its protocol."""

from crossbook.venues.requests import Request
from crossbook.venues.stream import Accepted, Fetch, Refused, Send
from tests.unit.venues.talking import T0, S, bare, conduct, said

BTC, ETH = bare("gateio", "BTC_USDT", "ETH_USDT")
ACK = (
    b'{"time":1767225600,"time_ms":1767225600123,"id":%d,"conn_id":"28838ac31473dcbb",'
    b'"channel":"spot.obu","event":"subscribe","error":null,"result":{"status":"success"}}'
)
ERROR = (
    b'{"time":1767225600,"id":%d,"channel":"spot.obu","event":"subscribe",'
    b'"error":{"code":2,"message":"%s"},"result":{"status":"fail"}}'
)


def test_a_subscription_is_asked_for_in_the_venues_own_words() -> None:
    stream = conduct("gateio", [BTC])
    assert stream.url == "wss://api.gateio.ws/ws/v4/"
    assert stream.on_open(T0) == [
        Send(
            b'{"time":1767225600,"id":1,"channel":"spot.obu","event":"subscribe",'
            b'"payload":["ob.BTC_USDT.50"]}'
        )
    ]
    assert stream.on_control("ack", ACK % 1, T0) == [Accepted((BTC,))]


def test_the_older_channel_takes_one_pair_and_a_base_by_rest() -> None:
    stream = conduct("gateio", [BTC, ETH], variant="order_book_update")
    first, second = said(stream.on_open(T0))
    assert (first["channel"], first["payload"]) == (
        "spot.order_book_update",
        ["BTC_USDT", "100ms"],
    )
    assert second["payload"] == ["ETH_USDT", "100ms"]
    base = Request(
        path="/api/v4/spot/order_book",
        query=(("currency_pair", "BTC_USDT"), ("limit", "100"), ("with_id", "true")),
    )
    assert stream.on_control("ack", ACK % 1, T0) == [Accepted((BTC,)), Fetch(BTC, base)]
    assert stream.resync(BTC, T0) == [Fetch(BTC, base)]


def test_channels_have_frames_of_their_own() -> None:
    asked = said(
        conduct("gateio", [BTC, ETH], channels=["book", "trades", "top"], depth=400).on_open(T0)
    )
    assert [(each["channel"], each["payload"]) for each in asked] == [
        ("spot.obu", ["ob.BTC_USDT.400", "ob.ETH_USDT.400"]),
        ("spot.trades", ["BTC_USDT", "ETH_USDT"]),
        ("spot.book_ticker", ["BTC_USDT", "ETH_USDT"]),
    ]


def test_a_pair_that_spoils_its_frame_is_found() -> None:
    stream = conduct("gateio", [BTC, ETH])
    stream.on_open(T0)
    text = b"unknown currency pair"
    assert len(said(stream.on_control("refused", ERROR % (1, text), T0))) == 2
    assert stream.on_control("refused", ERROR % (3, text), T0) == [
        Refused((ETH,), "2", "unknown currency pair")
    ]
    assert stream.on_control("ack", ACK % 2, T0) == [Accepted((BTC,))]


def test_a_book_that_is_subscribed_twice_goes_on() -> None:
    stream = conduct("gateio", [BTC])
    stream.on_open(T0)
    twice = ERROR % (1, b"Alert sub ob.BTC_USDT.50")
    assert stream.on_control("refused", twice, T0) == [Accepted((BTC,))]


def test_a_book_is_left_and_joined_again() -> None:
    stream = conduct("gateio", [BTC])
    stream.on_open(T0)
    stream.on_control("ack", ACK % 1, T0)
    (left,) = said(stream.resync(BTC, T0 + S))
    assert (left["event"], left["time"], left["payload"]) == (
        "unsubscribe",
        1_767_225_601,
        ["ob.BTC_USDT.50"],
    )
    (joined,) = said(stream.on_control("ack", ACK % 2, T0 + S))
    assert (joined["event"], joined["id"]) == ("subscribe", 3)


def test_a_ping_tells_the_time() -> None:
    stream = conduct("gateio", [BTC])
    stream.on_open(T0)
    stream.on_control("ack", ACK % 1, T0)
    assert stream.on_idle(T0 + 15 * S) == [Send(b'{"time":1767225615,"channel":"spot.ping"}')]
