import json
from decimal import Decimal
from typing import Any

import pytest

from crossbook.sim.desks.kraken import KrakenDesk
from crossbook.venues.kraken import symbols
from tests.unit.sim.desks.floor import Floor, Reader

BTC, ETH, SOL = "BTC/USDT", "ETH/USDT", "SOL/USDT"


def subscription(channel: str, *names: str, **params: Any) -> dict[str, Any]:
    named = {"symbol": list(names)} if names else {}
    return {
        "method": "subscribe",
        "params": {"channel": channel, **named, **params},
        "req_id": 7,
    }


@pytest.fixture
def floor() -> Floor:
    return Floor(KrakenDesk)


@pytest.mark.parametrize("depth", [10, 25, 100])
def test_the_engine_has_the_book_at_every_step_and_every_checksum_holds(depth: int) -> None:
    floor = Floor(KrakenDesk)
    floor.run(30)
    reader = Reader(floor, "/v2")
    floor.say(reader.phone, subscription("ticker", BTC, ETH, SOL, event_trigger="bbo"))
    message = json.dumps(subscription("book", BTC, ETH, SOL, depth=depth)).encode()
    floor.desk.on_message(reader.phone, message, floor.now_ns)
    floor.desk.on_message(
        reader.phone, json.dumps(subscription("trade", BTC, ETH)).encode(), floor.now_ns
    )
    for update in floor.flow(10):
        reader.read()
        reader.expect(update.quote.listing.symbol, update.quote, depth)
    assert reader.proofs() > 300


def test_a_connection_is_greeted_with_the_state_of_the_system(floor: Floor) -> None:
    (status,) = floor.connect("/v2").take()
    assert status["channel"] == "status"
    assert status["data"][0]["system"] == "online"


