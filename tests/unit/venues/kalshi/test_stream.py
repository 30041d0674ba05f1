"""Frames as in Kalshi's AsyncAPI 2.0.0 and in the sheet of its protocol."""

from crossbook.model import Outcome
from crossbook.venues.stream import Accepted, Refused, Send
from tests.unit.venues.talking import T0, bare, conduct, said

TICKER, OTHER = "KXFEDDECISION-26DEC-H0", "KXFEDDECISION-26DEC-C25"
(YES,) = bare("kalshi", TICKER, outcome=Outcome.YES)
(NO,) = bare("kalshi", TICKER, outcome=Outcome.NO)
(ELSE,) = bare("kalshi", OTHER)
SUBSCRIBED = b'{"id":%d,"type":"subscribed","msg":{"channel":"orderbook_delta","sid":4}}'
OK = b'{"type":"ok","id":%d,"sid":4,"seq":3,"msg":{"market_tickers":["KXA-26-B","KXA-26-C"]}}'


def test_both_sides_come_by_one_subscription() -> None:
    stream = conduct("kalshi", [YES, NO])
    assert stream.url == "wss://external-api-ws.kalshi.com/trade-api/ws/v2"
    assert stream.on_open(T0) == [
        Send(
            b'{"id":1,"cmd":"subscribe","params":{"channels":["orderbook_delta"],'
            b'"market_tickers":["KXFEDDECISION-26DEC-H0"],"use_yes_price":false}}'
        )
    ]
    assert stream.on_control("ack", SUBSCRIBED % 1, T0) == [Accepted((YES, NO))]


def test_markets_are_added_once_the_subscription_has_its_number() -> None:
    stream = conduct("kalshi", [YES])
    stream.on_open(T0)
    assert stream.subscribe([ELSE], T0) == []
    accepted, added = stream.on_control("ack", SUBSCRIBED % 1, T0)
    assert accepted == Accepted((YES,))
    params = {"sids": [4], "action": "add_markets", "market_tickers": [OTHER]}
    assert said([added]) == [{"id": 2, "cmd": "update_subscription", "params": params}]
    assert stream.on_control("ack", OK % 2, T0) == [Accepted((ELSE,))]
    (left,) = said(stream.unsubscribe([ELSE], T0))
    assert left["params"]["action"] == "delete_markets"


def test_a_resync_asks_for_a_snapshot() -> None:
    stream = conduct("kalshi", [YES])
    stream.on_open(T0)
    assert stream.resync(YES, T0) == []
    stream.on_control("ack", SUBSCRIBED % 1, T0)
    params = {"sids": [4], "action": "get_snapshot", "market_tickers": [TICKER]}
    assert said(stream.resync(YES, T0)) == [
        {"id": 2, "cmd": "update_subscription", "params": params}
    ]


def test_each_channel_has_a_number_of_its_own() -> None:
    stream = conduct("kalshi", [YES], channels=["book", "trades", "top"])
    asked = said(stream.on_open(T0))
    assert [each["params"]["channels"] for each in asked] == [
        ["orderbook_delta"],
        ["trade"],
        ["ticker"],
    ]
    trades = b'{"id":2,"type":"subscribed","msg":{"channel":"trade","sid":5}}'
    assert stream.on_control("ack", trades, T0) == []
    assert stream.resync(YES, T0) == []
    assert stream.on_control("ack", SUBSCRIBED % 1, T0) == [Accepted((YES,))]
    assert said(stream.resync(YES, T0))[0]["params"]["sids"] == [4]


def test_a_market_at_fault_is_told_on_its_own() -> None:
    stream = conduct("kalshi", [YES, ELSE])
    stream.on_open(T0)
    error = (
        b'{"type":"error","id":1,"msg":{"code":11,"msg":"invalid parameter",'
        b'"market_ticker":"KXFEDDECISION-26DEC-C25"}}'
    )
    assert stream.on_control("refused", error, T0) == [Refused((ELSE,), "11", "invalid parameter")]
    assert stream.on_control("ack", SUBSCRIBED % 1, T0) == [Accepted((YES,))]


def test_a_subscription_that_died_is_made_anew() -> None:
    stream = conduct("kalshi", [YES])
    stream.on_open(T0)
    stream.on_control("ack", SUBSCRIBED % 1, T0)
    overflow = b'{"type":"error","sid":4,"seq":9,"msg":{"code":25,"msg":"buffer overflow"}}'
    refused, again = stream.on_control("refused", overflow, T0)
    assert refused == Refused((), "25", "buffer overflow")
    assert said([again])[0]["cmd"] == "subscribe"
    renumbered = (SUBSCRIBED % 2).replace(b'"sid":4', b'"sid":7')
    assert stream.on_control("ack", renumbered, T0) == [Accepted((YES,))]
    assert said(stream.resync(YES, T0))[0]["params"]["sids"] == [7]


def test_a_refused_frame_is_asked_again_in_halves_one_after_the_other() -> None:
    stream = conduct("kalshi", [YES, ELSE])
    stream.on_open(T0)
    error = b'{"type":"error","id":%d,"msg":{"code":1,"msg":"unable to process"}}'
    # The second half waits for the number that the first one brings.
    (first,) = said(stream.on_control("refused", error % 1, T0))
    assert first["params"]["market_tickers"] == [TICKER]
    accepted, added = stream.on_control("ack", SUBSCRIBED % 2, T0)
    assert accepted == Accepted((YES,))
    assert said([added])[0]["params"]["action"] == "add_markets"
    refused = stream.on_control("refused", error % 3, T0)
    assert refused == [Refused((ELSE,), "1", "unable to process")]
