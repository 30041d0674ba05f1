"""Frames as in Kraken's "Spot WebSockets v2" and in the sheet of its protocol."""

from crossbook.venues.stream import Accepted, Refused, Replace, Send
from tests.unit.venues.talking import T0, S, bare, conduct, said

BTC, ETH = bare("kraken", "BTC/USD", "ETH/USD")
ACK = (
    b'{"method":"subscribe","result":{"channel":"book","depth":10,"snapshot":true,'
    b'"symbol":"%s"},"success":true,"time_in":"2026-01-01T00:00:00Z",'
    b'"time_out":"2026-01-01T00:00:00Z","req_id":1}'
)
LEFT = ACK.replace(b'"subscribe"', b'"unsubscribe"')
UNKNOWN = (
    b'{"error":"Currency pair not supported ETH/USD","method":"subscribe","req_id":1,'
    b'"success":false,"symbol":"ETH/USD","time_in":"2026-01-01T00:00:00Z",'
    b'"time_out":"2026-01-01T00:00:00Z"}'
)


def test_a_subscription_is_asked_for_in_the_venues_own_words() -> None:
    stream = conduct("kraken", [BTC], depth=10)
    assert stream.url == "wss://ws.kraken.com/v2"
    assert stream.on_open(T0) == [
        Send(
            b'{"method":"subscribe","params":{"channel":"book","symbol":["BTC/USD"],'
            b'"depth":10,"snapshot":true},"req_id":1}'
        )
    ]


def test_old_spellings_are_subscribed_to_by_the_new_one() -> None:
    (asked,) = said(conduct("kraken", bare("kraken", "XXBTZUSD")).on_open(T0))
    assert asked["params"]["symbol"] == ["BTC/USD"]


def test_each_symbol_is_answered_on_its_own() -> None:
    stream = conduct("kraken", [BTC, ETH], depth=10)
    stream.on_open(T0)
    assert stream.on_control("ack", ACK % b"BTC/USD", T0) == [Accepted((BTC,))]
    assert stream.on_control("refused", UNKNOWN, T0) == [
        Refused((ETH,), "", "Currency pair not supported ETH/USD")
    ]
    assert stream.on_idle(T0 + 20 * S) == []


def test_channels_have_frames_of_their_own() -> None:
    stream = conduct("kraken", [BTC], channels=["top", "trades", "book"])
    asked = [each["params"] for each in said(stream.on_open(T0))]
    assert asked == [
        {"channel": "book", "symbol": ["BTC/USD"], "depth": 100, "snapshot": True},
        {"channel": "trade", "symbol": ["BTC/USD"], "snapshot": False},
        {"channel": "ticker", "symbol": ["BTC/USD"], "event_trigger": "bbo", "snapshot": True},
    ]


def test_a_book_is_left_and_joined_again_once_the_venue_confirmed() -> None:
    stream = conduct("kraken", [BTC], depth=10)
    stream.on_open(T0)
    stream.on_control("ack", ACK % b"BTC/USD", T0)
    assert said(stream.resync(BTC, T0 + S)) == [
        {
            "method": "unsubscribe",
            "params": {"channel": "book", "symbol": ["BTC/USD"], "depth": 10},
            "req_id": 2,
        }
    ]
    assert stream.resync(BTC, T0 + S) == []
    (joined,) = said(stream.on_control("ack", LEFT % b"BTC/USD", T0 + S))
    assert (joined["method"], joined["req_id"]) == ("subscribe", 3)


def test_a_lost_answer_does_not_end_a_resync() -> None:
    stream = conduct("kraken", [BTC], depth=10)
    stream.on_open(T0)
    stream.on_control("ack", ACK % b"BTC/USD", T0)
    stream.resync(BTC, T0)
    late = [each["method"] for each in said(stream.on_idle(T0 + 11 * S))]
    assert late == ["subscribe"]
    already = b'{"error":"Already subscribed","method":"subscribe","req_id":3,"success":false,%s}'
    actions = stream.on_control("refused", already % b'"symbol":"BTC/USD"', T0 + 11 * S)
    assert actions == [Accepted((BTC,))]


def test_what_was_sent_too_fast_is_asked_again_later() -> None:
    stream = conduct("kraken", [BTC])
    stream.on_open(T0)
    hasty = b'{"error":"Exceeded msg rate","method":"subscribe","req_id":1,"success":false}'
    assert stream.on_control("refused", hasty, T0) == [Refused((), "", "Exceeded msg rate")]
    assert said(stream.on_idle(T0 + S)) == []
    assert said(stream.on_idle(T0 + 11 * S))[0]["params"]["symbol"] == ["BTC/USD"]


def test_maintenance_is_left_in_time() -> None:
    stream = conduct("kraken", [BTC])
    stream.on_open(T0)
    status = b'{"channel":"status","type":"update","data":[{"system":"%s","version":"2.0.0"}]}'
    assert stream.on_control("status", status % b"online", T0) == []
    assert stream.on_control("status", status % b"maintenance", T0) == [Replace("closing")]


def test_an_idle_socket_is_kept_by_pings() -> None:
    stream = conduct("kraken", [BTC], depth=10)
    stream.on_open(T0)
    stream.on_control("ack", ACK % b"BTC/USD", T0)
    assert said(stream.on_idle(T0 + 29 * S)) == []
    assert said(stream.on_idle(T0 + 30 * S)) == [{"method": "ping"}]
    assert said(stream.on_idle(T0 + 31 * S)) == []
