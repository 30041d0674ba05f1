import base64
import json
from decimal import Decimal
from typing import Any

import pytest

from crossbook.model import Outcome
from crossbook.sim.catalogue import question_listings
from crossbook.sim.desk import HttpQuestion, Quote
from crossbook.sim.desks.kalshi import KalshiDesk
from crossbook.venues.kalshi import symbols
from tests.unit.sim.desks.floor import Floor, Phone, Reader

PATH = "/trade-api/ws/v2"
BASE = "/trade-api/v2"
FED, BITCOIN, RAIN = (
    "KXFEDDECISION-26DEC-C25", "KXBTCY-26DEC31-T100000", "KXRAINNYC-26DEC24-T0",
)  # fmt: skip
SIGNED = {
    "kalshi-access-key": "7f3d9c1e",
    "kalshi-access-timestamp": "1767225600000",
    "kalshi-access-signature": base64.b64encode(b"x" * 256).decode(),
}


def command(name: str, request: int = 1, **params: Any) -> dict[str, Any]:
    return {"id": request, "cmd": name, "params": params}


def books(*tickers: str, **more: Any) -> dict[str, Any]:
    return command("subscribe", channels=["orderbook_delta"], market_tickers=list(tickers), **more)


def send(floor: Floor, phone: Phone, message: dict[str, Any]) -> None:
    floor.desk.on_message(phone, json.dumps(message).encode(), floor.now_ns)


def expect(reader: Reader, quote: Quote) -> None:
    ticker = quote.listing.native
    for name in ("YES", "NO"):
        reader.expect(f"{ticker}-{name}", quote, is_no=name == "NO")


def reader_of(floor: Floor) -> Reader:
    listings = [
        listing
        for quote in floor.quotes
        if quote.question is not None
        for listing in question_listings("kalshi", quote.question)
    ]
    return Reader(floor, PATH, listings)


@pytest.fixture
def floor() -> Floor:
    return Floor(KalshiDesk, is_open=True)


def test_the_engine_has_both_books_at_every_step_and_no_number_is_missing() -> None:
    floor = Floor(KalshiDesk, is_open=True, rate=40)
    reader = reader_of(floor)
    channels = ["orderbook_delta", "trade", "ticker"]
    send(floor, reader.phone, command("subscribe", channels=channels, market_tickers=[FED]))
    for number, update in enumerate(floor.flow(5)):
        if number == 20:
            more: dict[str, Any] = {"sids": [1], "market_tickers": [BITCOIN, RAIN]}
            send(floor, reader.phone, command("update_subscription", action="add_markets", **more))
        if number == 60:
            more = {"sids": [1], "market_tickers": [FED]}
            send(floor, reader.phone, command("update_subscription", action="get_snapshot", **more))
        reader.read()
        if number > 20:
            expect(reader, update.quote)
    reader.proofs()


def test_numbers_begin_with_one_in_each_subscription(floor: Floor) -> None:
    phone = floor.connect(PATH)
    send(floor, phone, command("subscribe", channels=["orderbook_delta", "trade"],
                               market_tickers=[FED, RAIN]))  # fmt: skip
    send(floor, phone, command("subscribe", 2, channels=["ticker", "market_lifecycle_v2"]))
    floor.run(300)
    floor.desk.on_status(floor.world.halt("kalshi", FED), floor.now_ns)
    numbers: dict[int, list[int]] = {}
    for message in phone.take():
        if message["type"] == "ticker":
            assert "seq" not in message
        elif "seq" in message:
            numbers.setdefault(message["sid"], []).append(message["seq"])
    assert set(numbers) == {1, 2, 4}
    for found in numbers.values():
        assert found == list(range(1, len(found) + 1))


def test_prices_of_no_can_be_those_of_yes(floor: Floor) -> None:
    own, mirrored = floor.connect(PATH), floor.connect(PATH)
    _, first = floor.say(own, books(FED, use_yes_price=False))
    _, second = floor.say(mirrored, books(FED, use_yes_price=True))
    assert first["msg"]["yes_dollars_fp"] == second["msg"]["yes_dollars_fp"]
    prices = [Decimal(price) for price, _ in first["msg"]["no_dollars_fp"]]
    assert prices == sorted(prices)
    assert [1 - Decimal(price) for price, _ in second["msg"]["no_dollars_fp"]] == prices[::-1]
    floor.run(60)
    for one, other in zip(own.take(), mirrored.take(), strict=True):
        if one["type"] == "orderbook_delta" and one["msg"]["side"] == "no":
            total = Decimal(one["msg"]["price_dollars"]) + Decimal(other["msg"]["price_dollars"])
            assert total == 1


