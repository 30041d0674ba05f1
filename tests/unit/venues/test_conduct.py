"""What all conducts share: addresses, patience, persistence."""

import pytest

from crossbook.venues.conduct import address
from crossbook.venues.stream import Accepted, Replace
from tests.unit.venues.talking import T0, S, bare, conduct, said

BTC, ETH = bare("binance", "BTCUSDT", "ETHUSDT")


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        (None, "wss://ws.okx.com:8443/ws/v5/public"),
        ("ws://127.0.0.1:1", "ws://127.0.0.1:1/ws/v5/public"),
        ("ws://127.0.0.1:1/", "ws://127.0.0.1:1/ws/v5/public"),
        ("wss://wspap.okx.com:8443/ws/v5/public?brokerId=9999",
         "wss://wspap.okx.com:8443/ws/v5/public?brokerId=9999"),
    ],
)  # fmt: skip
def test_an_address_without_a_path_gets_the_venues(configured: str | None, expected: str) -> None:
    assert address("wss://ws.okx.com:8443/ws/v5/public", configured) == expected


def test_nothing_is_said_before_the_socket_is_open() -> None:
    stream = conduct("binance", [BTC])
    assert stream.subscribe([ETH], T0) == []
    assert stream.on_idle(T0 + 60 * S) == []
    assert len(said(stream.on_open(T0 + 60 * S))[0]["params"]) == 2


def test_a_caller_that_repeats_itself_changes_nothing() -> None:
    stream = conduct("kraken", bare("kraken", "BTC/USD"))
    (btc,) = bare("kraken", "BTC/USD")
    stream.on_open(T0)
    assert [len(stream.resync(btc, T0)) for _ in range(5)] == [1, 0, 0, 0, 0]
    assert [len(stream.subscribe([btc], T0)) for _ in range(5)] == [0] * 5


def test_an_instrument_that_comes_back_while_it_leaves_is_joined_again() -> None:
    stream = conduct("binance", [BTC])
    stream.on_open(T0)
    stream.on_control("ack", b'{"result":null,"id":1}', T0)
    assert said(stream.unsubscribe([BTC], T0))[0]["method"] == "UNSUBSCRIBE"
    assert stream.subscribe([BTC], T0) == []
    (joined,) = said(stream.on_control("ack", b'{"result":null,"id":2}', T0))
    assert (joined["method"], joined["id"]) == ("SUBSCRIBE", 3)
    accepted, _ = stream.on_control("ack", b'{"result":null,"id":3}', T0)
    assert accepted == Accepted((BTC,))


def test_an_instrument_that_left_before_its_turn_is_never_asked_for() -> None:
    natives = [f"A{number}USDT" for number in range(900)]
    wanted = bare("binance", *natives)
    stream = conduct("binance", wanted)
    asked = len(said(stream.on_open(T0)))
    assert asked == 3
    assert said(stream.unsubscribe(wanted[600:], T0)) == []
    later = [name for each in said(stream.on_idle(T0 + S)) for name in each["params"]]
    assert later == []


def test_what_was_refused_can_be_asked_for_again() -> None:
    stream = conduct("binance", [BTC])
    stream.on_open(T0)
    stream.on_control("refused", b'{"error":{"code":2,"msg":"no"},"id":1}', T0)
    assert stream.resync(BTC, T0) == []
    assert said(stream.subscribe([BTC], T0))[0]["params"] == ["btcusdt@depth@100ms"]


def test_only_one_other_socket_is_asked_for() -> None:
    stream = conduct("mexc", bare("mexc", "BTCUSDT"))
    stream.on_open(T0)
    day = 86_400 * S
    wishes = [
        action
        for now_ns in range(T0 + day - 3600 * S, T0 + day, 60 * S)
        for action in stream.on_idle(now_ns)
        if isinstance(action, Replace)
    ]
    assert wishes == [Replace("lifetime")]
    assert stream.on_control("closing", b"{}", T0 + day) == []
