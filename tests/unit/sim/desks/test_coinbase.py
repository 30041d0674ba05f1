import json
from decimal import Decimal
from typing import Any

import pytest

from crossbook.model.events import BookState
from crossbook.sim.desks.coinbase import CoinbaseDesk
from crossbook.venues.coinbase import symbols
from tests.unit.sim.desks.floor import Floor, Phone, Reader, Sides, scaled

BTC, ETH, SOL = "BTC-USDT", "ETH-USDT", "SOL-USDT"
EXCHANGE = "/exchange"
MARKET = "/api/v3/brokerage/market"


def subscription(channel: str, *names: str, kind: str = "subscribe") -> dict[str, Any]:
    return {"type": kind, "product_ids": list(names), "channel": channel}


def subscribe(floor: Floor, phone: Phone, channel: str, *names: str) -> None:
    payload = json.dumps(subscription(channel, *names)).encode()
    floor.desk.on_message(phone, payload, floor.now_ns)


def channels(*names: str, **more: Any) -> dict[str, Any]:
    return {"type": "subscribe", "product_ids": [BTC, ETH], "channels": list(names), **more}


@pytest.fixture
def floor() -> Floor:
    return Floor(CoinbaseDesk)


def test_the_engine_has_the_book_of_each_moment_and_no_number_is_missing(floor: Floor) -> None:
    reader = Reader(floor, "/")
    truth: dict[tuple[str, int], Sides] = {}

    def note() -> None:
        for quote in floor.quotes:
            symbol = quote.listing.symbol
            truth[symbol, quote.ts_ns // 1_000] = scaled(quote, reader.books[symbol])

    for channel in ("heartbeats", "level2", "ticker", "market_trades"):
        subscribe(floor, reader.phone, channel, *([] if channel[0] == "h" else [BTC, ETH, SOL]))
    note()
    compared = 0
    for _ in floor.flow(15):
        note()
        reader.read()
        for name, book in reader.books.items():
            assert book.state is BookState.LIVE
            assert book.levels() == truth[name, book.times_ns[0] // 1_000]
            compared += 1
    assert compared > 1_000
    reader.proofs()
    assert all(book.counts()["quotes"] > 5 for book in reader.books.values())


def test_numbers_count_every_message_of_a_connection(floor: Floor) -> None:
    first, second = floor.connect("/"), floor.connect("/")
    subscribe(floor, first, "level2", BTC, ETH)
    subscribe(floor, first, "heartbeats")
    floor.run(60)
    subscribe(floor, second, "ticker", BTC)
    subscribe(floor, second, "market_trades", BTC)
    floor.run(60)
    for phone in (first, second):
        messages = phone.take()
        assert [each["sequence_num"] for each in messages] == list(range(len(messages)))


def test_a_subscription_brings_a_snapshot_and_the_list_of_all(floor: Floor) -> None:
    phone = floor.connect("/")
    snapshot, ack = floor.say(phone, subscription("level2", BTC))
    assert (snapshot["channel"], snapshot["events"][0]["type"]) == ("l2_data", "snapshot")
    assert {row["side"] for row in snapshot["events"][0]["updates"]} == {"bid", "offer"}
    assert ack["events"] == [{"subscriptions": {"level2": [BTC]}}]
    *_, ack = floor.say(phone, subscription("ticker", ETH))
    assert ack["events"] == [{"subscriptions": {"level2": [BTC], "ticker": [ETH]}}]
    (ack,) = floor.say(phone, subscription("level2", BTC, kind="unsubscribe"))
    assert ack["events"] == [{"subscriptions": {"ticker": [ETH]}}]


def test_a_snapshot_is_not_behind_what_others_know(floor: Floor) -> None:
    reader = Reader(floor, "/")
    subscribe(floor, reader.phone, "level2", BTC)
    floor.step()
    subscribe(floor, floor.connect("/"), "level2", BTC)
    reader.read()
    reader.expect(BTC, floor.quotes[0])


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("no json", "failed to parse message"),
        ({"type": "dance", "channel": "level2"}, "type dance is not supported"),
        (subscription("dance", BTC), "channel dance is not supported"),
        (subscription("level2", "FOO-USD"), "FOO-USD is not a valid product_id"),
        (subscription("level2"), "product_ids is required"),
    ],
)
def test_errors_have_no_number(floor: Floor, message: Any, text: str) -> None:
    (answer,) = floor.say(floor.connect("/"), message)
    assert answer == {"type": "error", "message": text}


