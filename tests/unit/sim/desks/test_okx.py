import json
from decimal import Decimal
from typing import Any

import pytest

from crossbook.model.events import BookState
from crossbook.sim.desks.okx import OkxDesk
from crossbook.venues.okx import symbols
from tests.unit.sim.desks.floor import Floor, Phone, Reader, Sides, scaled

PATH = "/ws/v5/public"
BTC, ETH, SOL = "BTC-USDT", "ETH-USDT", "SOL-USDT"


def request(operation: str, channel: str, *names: str) -> dict[str, Any]:
    return {"op": operation, "args": [{"channel": channel, "instId": name} for name in names]}


def subscribe(floor: Floor, phone: Phone, channel: str, *names: str) -> None:
    floor.desk.on_message(
        phone, json.dumps(request("subscribe", channel, *names)).encode(), floor.now_ns
    )


@pytest.fixture
def floor() -> Floor:
    return Floor(OkxDesk)


@pytest.mark.parametrize("is_checked", [False, True])
def test_the_engine_has_the_book_of_each_sequence(is_checked: bool) -> None:
    floor = Floor(OkxDesk, is_checked=is_checked)
    truth: dict[tuple[str, int], Sides] = {}
    reader = Reader(floor, PATH)
    for quote in floor.quotes:
        symbol = quote.listing.symbol
        truth[symbol, quote.last_id] = scaled(quote, reader.books[symbol])
    compared = 0
    for number, update in enumerate(floor.flow(20)):
        quote, symbol = update.quote, update.quote.listing.symbol
        truth[symbol, quote.last_id] = scaled(quote, reader.books[symbol])
        if number == 25:
            # In the middle of a step: what comes next must continue the snapshot.
            for channel in ("books", "trades", "tickers"):
                subscribe(floor, reader.phone, channel, BTC, ETH, SOL)
        reader.read()
        for name, book in reader.books.items():
            if number >= 25:
                assert book.state is BookState.LIVE
                assert book.sequence is not None
                assert book.levels() == truth[name, book.sequence]
                compared += 1
    assert compared > 1000
    assert reader.proofs() == 0 if not is_checked else reader.proofs() > 300


def test_a_base_by_rest_joins_the_stream() -> None:
    floor = Floor(OkxDesk, has_snapshot=False, books=1)
    reader = Reader(floor, PATH)
    subscribe(floor, reader.phone, "books", BTC)
    floor.run(40)
    answer = floor.ask("/api/v5/market/books", instId=BTC, sz="400")
    reader.read()
    reader.feed.on_snapshot(BTC, answer.body, floor.now_ns)
    floor.run(40)
    floor.wait(0.2)
    reader.read()
    reader.expect(BTC, floor.quotes[0])
    reader.proofs()


def test_top_channels_show_the_market(floor: Floor) -> None:
    phone = floor.connect(PATH)
    subscribe(floor, phone, "bbo-tbt", BTC)
    subscribe(floor, phone, "books5", BTC)
    floor.run(50)
    floor.wait(0.2)
    last = {message["arg"]["channel"]: message["data"][0] for message in phone.take()[4:]}
    market = floor.quotes[0].market
    assert Decimal(last["bbo-tbt"]["bids"][0][0]) * 10 == market.bids.best
    assert [Decimal(row[0]) * 10 for row in last["books5"]["asks"]] == [
        price for price, _ in market.asks.levels(5)
    ]


def test_requests_are_acknowledged_with_their_id(floor: Floor) -> None:
    phone = floor.connect(PATH)
    ack, snapshot = floor.say(phone, {"id": "1", **request("subscribe", "books", BTC)})
    assert ack["event"] == "subscribe"
    assert ack["id"] == "1"
    assert ack["arg"] == {"channel": "books", "instId": BTC}
    assert snapshot["action"] == "snapshot"
    assert snapshot["data"][0]["prevSeqId"] == -1
    (ack,) = floor.say(phone, request("unsubscribe", "books", BTC))
    assert ack["event"] == "unsubscribe"
    floor.run(30)
    assert phone.take() == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("hello", "60012"),
        ({"op": "ping"}, "60012"),
        (request("dance", "books", BTC), "60012"),
        (request("subscribe", "books", "FOO-USDT"), "60018"),
        (request("subscribe", "dance", BTC), "60018"),
        (request("subscribe", "candle1m", BTC), "60018"),
        (request("subscribe", "books-l2-tbt", BTC), "60011"),
        ({"op": "login", "args": [{"apiKey": "key"}]}, "60009"),
    ],
)
def test_refusals_have_codes(floor: Floor, message: Any, code: str) -> None:
    (answer,) = floor.say(floor.connect(PATH), message)
    assert (answer["event"], answer["code"]) == ("error", code)


def test_pings_are_texts(floor: Floor) -> None:
    assert floor.say(floor.connect(PATH), "ping") == ["pong"]


def test_thirty_seconds_of_silence_end_a_connection() -> None:
    floor = Floor(OkxDesk, scale_s=0.01)
    silent, alive = floor.connect(PATH), floor.connect(PATH)
    for _ in range(3):
        floor.wait(0.2)
        floor.desk.on_message(alive, b"ping", floor.now_ns)
    assert floor.phones == [alive]
    assert silent.closed == (4004, "No data received in 30s.")


