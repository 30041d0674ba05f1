"""Frames as in OKX's v5 guide and in the sheet of its protocol."""

from crossbook.venues.stream import Accepted, Refused, Replace, Send
from tests.unit.venues.talking import T0, S, bare, conduct, said

BTC, ETH = bare("okx", "BTC-USDT", "ETH-USDT")
ACK = b'{"event":"subscribe","arg":{"channel":"books","instId":"%s"},"connId":"a4d3ae55"}'


def test_a_subscription_is_asked_for_in_the_venues_own_words() -> None:
    stream = conduct("okx", [BTC])
    assert stream.url == "wss://ws.okx.com:8443/ws/v5/public"
    assert stream.on_open(T0) == [
        Send(b'{"id":"1","op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT"}]}')
    ]


def test_each_argument_is_answered_on_its_own() -> None:
    stream = conduct("okx", [BTC, ETH])
    stream.on_open(T0)
    assert stream.on_control("ack", ACK % b"ETH-USDT", T0) == [Accepted((ETH,))]
    error = (
        b'{"id":"1","event":"error","code":"60018","msg":"Wrong URL or channel:books,'
        b'instId:BTC-USDT doesn\'t exist. Please use the correct URL","connId":"a4d3ae55"}'
    )
    (refused,) = stream.on_control("refused", error, T0)
    assert isinstance(refused, Refused)
    assert (refused.instruments, refused.code) == ((BTC,), "60018")


def test_an_error_that_names_nobody_is_looked_for_in_halves() -> None:
    stream = conduct("okx", [BTC, ETH])
    stream.on_open(T0)
    error = b'{"event":"error","code":"60012","msg":"Invalid request","connId":"a4d3ae55"}'
    halves = said(stream.on_control("refused", error, T0))
    assert [[arg["instId"] for arg in each["args"]] for each in halves] == [
        ["BTC-USDT"],
        ["ETH-USDT"],
    ]


def test_channels_have_the_venues_names() -> None:
    (asked,) = said(conduct("okx", [BTC], channels=["book", "trades", "top"]).on_open(T0))
    assert [arg["channel"] for arg in asked["args"]] == ["books", "trades", "tickers"]


def test_a_book_is_left_and_joined_again() -> None:
    stream = conduct("okx", [BTC])
    stream.on_open(T0)
    stream.on_control("ack", ACK % b"BTC-USDT", T0)
    (left,) = said(stream.resync(BTC, T0))
    assert (left["op"], left["args"]) == (
        "unsubscribe",
        [{"channel": "books", "instId": "BTC-USDT"}],
    )
    answer = (ACK % b"BTC-USDT").replace(b'"subscribe"', b'"unsubscribe"')
    (joined,) = said(stream.on_control("ack", answer, T0))
    assert joined["op"] == "subscribe"


def test_a_ping_is_a_word() -> None:
    stream = conduct("okx", [BTC])
    stream.on_open(T0)
    stream.on_control("ack", ACK % b"BTC-USDT", T0)
    assert stream.on_idle(T0 + 20 * S) == [Send(b"ping")]


def test_an_upgrade_is_left_in_time() -> None:
    stream = conduct("okx", [BTC])
    stream.on_open(T0)
    notice = (
        b'{"event":"notice","code":"64008","msg":"The connection will soon be closed for a '
        b'service upgrade. Please reconnect.","connId":"a4d3ae55"}'
    )
    assert stream.on_control("closing", notice, T0) == [Replace("closing")]


def test_an_hour_of_resyncs_leaves_room_for_pings() -> None:
    stream = conduct("okx", [BTC])
    stream.on_open(T0)
    left = (ACK % b"BTC-USDT").replace(b'"subscribe"', b'"unsubscribe"')
    frames = 1
    for _ in range(400):
        actions = [
            *stream.on_control("ack", ACK % b"BTC-USDT", T0),
            *stream.resync(BTC, T0),
            *stream.on_control("ack", left, T0),
        ]
        frames += len(said(actions))
    assert frames == 300
    assert stream.on_idle(T0 + 20 * S) == [Send(b"ping")]