@pytest.mark.parametrize("path", ["/", EXCHANGE])
def test_who_does_not_subscribe_within_five_seconds_is_cut_off(path: str) -> None:
    floor = Floor(CoinbaseDesk, scale_s=0.1)
    idle, busy = floor.connect(path), floor.connect(path)
    floor.say(busy, subscription("heartbeats") if path == "/" else channels("heartbeat"))
    floor.wait(0.4)
    assert floor.phones == [idle, busy]
    floor.wait(0.2)
    assert floor.phones == [busy]


def test_without_heartbeats_a_quiet_connection_ends() -> None:
    floor = Floor(CoinbaseDesk, scale_s=0.01)
    quiet, beating = floor.connect("/"), floor.connect("/")
    floor.say(quiet, subscription("level2", BTC))
    floor.say(beating, subscription("heartbeats"))
    floor.wait(1)
    assert floor.phones == [beating]


def test_eight_messages_a_second_are_taken(floor: Floor) -> None:
    phone = floor.connect("/")
    answers = [floor.say(phone, subscription("heartbeats"))[-1] for _ in range(9)]
    assert [answer.get("type") for answer in answers] == [None] * 8 + ["error"]
    floor.wait(1)
    assert floor.say(phone, subscription("heartbeats"))[-1]["channel"] == "subscriptions"


def test_eight_connections_a_second_are_let_in(floor: Floor) -> None:
    answers = [floor.desk.refuses("/", {}) for _ in range(9)]
    assert [answer.status if answer else 101 for answer in answers] == [101] * 8 + [429]


def test_heartbeats_count_seconds(floor: Floor) -> None:
    phone = floor.connect("/")
    floor.wait(0.1)
    floor.say(phone, subscription("heartbeats"))
    floor.wait(3)
    counters = [int(each["events"][0]["heartbeat_counter"]) for each in phone.take()]
    assert counters == list(range(counters[0], counters[0] + 3))


@pytest.mark.parametrize(
    "channel", ["market_trades", "ticker", "candles", "status", "ticker_batch"]
)
def test_other_channels_begin_with_a_snapshot_and_go_on(floor: Floor, channel: str) -> None:
    floor.run(60)
    phone = floor.connect("/")
    first, _ = floor.say(phone, subscription(channel, *([] if channel == "status" else [BTC])))
    assert (first["channel"], first["events"][0]["type"]) == (channel, "snapshot")
    for _ in floor.flow(6):
        pass
    floor.desk.on_status(floor.world.halt("coinbase", BTC), floor.now_ns)
    kinds = [message["events"][0]["type"] for message in phone.take()]
    assert "update" in kinds


def test_sides_of_trades_are_the_makers(floor: Floor) -> None:
    phone, exchange = floor.connect("/"), floor.connect(EXCHANGE)
    subscribe(floor, phone, "market_trades", BTC)
    floor.say(exchange, channels("matches"))
    phone.take()
    while not floor.quotes[0].trades:
        floor.step()
    floor.wait(0.3)
    _, trade = floor.quotes[0].trades[0]
    expected = "SELL" if trade.taker_buys else "BUY"
    (row,) = phone.take()[0]["events"][0]["trades"]
    (match,) = exchange.take()
    (listed,) = floor.read(f"{MARKET}/products/{BTC}/ticker", limit="1")["trades"]
    assert row["side"] == listed["side"] == match["side"].upper() == expected
    assert row["trade_id"] == listed["trade_id"] == str(match["trade_id"])


@pytest.mark.parametrize("channel", ["level2_batch", "level2"])
def test_the_exchange_feed_gives_the_same_book(floor: Floor, channel: str) -> None:
    reader = Reader(floor, EXCHANGE)
    proof = dict.fromkeys(("signature", "key", "passphrase", "timestamp"), "x")
    message = channels(channel, "ticker", "matches", "heartbeat", **proof)
    message["product_ids"].append(SOL)
    floor.desk.on_message(reader.phone, json.dumps(message).encode(), floor.now_ns)
    for _ in range(200):
        floor.run(7)
        if channel == "level2_batch":
            floor.wait(0.06)
        reader.read()
        for quote in floor.quotes:
            reader.expect(quote.listing.symbol, quote)
    reader.proofs()


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (channels("level2"), "level2, level3, and full channels now require authentication"),
        (channels("dance"), "dance is not a valid channel"),
        (channels("ticker", product_ids=["FOO-USD"]), "FOO-USD is not a valid product"),
        (channels(), "No channels provided"),
        ({"type": "subscribe", "channels": ["ticker"]}, "No product_ids provided"),
    ],
)
def test_the_exchange_feed_says_why_it_refuses(floor: Floor, message: Any, reason: str) -> None:
    (answer,) = floor.say(floor.connect(EXCHANGE), message)
    assert answer == {"type": "error", "message": "Failed to subscribe", "reason": reason}