def test_commands_are_answered(floor: Floor) -> None:
    phone = floor.connect(PATH)
    subscribed, snapshot = floor.say(phone, books(FED))
    assert subscribed == {
        "type": "subscribed", "id": 1, "msg": {"channel": "orderbook_delta", "sid": 1},
    }  # fmt: skip
    assert (snapshot["type"], snapshot["seq"]) == ("orderbook_snapshot", 1)
    ok, added = floor.say(phone, command("update_subscription", 2, sids=[1], action="add_markets",
                                         market_tickers=[RAIN]))  # fmt: skip
    assert (ok["type"], ok["seq"], ok["msg"]) == ("ok", 2, {"market_tickers": [FED, RAIN]})
    assert (added["msg"]["market_ticker"], added["seq"]) == (RAIN, 3)
    (fresh,) = floor.say(phone, command("update_subscription", 3, sid=1, action="get_snapshot",
                                        market_tickers=[FED]))  # fmt: skip
    assert (fresh["id"], fresh["seq"]) == (3, 4)
    (ok,) = floor.say(phone, command("update_subscription", 4, sids=[1], action="delete_markets",
                                     market_ticker=FED))  # fmt: skip
    assert ok["msg"] == {"market_tickers": [RAIN]}
    (listed,) = floor.say(phone, {"id": 5, "cmd": "list_subscriptions"})
    assert listed["msg"] == [{"channel": "orderbook_delta", "sid": 1}]
    (gone,) = floor.say(phone, command("unsubscribe", 6, sids=[1]))
    assert gone == {"type": "unsubscribed", "id": 6, "sid": 1, "seq": 6}
    floor.run(30)
    assert phone.take() == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("no json", 1),
        ({"id": 1, "cmd": "subscribe"}, 2),
        (command("subscribe"), 3),
        (command("unsubscribe"), 4),
        (command("dance"), 5),
        (command("unsubscribe", sids=[9]), 7),
        (command("subscribe", channels=["dance"]), 8),
        (command("subscribe", channels=["fill"]), 9),
        (books("KXFOO-1"), 11),
        (command("update_subscription", sids=[1, 2], action="add_markets"), 12),
        (books(), 14),
    ],
)
def test_errors_have_codes(floor: Floor, message: Any, code: int) -> None:
    (answer,) = floor.say(floor.connect(PATH), message)
    assert (answer["type"], answer["msg"]["code"]) == ("error", code)


@pytest.mark.parametrize(
    ("params", "code"), [({}, 15), ({"action": "dance"}, 13), ({"action": "add_markets"}, 14)]
)
def test_errors_about_a_subscription_take_a_number(
    floor: Floor, params: dict[str, Any], code: int
) -> None:
    phone = floor.connect(PATH)
    floor.say(phone, books(FED))
    (answer,) = floor.say(phone, command("update_subscription", 2, sids=[1], **params))
    assert (answer["msg"]["code"], answer["sid"], answer["seq"]) == (code, 1, 2)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {**SIGNED, "kalshi-access-key": ""},
        {**SIGNED, "kalshi-access-timestamp": "1767225600"},
        {**SIGNED, "kalshi-access-signature": "?"},
        {**SIGNED, "kalshi-access-signature": "c2hvcnQ="},
    ],
)
def test_a_handshake_must_be_signed(headers: dict[str, str]) -> None:
    desk = Floor(KalshiDesk).desk
    answer = desk.refuses(PATH, headers)
    assert answer is not None
    assert answer.status == 401
    assert desk.refuses(PATH, SIGNED) is None


def test_only_the_real_path_is_a_websocket(floor: Floor) -> None:
    answer = floor.desk.refuses("/ws", SIGNED)
    assert answer is not None
    assert answer.status == 404


def test_pings_must_be_answered() -> None:
    floor = Floor(KalshiDesk, is_open=True, scale_s=0.01)
    silent, alive = floor.connect(PATH), floor.connect(PATH)
    for _ in range(4):
        floor.wait(0.1)
        floor.desk.on_pong(alive, b"heartbeat", floor.now_ns)
    assert floor.phones == [alive]
    assert silent.pings[:2] == [b"heartbeat"] * 2


def test_the_life_of_markets_is_told(floor: Floor) -> None:
    phone = floor.connect(PATH)
    floor.say(phone, command("subscribe", channels=["market_lifecycle_v2"]))
    floor.desk.on_listing(floor.world.enlist("kalshi"), floor.now_ns)
    floor.desk.on_status(floor.world.halt("kalshi", FED), floor.now_ns)
    floor.desk.on_status(floor.world.resume("kalshi", FED), floor.now_ns)
    floor.desk.on_status(floor.world.resolve("kalshi", FED), floor.now_ns)
    messages = [message["msg"] for message in phone.take()]
    assert [message["event_type"] for message in messages] == [
        "created", "activated", "deactivated", "activated", "determined", "settled",
    ]  # fmt: skip
    assert messages[4]["result"] in {"yes", "no"}
    market = floor.read(f"{BASE}/markets/{FED}")["market"]
    assert (market["status"], market["result"]) == ("finalized", messages[4]["result"])