def test_three_connections_a_second_are_let_in(floor: Floor) -> None:
    floor.wait(1)
    answers = [floor.desk.refuses(PATH, {}) for _ in range(4)]
    assert [answer.status if answer else 101 for answer in answers] == [101, 101, 101, 429]
    floor.wait(1)
    assert floor.desk.refuses(PATH, {}) is None


def test_subscriptions_are_limited_by_the_hour(floor: Floor) -> None:
    phone = floor.connect(PATH)
    for _ in range(480):
        floor.say(phone, request("subscribe", "trades", BTC))
    (answer,) = floor.say(phone, request("subscribe", "trades", BTC))
    assert answer["code"] == "60014"


def test_a_book_that_stands_still_is_confirmed_each_minute(floor: Floor) -> None:
    phone = floor.connect(PATH)
    subscribe(floor, phone, "books", BTC)
    snapshot = phone.take()[-1]
    for _ in range(4):
        floor.wait(16)
        floor.desk.on_message(phone, b"ping", floor.now_ns)
    (push,) = [message for message in phone.take() if message != "pong"]
    (before,), (after,) = snapshot["data"], push["data"]
    assert (push["action"], after["bids"], after["asks"]) == ("update", [], [])
    assert after["prevSeqId"] == after["seqId"] == before["seqId"]


def test_candles_and_all_trades_have_a_path_of_their_own(floor: Floor) -> None:
    phone = floor.connect("/ws/v5/business")
    subscribe(floor, phone, "candle1m", BTC)
    subscribe(floor, phone, "trades-all", BTC)
    while not floor.quotes[0].trades:
        floor.run(30)
    floor.wait(0.2)
    channels = [message["arg"]["channel"] for message in phone.take() if "data" in message]
    assert channels.count("candle1m") >= 2
    assert channels.count("trades-all") == len(floor.quotes[0].trades)


def test_instruments_are_what_crossbook_reads(floor: Floor) -> None:
    answer = floor.ask("/api/v5/public/instruments", instType="SPOT")
    catalogue = symbols.instruments(answer.body)
    assert [each.native for each in catalogue.instruments] == [BTC, ETH, SOL]
    assert not catalogue.problems
    assert floor.read("/api/v5/public/instruments", instType="SWAP")["data"] == []


def test_a_halt_is_pushed_to_the_instruments_channel(floor: Floor) -> None:
    phone = floor.connect(PATH)
    message = {"op": "subscribe", "args": [{"channel": "instruments", "instType": "SPOT"}]}
    _, rows = floor.say(phone, message)
    assert len(rows["data"]) == 3
    floor.desk.on_status(floor.world.halt("okx", BTC), floor.now_ns)
    (push,) = phone.take()
    assert [row["state"] for row in push["data"]] == ["suspend"]


def test_an_upgrade_is_announced(floor: Floor) -> None:
    phone = floor.connect(PATH)
    floor.desk.on_shutdown(floor.now_ns)
    (notice,) = phone.take()
    assert (notice["event"], notice["code"]) == ("notice", "64008")


def test_rest_shows_the_market(floor: Floor) -> None:
    floor.run(300)
    quote = floor.quotes[0]
    (book,) = floor.read("/api/v5/market/books", instId=BTC, sz="5")["data"]
    assert book["seqId"] == quote.last_id
    assert [Decimal(row[0]) * 10 for row in book["bids"]] == [
        price for price, _ in quote.market.bids.levels(5)
    ]
    trades = floor.read("/api/v5/market/trades", instId=BTC)["data"]
    assert len(trades) == min(100, len(quote.trades))
    (ticker,) = floor.read("/api/v5/market/ticker", instId=BTC)["data"]
    assert ticker["last"] == trades[0]["px"]
    candles = floor.read("/api/v5/market/candles", instId=BTC, bar="1m")["data"]
    sizes = sum(trade.size for _, trade in quote.trades)
    assert sum(Decimal(row[5]) for row in candles) == Decimal(sizes).scaleb(-8)
    assert candles[0][8] == "0"


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("/api/v5/market/books", {"instId": "FOO"}, 200, "51001"),
        ("/api/v5/market/books", {}, 400, "50014"),
        ("/api/v5/market/books", {"instId": BTC, "sz": "x"}, 400, "51000"),
        ("/api/v5/market/candles", {"instId": BTC, "bar": "7m"}, 400, "51000"),
        ("/api/v5/public/instruments", {"instType": "FOO"}, 400, "51000"),
        ("/api/v5/dance", {}, 404, "404"),
    ],
)
def test_errors_have_codes(
    floor: Floor, path: str, query: dict[str, str], status: int, code: str
) -> None:
    answer = floor.ask(path, **query)
    assert (answer.status, json.loads(answer.body)["code"]) == (status, code)


def test_each_endpoint_has_its_own_limit(floor: Floor) -> None:
    answers = [floor.ask("/api/v5/public/time") for _ in range(11)]
    assert [answer.status for answer in answers] == [200] * 10 + [429]
    assert json.loads(answers[-1].body)["code"] == "50011"
    assert floor.ask("/api/v5/market/ticker", instId=BTC).status == 200
