"""Frames as in MEXC's "Spot V3: Websocket Market Streams" and in the sheet of its protocol."""

from crossbook.venues.requests import Request
from crossbook.venues.stream import Accepted, Fetch, Refused, Send
from tests.unit.venues.talking import T0, S, bare, conduct, said

BTC, ETH = bare("mexc", "BTCUSDT", "ETHUSDT")
NAME = "spot@public.aggre.depth.v3.api.pb@100ms@"
ACK = '{{"id":0,"code":0,"msg":"{}"}}'


def base(native: str) -> Request:
    query = (("symbol", native), ("limit", "1000"))
    return Request(path="/api/v3/depth", query=query, group="weight")


def test_a_subscription_is_asked_for_in_the_venues_own_words() -> None:
    stream = conduct("mexc", [BTC])
    assert stream.url == "wss://wbs-api.mexc.com/ws"
    assert stream.on_open(T0) == [
        Send(
            b'{"method":"SUBSCRIPTION","params":'
            b'["spot@public.aggre.depth.v3.api.pb@100ms@BTCUSDT"],"id":1}'
        )
    ]


def test_an_answer_gives_the_names_back() -> None:
    stream = conduct("mexc", [BTC, ETH])
    stream.on_open(T0)
    answer = ACK.format(f"{NAME}BTCUSDT,{NAME}ETHUSDT").encode()
    assert stream.on_control("ack", answer, T0) == [
        Accepted((BTC, ETH)),
        Fetch(BTC, base("BTCUSDT")),
        Fetch(ETH, base("ETHUSDT")),
    ]
    assert stream.resync(ETH, T0) == [Fetch(ETH, base("ETHUSDT"))]


def test_a_refusal_looks_like_a_success_but_for_its_words() -> None:
    stream = conduct("mexc", [BTC, ETH])
    stream.on_open(T0)
    text = f"Not Subscribed successfully! [{NAME}ETHUSDT].  Reason\N{FULLWIDTH COLON} Blocked! "
    refused, again = stream.on_control("refused", ACK.format(text).encode(), T0)
    assert refused == Refused((ETH,), "", text)
    # Nobody confirmed the other.
    assert said([again])[0]["params"] == [f"{NAME}BTCUSDT"]


def test_channels_have_the_venues_names() -> None:
    stream = conduct("mexc", [BTC], channels=["book", "trades", "top"], speed="10ms")
    (asked,) = said(stream.on_open(T0))
    assert [each.split("@")[1:3] for each in asked["params"]] == [
        ["public.aggre.depth.v3.api.pb", "10ms"],
        ["public.aggre.deals.v3.api.pb", "10ms"],
        ["public.aggre.bookTicker.v3.api.pb", "10ms"],
    ]


def test_an_instrument_leaves() -> None:
    stream = conduct("mexc", [BTC, ETH])
    stream.on_open(T0)
    stream.on_control("ack", ACK.format(f"{NAME}BTCUSDT,{NAME}ETHUSDT").encode(), T0)
    assert said(stream.unsubscribe([ETH], T0)) == [
        {"method": "UNSUBSCRIPTION", "params": [f"{NAME}ETHUSDT"], "id": 2}
    ]
    assert stream.on_control("ack", ACK.format(f"{NAME}ETHUSDT").encode(), T0) == []
    assert stream.resync(ETH, T0) == []


def test_a_ping_comes_every_twenty_seconds() -> None:
    stream = conduct("mexc", [BTC])
    stream.on_open(T0)
    stream.on_control("ack", ACK.format(f"{NAME}BTCUSDT").encode(), T0)
    assert stream.on_idle(T0 + 20 * S) == [Send(b'{"method":"PING"}')]