def test_the_exchange_feed_lists_subscriptions_first(floor: Floor) -> None:
    phone = floor.connect(EXCHANGE)
    message = channels({"name": "level2_batch", "product_ids": [SOL]}, "heartbeat")  # type: ignore[arg-type]  # Both forms are allowed.
    ack, snapshot = floor.say(phone, message)
    assert [(each["name"], each["product_ids"]) for each in ack["channels"]] == [
        ("level2_batch", [SOL]), ("heartbeat", [BTC, ETH]),
    ]  # fmt: skip
    assert (snapshot["type"], snapshot["product_id"]) == ("snapshot", SOL)


@pytest.mark.parametrize("path", [f"{MARKET}/products", "/exchange/products"])
def test_products_are_what_crossbook_reads(floor: Floor, path: str) -> None:
    catalogue = symbols.instruments(floor.ask(path).body)
    assert [each.native for each in catalogue.instruments] == [BTC, ETH, SOL]
    assert not catalogue.problems
    assert catalogue.instruments[0].tick == Decimal("0.01")


def test_rest_shows_the_market(floor: Floor) -> None:
    floor.run(300)
    quote = floor.quotes[0]
    answer = floor.read(f"{MARKET}/product_book", product_id=BTC, limit="5")
    bids = [Decimal(row["price"]) * 100 for row in answer["pricebook"]["bids"]]
    assert bids == [price for price, _ in quote.market.bids.levels(5)]
    book = floor.read(f"/exchange/products/{BTC}/book", level="2")
    assert [Decimal(row[0]) * 100 for row in book["asks"]] == [
        price for price, _ in quote.market.asks.levels()
    ]
    sizes = Decimal(sum(trade.size for _, trade in quote.trades)).scaleb(-8)
    candles = floor.read(f"{MARKET}/products/{BTC}/candles", granularity="ONE_MINUTE")["candles"]
    assert sum(Decimal(row["volume"]) for row in candles) == sizes
    rows = floor.read(f"/exchange/products/{BTC}/trades", limit="10")
    assert [row["trade_id"] for row in rows] == sorted(
        (row["trade_id"] for row in rows), reverse=True
    )
    assert floor.read("/api/v3/brokerage/time")["epochSeconds"] == str(floor.now_ns // 10**9)
    assert floor.read(f"{MARKET}/products/{BTC}")["product_id"] == BTC


@pytest.mark.parametrize(
    ("path", "status", "word"),
    [
        (f"{MARKET}/products/FOO-USD", 404, b"NOT_FOUND"),
        (f"{MARKET}/product_book", 400, b"INVALID_ARGUMENT"),
        (f"{MARKET}/products/{BTC}/candles", 400, b"INVALID_ARGUMENT"),
        ("/api/v3/brokerage/accounts", 401, b"Unauthorized"),
        ("/exchange/products/FOO-USD/book", 404, b"NotFound"),
        (f"/exchange/products/{BTC}/dance", 404, b"NotFound"),
    ],
)
def test_errors_have_a_status(floor: Floor, path: str, status: int, word: bytes) -> None:
    answer = floor.ask(path)
    assert answer.status == status
    assert word in answer.body


def test_public_requests_are_limited_by_the_second(floor: Floor) -> None:
    path = "/api/v3/brokerage/time"
    answers = [floor.ask(path) for _ in range(11)]
    assert [answer.status for answer in answers] == [200] * 10 + [429]
    assert dict(answers[0].headers)["x-ratelimit-remaining"] == "9"
    assert b"rate_limit_exceeded" in answers[-1].body
    floor.wait(0.2)
    assert floor.ask(path).status == 200
