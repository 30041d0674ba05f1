"""Frames as in Polymarket's "Market Channel" and in the sheet of its protocol."""

from crossbook.venues.requests import Request
from crossbook.venues.stream import Accepted, Fetch, Refused, Send
from tests.unit.venues.talking import T0, S, bare, conduct, said

UP, DOWN = bare("polymarket", "111", "222")


def test_the_first_frame_has_a_shape_of_its_own() -> None:
    stream = conduct("polymarket", [UP, DOWN])
    assert stream.url == "wss://ws-subscriptions-clob.polymarket.com/ws/market"
    assert stream.on_open(T0) == [
        Send(
            b'{"type":"market","assets_ids":["111","222"],"initial_dump":true,"level":2,'
            b'"custom_feature_enabled":true}'
        ),
        Accepted((UP, DOWN)),
    ]


def test_further_tokens_come_and_go_by_operations() -> None:
    stream = conduct("polymarket", [UP])
    stream.on_open(T0)
    assert stream.subscribe([DOWN], T0) == [
        Send(b'{"operation":"subscribe","assets_ids":["222"],"custom_feature_enabled":true}'),
        Accepted((DOWN,)),
    ]
    assert stream.subscribe([DOWN], T0) == []
    assert stream.unsubscribe([DOWN], T0) == [
        Send(b'{"operation":"unsubscribe","assets_ids":["222"]}')
    ]


def test_a_ping_is_a_word_and_never_comes_before_a_subscription() -> None:
    empty = conduct("polymarket", [])
    empty.on_open(T0)
    assert empty.on_idle(T0 + 60 * S) == []
    stream = conduct("polymarket", [UP])
    stream.on_open(T0)
    assert stream.on_idle(T0 + 9 * S) == []
    assert stream.on_idle(T0 + 10 * S) == [Send(b"PING")]


def test_a_resync_leaves_and_joins_and_the_second_fetches_too() -> None:
    stream = conduct("polymarket", [UP, DOWN], lifecycle=False)
    stream.on_open(T0)
    again = [
        {"operation": "unsubscribe", "assets_ids": ["111"]},
        {"operation": "subscribe", "assets_ids": ["111"]},
    ]
    assert said(stream.resync(UP, T0 + S)) == again
    actions = stream.resync(UP, T0 + 6 * S)
    assert said(actions) == again
    assert actions[-1] == Fetch(
        UP, Request(path="/book", query=(("token_id", "111"),), group="book")
    )
    assert said(stream.resync(UP, T0 + 60 * S)) == again


def test_a_refusal_names_nobody() -> None:
    stream = conduct("polymarket", [UP])
    stream.on_open(T0)
    assert stream.on_control("refused", b"INVALID OPERATION", T0) == [
        Refused((), "", "INVALID OPERATION")
    ]
    assert stream.on_control("ack", b"NO NEW ASSETS", T0) == []