def test_markets_are_what_crossbook_reads(floor: Floor) -> None:
    for path, query in (
        (f"{BASE}/markets", {}),
        (f"{BASE}/events", {"with_nested_markets": "true"}),
    ):
        catalogue = symbols.instruments(floor.ask(path, **query).body)
        assert [each.symbol for each in catalogue.instruments if each.outcome is Outcome.YES] == [
            f"{ticker}-YES" for ticker in (FED, BITCOIN, RAIN)
        ]
        assert not catalogue.problems


def test_rest_shows_the_market(floor: Floor) -> None:
    floor.run(300)
    quote = floor.quotes[0]
    book = floor.read(f"{BASE}/markets/{FED}/orderbook", depth="3")["orderbook_fp"]
    assert [Decimal(price) * 100 for price, _ in book["yes_dollars"][::-1]] == [
        price for price, _ in quote.market.bids.levels(3)
    ]
    assert [100 - Decimal(price) * 100 for price, _ in book["no_dollars"][::-1]] == [
        price for price, _ in quote.market.asks.levels(3)
    ]
    trades = floor.read(f"{BASE}/markets/trades", ticker=FED, limit="1000")["trades"]
    assert len(trades) == len(quote.trades)
    assert [row["created_time"] for row in trades] == sorted(
        (row["created_time"] for row in trades), reverse=True
    )
    path = f"{BASE}/series/KXFEDDECISION/markets/{FED}/candlesticks"
    rows = floor.read(path, period_interval="1")["candlesticks"]
    sizes = Decimal(sum(trade.size for _, trade in quote.trades)).scaleb(-2)
    assert sum(Decimal(row["volume_fp"]) for row in rows) == sizes
    many = floor.read(f"{BASE}/markets/orderbooks", tickers=f"{FED},{RAIN}")["orderbooks"]
    assert [each["ticker"] for each in many] == [FED, RAIN]
    assert floor.read(f"{BASE}/exchange/status")["trading_active"] is True


def test_cursors_lead_through_all_pages() -> None:
    floor = Floor(KalshiDesk, books=5, page_max=2)
    for kind, field in (("markets", "ticker"), ("events", "event_ticker"), ("series", "ticker")):
        cursor, found = "", []
        while True:
            page = floor.read(f"{BASE}/{kind}", cursor=cursor)
            found += [row[field] for row in page[kind]]
            cursor = page["cursor"]
            if not cursor:
                break
        assert len(found) == len(set(found)) == 5


def test_filters_have_their_own_words(floor: Floor) -> None:
    floor.world.halt("kalshi", FED)
    floor.world.resolve("kalshi", RAIN)
    for word, tickers in (("open", [BITCOIN]), ("paused", [FED]), ("settled", [RAIN])):
        rows = floor.read(f"{BASE}/markets", status=word)["markets"]
        assert [row["ticker"] for row in rows] == tickers
    rows = floor.read(f"{BASE}/markets", series_ticker="KXBTCY")["markets"]
    assert [row["event_ticker"] for row in rows] == ["KXBTCY-26DEC31"]
    assert floor.read(f"{BASE}/events/KXBTCY-26DEC31")["markets"][0]["ticker"] == BITCOIN


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/markets/KXFOO", {}, 404),
        ("/dance", {}, 404),
        ("/markets", {"status": "active"}, 400),
        ("/markets", {"limit": "0"}, 400),
        ("/markets", {"cursor": "?"}, 400),
        ("/markets", {"limit": "x"}, 400),
        (f"/series/KXFEDDECISION/markets/{FED}/candlesticks", {"period_interval": "5"}, 400),
        ("/series/KXFOO", {}, 404),
    ],
)
def test_errors_have_a_status(floor: Floor, path: str, query: dict[str, str], status: int) -> None:
    answer = floor.ask(BASE + path, **query)
    assert answer.status == status
    assert "code" in json.loads(answer.body)["error"]


def test_signed_requests_are_charged(floor: Floor) -> None:
    question = HttpQuestion(method="GET", path=f"{BASE}/exchange/status", query={}, headers=SIGNED)
    answers = [floor.desk.on_request(question, floor.now_ns) for _ in range(61)]
    assert [answer.status for answer in answers] == [200] * 60 + [429]
    assert json.loads(answers[-1].body) == {"error": "too many requests"}
    assert floor.ask(f"{BASE}/exchange/status").status == 200