def test_each_symbol_is_acknowledged_before_its_snapshot(floor: Floor) -> None:
    phone = floor.connect("/v2")
    answers = floor.say(phone, subscription("book", BTC, ETH, depth=25))
    assert [answer.get("method", answer.get("type")) for answer in answers] == [
        "subscribe", "snapshot", "subscribe", "snapshot",
    ]  # fmt: skip
    assert answers[0]["success"] is True
    assert answers[0]["req_id"] == 7
    assert answers[0]["result"] == {
        "channel": "book", "depth": 25, "snapshot": True, "symbol": BTC,
    }  # fmt: skip
    assert len(answers[1]["data"][0]["bids"]) == 25


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("no json", "Malformed request"),
        ({"method": "subscribe"}, "Malformed request"),
        ({"method": "dance"}, "Event(s) not found"),
        (subscription("book", "XBT/USDT"), "Currency pair not supported XBT/USDT"),
        (subscription("book", BTC, depth=11), "Subscription depth not supported"),
        (subscription("book", BTC, depth="10"), "Subscription book depth must be an integer"),
        (subscription("books", BTC), "Channel not supported: books"),
        (subscription("ohlc", BTC, interval=2), "Subscription ohlc interval not supported"),
        (subscription("book"), "Symbol field must be an array"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(floor: Floor, message: Any, text: str) -> None:
    (answer,) = floor.say(floor.connect("/v2"), message)
    assert answer["success"] is False
    assert answer["error"] == text


def test_a_symbol_is_subscribed_once_and_unsubscribed_with_its_depth(floor: Floor) -> None:
    phone = floor.connect("/v2")
    floor.say(phone, subscription("book", BTC, depth=25))
    (again,) = floor.say(phone, subscription("book", BTC, depth=25))
    assert again["error"] == "Already subscribed"
    (wrong,) = floor.say(phone, subscription("book", BTC) | {"method": "unsubscribe"})
    assert wrong["error"] == "Subscription Not Found"
    (done,) = floor.say(phone, subscription("book", BTC, depth=25) | {"method": "unsubscribe"})
    assert done["result"] == {"channel": "book", "depth": 25, "symbol": BTC}
    floor.run(30)
    assert phone.take() == []


def test_clients_of_one_depth_get_the_same_bytes(floor: Floor) -> None:
    first, second = floor.connect("/v2"), floor.connect("/v2")
    floor.say(first, subscription("book", BTC))
    floor.run(50)
    floor.say(second, subscription("book", BTC))
    first.take()
    floor.step()
    assert first.frames == second.frames != []


def test_a_ping_is_answered_and_silence_is_filled_with_heartbeats(floor: Floor) -> None:
    phone = floor.connect("/v2")
    (pong,) = floor.say(phone, {"method": "ping", "req_id": 3})
    assert (pong["method"], pong["req_id"]) == ("pong", 3)
    floor.wait(3)
    assert phone.take() == []
    floor.say(phone, subscription("trade", BTC))
    floor.wait(3.1)
    assert phone.take() == [{"channel": "heartbeat"}] * 3


def test_an_idle_connection_is_closed_after_a_minute() -> None:
    floor = Floor(KrakenDesk, scale_s=0.1)
    phone, busy = floor.connect("/v2"), floor.connect("/v2")
    floor.say(busy, subscription("trade", BTC))
    floor.wait(5.9)
    assert floor.phones == [phone, busy]
    floor.wait(0.2)
    assert floor.phones == [busy]


def test_too_many_messages_are_refused(floor: Floor) -> None:
    phone = floor.connect("/v2")
    answers = [floor.say(phone, {"method": "ping"})[0] for _ in range(201)]
    assert answers[199]["method"] == "pong"
    assert answers[200]["error"] == "Exceeded msg rate"


def test_trades_candles_and_tickers_say_the_same_as_the_market(floor: Floor) -> None:
    phone = floor.connect("/v2")
    for channel in ("trade", "ticker", "ohlc"):
        floor.say(phone, subscription(channel, BTC))
    quote = floor.quotes[0]
    while not quote.trades:
        floor.step()
    messages = {message["channel"]: message for message in phone.take()}
    _, trade = quote.trades[-1]
    price = trade.price / 10
    assert messages["trade"]["data"][0]["price"] == price
    assert messages["ticker"]["data"][0]["last"] == price
    assert messages["ticker"]["data"][0]["bid"] == quote.market.bids.best / 10
    assert messages["ohlc"]["data"][0]["close"] == price
    (_, snapshot) = floor.say(floor.connect("/v2"), subscription("trade", BTC, snapshot=True))
    assert snapshot["data"][0] == messages["trade"]["data"][0]


def test_the_instrument_channel_lists_pairs_and_says_when_one_halts(floor: Floor) -> None:
    phone = floor.connect("/v2")
    _, snapshot = floor.say(phone, subscription("instrument"))
    catalogue = symbols.instruments(json.dumps(snapshot).encode())
    assert [each.native for each in catalogue.instruments] == [BTC, ETH, SOL]
    floor.quotes[0].is_halted = True
    floor.desk.on_status(floor.quotes[0], floor.now_ns)
    (update,) = phone.take()
    assert (update["type"], update["data"]["pairs"][0]["status"]) == ("update", "maintenance")


def test_a_coarser_tick_takes_levels_out_of_the_book(floor: Floor) -> None:
    reader = Reader(floor, "/v2")
    message = json.dumps(subscription("book", BTC, depth=10)).encode()
    floor.desk.on_message(reader.phone, message, floor.now_ns)
    floor.retick(0, 10)
    reader.read()
    reader.expect("BTC-USDT", floor.quotes[0], 10)
    assert reader.proofs() == 2


def test_a_shutdown_is_announced(floor: Floor) -> None:
    phone = floor.connect("/v2")
    phone.take()
    floor.desk.on_shutdown(floor.now_ns)
    assert phone.take()[0]["data"][0]["system"] == "maintenance"


def test_only_the_real_path_is_a_websocket(floor: Floor) -> None:
    answer = floor.desk.refuses("/v3", {})
    assert answer is not None
    assert answer.status == 404


def test_asset_pairs_are_what_crossbook_reads(floor: Floor) -> None:
    answer = floor.ask("/0/public/AssetPairs")
    catalogue = symbols.instruments(answer.body)
    found = {str(each.id): each for each in catalogue.instruments}
    btc = found["BTC-USDT.KRAKEN"]
    assert (btc.native, btc.tick, btc.fee.taker_ppm) == (BTC, Decimal("0.1"), 4000)
    assert set(btc.aliases) == {"XBT/USDT", "XBTUSDT"}


@pytest.mark.parametrize("name", ["XBTUSDT", "XBT/USDT", "BTC/USDT"])
def test_depth_is_the_market(floor: Floor, name: str) -> None:
    floor.run(20)
    answer = floor.read("/0/public/Depth", pair=name, count="5")
    (book,) = answer["result"].values()
    market = floor.quotes[0].market
    assert [Decimal(price) * 10 for price, *_ in book["bids"]] == [
        price for price, _ in market.bids.levels(5)
    ]
    assert floor.ask("/0/public/Depth", pair=name).native == BTC


def test_trades_continue_from_last(floor: Floor) -> None:
    floor.run(300)
    first = floor.read("/0/public/Trades", pair="XBTUSDT", count="2", since="1")["result"]
    assert len(first["XBTUSDT"]) == 2
    rest = floor.read("/0/public/Trades", pair="XBTUSDT", since=first["last"])["result"]
    numbers = [row[-1] for row in first["XBTUSDT"] + rest["XBTUSDT"]]
    assert len(numbers) == len(floor.quotes[0].trades)
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_candles_add_up_to_the_trades(floor: Floor) -> None:
    floor.run(300)
    result = floor.read("/0/public/OHLC", pair="XBTUSDT", interval="1")["result"]
    rows = result["XBTUSDT"]
    sizes = sum(trade.size for _, trade in floor.quotes[0].trades)
    assert sum(Decimal(row[6]) for row in rows) == Decimal(sizes).scaleb(-8)
    assert sum(row[7] for row in rows) == len(floor.quotes[0].trades)


@pytest.mark.parametrize(
    ("path", "query", "text"),
    [
        ("/0/public/Depth", {"pair": "FOO"}, "EQuery:Unknown asset pair"),
        ("/0/public/Depth", {}, "EGeneral:Invalid arguments"),
        ("/0/public/OHLC", {"pair": "XBTUSDT", "interval": "2"}, "EGeneral:Invalid arguments"),
        ("/0/public/Assets", {"asset": "FOO"}, "EQuery:Unknown asset"),
        ("/0/public/Dance", {}, "EGeneral:Unknown method"),
        ("/0/private/Balance", {}, "EGeneral:Unknown method"),
    ],
)
def test_errors_stand_in_answers_of_status_200(
    floor: Floor, path: str, query: dict[str, str], text: str
) -> None:
    assert floor.read(path, **query) == {"error": [text]}


def test_rest_is_limited_to_about_one_call_a_second(floor: Floor) -> None:
    errors = [floor.read("/0/public/Time")["error"] for _ in range(31)]
    assert errors == [[]] * 30 + [["EGeneral:Too many requests"]]
    floor.wait(1)
    assert floor.read("/0/public/Time")["error"] == []
    assert floor.read("/0/public/SystemStatus")["error"] == ["EGeneral:Too many requests"]


def test_an_address_may_open_so_many_connections_in_ten_minutes(floor: Floor) -> None:
    answers = [floor.desk.refuses("/v2", {}) for _ in range(151)]
    assert [answer.status if answer else 101 for answer in answers] == [101] * 150 + [429]
    floor.wait(4)
    assert floor.desk.refuses("/v2", {}) is None


def test_who_comes_back_begins_with_the_present_book(floor: Floor) -> None:
    reader = Reader(floor, "/v2")
    message = json.dumps(subscription("book", BTC)).encode()
    leave = json.dumps(subscription("book", BTC) | {"method": "unsubscribe"}).encode()
    for _ in range(3):
        floor.desk.on_message(reader.phone, message, floor.now_ns)
        floor.run(30)
        reader.read()
        reader.expect("BTC-USDT", floor.quotes[0], 10)
        floor.desk.on_message(reader.phone, leave, floor.now_ns)
        floor.run(30)
    assert reader.proofs() > 10


def test_the_system_is_online(floor: Floor) -> None:
    state = floor.read("/0/public/SystemStatus")["result"]
    assert state["status"] == "online"
    assert floor.read("/0/public/Time")["result"]["unixtime"] == floor.now_ns // 10**9
