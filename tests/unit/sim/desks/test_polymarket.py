import hashlib
import json
from typing import Any

import pytest

from crossbook.sim.catalogue import question_listings
from crossbook.sim.desk import Quote
from crossbook.sim.desks.polymarket import PolymarketDesk
from crossbook.venues.polymarket import symbols
from tests.unit.sim.desks.floor import Floor, Phone, Reader

PATH = "/ws/market"


def tokens(floor: Floor) -> list[str]:
    questions = [quote.question for quote in floor.quotes]
    return [each.token(name) for each in questions if each for name in ("YES", "NO")]


def subscribe(floor: Floor, phone: Phone, *assets: str, **more: Any) -> None:
    message = {"type": "market", "assets_ids": list(assets), **more}
    floor.desk.on_message(phone, json.dumps(message).encode(), floor.now_ns)


def condition(quote: Quote) -> str:
    assert quote.question is not None
    return quote.question.condition


def reader_of(floor: Floor) -> Reader:
    listings = [
        listing
        for quote in floor.quotes
        if quote.question is not None
        for listing in question_listings("polymarket", quote.question)
    ]
    return Reader(floor, PATH, listings)


def expect(reader: Reader, quote: Quote) -> None:
    assert quote.question is not None
    for name in ("YES", "NO"):
        reader.expect(quote.question.token(name), quote, is_no=name == "NO")


@pytest.fixture
def floor() -> Floor:
    return Floor(PolymarketDesk)


@pytest.mark.parametrize("shape", ["new", "old"])
def test_the_engine_has_both_books_at_every_step_and_every_proof_holds(shape: str) -> None:
    floor = Floor(PolymarketDesk, seed=3, rate=40, shape=shape)
    reader = reader_of(floor)
    subscribe(floor, reader.phone, *tokens(floor))
    reader.read()
    for tick in (10, 1, 10):
        floor.retick(0, tick)
        for update in floor.flow(2):
            reader.read()
            expect(reader, update.quote)
    assert reader.proofs() > (1_000 if shape == "new" else 50)


def test_hashes_of_books_are_those_of_their_ten_fields(floor: Floor) -> None:
    phone = floor.connect(PATH)
    subscribe(floor, phone, *tokens(floor))
    floor.run(60)
    seen = 0
    for message in phone.take():
        for event in message if isinstance(message, list) else [message]:
            if event["event_type"] == "book":
                event.pop("event_type")
                digest = event["hash"]
                event["hash"] = ""
                text = json.dumps(event, separators=(",", ":"))
                assert hashlib.sha1(text.encode()).hexdigest() == digest
                seen += 1
    assert seen > 10


def test_entries_of_both_tokens_mirror_each_other(floor: Floor) -> None:
    yes, no = tokens(floor)[:2]
    phone = floor.connect(PATH)
    subscribe(floor, phone, yes)
    phone.take()
    while not phone.frames:
        floor.step()
    (frame, *_) = [each for each in phone.take() if each["event_type"] == "price_change"]
    first, second = sorted(frame["price_changes"], key=lambda entry: entry["asset_id"] != yes)
    assert [first["asset_id"], second["asset_id"]] == [yes, no]
    assert {first["side"], second["side"]} == {"BUY", "SELL"}
    assert float(first["price"]) + float(second["price"]) == pytest.approx(1)
    assert float(first["best_bid"]) + float(second["best_ask"]) == pytest.approx(1)
    assert first["size"] == second["size"]


def test_initial_books_come_as_one_array_with_the_best_level_last(floor: Floor) -> None:
    phone = floor.connect(PATH)
    subscribe(floor, phone, *tokens(floor)[:2])
    (books,) = phone.take()
    assert [book["asset_id"] for book in books] == tokens(floor)[:2]
    bids = [float(level["price"]) for level in books[0]["bids"]]
    assert bids == sorted(bids)


def test_a_ping_before_the_subscription_ends_the_connection(floor: Floor) -> None:
    phone = floor.connect(PATH)
    assert floor.say(phone, "PING") == []
    assert phone.closed == (1008, "invalid subscription payload")


@pytest.mark.parametrize("message", ["hello", "[]", {"operation": "subscribe"}, {"type": "user"}])
def test_a_first_frame_without_sense_ends_the_connection(floor: Floor, message: Any) -> None:
    phone = floor.connect(PATH)
    floor.say(phone, message)
    assert phone.closed == (1008, "invalid subscription payload")


def test_operations_change_a_subscription(floor: Floor) -> None:
    yes, no, other = tokens(floor)[:3]
    phone = floor.connect(PATH)
    subscribe(floor, phone, yes)
    assert floor.say(phone, "PING") == ["PONG"]
    (books,) = floor.say(phone, {"operation": "subscribe", "assets_ids": [yes, other]})
    assert [book["asset_id"] for book in books] == [other]
    assert floor.say(phone, {"operation": "subscribe", "assets_ids": [other]}) == ["NO NEW ASSETS"]
    assert floor.say(phone, {"type": "market", "assets_ids": [no]}) == ["INVALID OPERATION"]
    assert floor.say(phone, {"operation": "unsubscribe", "assets_ids": [yes, other]}) == []
    floor.run(30)
    assert phone.take() == []


def test_beyond_five_hundred_tokens_no_initial_book_comes(floor: Floor) -> None:
    yes, no = tokens(floor)[:2]
    phone = floor.connect(PATH)
    subscribe(floor, phone, *(str(number) for number in range(499)), yes, no)
    (books,) = phone.take()
    assert [book["asset_id"] for book in books] == [yes]


def test_custom_features_bring_best_prices_and_the_life_of_markets(floor: Floor) -> None:
    plain, custom, watcher = (floor.connect(PATH) for _ in range(3))
    yes = tokens(floor)[0]
    subscribe(floor, plain, yes)
    subscribe(floor, custom, yes, custom_feature_enabled=True)
    subscribe(floor, watcher, custom_feature_enabled=True)
    floor.run(60)
    floor.desk.on_listing(floor.world.enlist("polymarket"), floor.now_ns)
    native = floor.quotes[0].listing.native
    floor.desk.on_status(floor.world.resolve("polymarket", native), floor.now_ns)
    kinds = [
        [event["event_type"] for each in phone.take()
         for event in (each if isinstance(each, list) else [each])]
        for phone in (plain, custom, watcher)
    ]  # fmt: skip
    extra = {"best_bid_ask", "new_market", "market_resolved"}
    assert not extra & set(kinds[0])
    assert extra <= set(kinds[1])
    assert kinds[2] == ["new_market", "market_resolved"]


def test_silence_ends_the_connection() -> None:
    floor = Floor(PolymarketDesk, scale_s=0.01)
    silent, alive = floor.connect(PATH), floor.connect(PATH)
    for phone in (silent, alive):
        subscribe(floor, phone, tokens(floor)[0])
    floor.wait(0.4)
    floor.desk.on_ping(alive, floor.now_ns)
    floor.wait(0.4)
    assert floor.phones == [alive]


def test_bare_paths_are_no_channel(floor: Floor) -> None:
    answer = floor.desk.refuses("/ws/", {})
    assert answer is not None
    assert answer.status == 404


def test_rest_books_are_those_of_the_market(floor: Floor) -> None:
    floor.run(40)
    yes, no = tokens(floor)[:2]
    book = floor.read("/book", token_id=yes)
    answer = floor.ask("/books", method="POST", body=[{"token_id": yes}, {"token_id": no}])
    first, second = json.loads(answer.body)
    assert first == book
    market = floor.quotes[0].market
    assert float(book["bids"][-1]["price"]) * 1000 == pytest.approx(market.bids.best)
    assert float(second["asks"][-1]["price"]) == pytest.approx(1 - market.bids.best / 1000)
    assert floor.read("/price", token_id=yes, side="BUY")["price"] == book["asks"][-1]["price"]
    assert floor.read("/price", token_id=yes, side="sell")["price"] == book["bids"][-1]["price"]
    mid = float(floor.read("/midpoint", token_id=yes)["mid"])
    assert mid == pytest.approx((market.bids.best + market.asks.best) / 2000)
    assert floor.read("/tick-size", token_id=yes) == {"minimum_tick_size": 0.01}
    assert floor.read("/neg-risk", token_id=yes) == {"neg_risk": False}


@pytest.mark.parametrize(
    ("path", "query", "status", "text"),
    [
        ("/book", {"token_id": "1"}, 404, "No orderbook exists for the requested token id"),
        ("/book", {}, 400, "Invalid token id"),
        ("/markets", {"next_cursor": "?"}, 400, "invalid next item offset"),
        ("/markets/0x1", {}, 404, "market not found"),
        ("/books", {}, 405, "Method Not Allowed"),
        ("/dance", {}, 404, "Not Found"),
    ],
)
def test_errors_are_texts(
    floor: Floor, path: str, query: dict[str, str], status: int, text: str
) -> None:
    answer = floor.ask(path, **query)
    assert answer.status == status
    assert json.loads(answer.body) == {"error": text}


def test_a_batch_holds_five_hundred_tokens(floor: Floor) -> None:
    answer = floor.ask("/books", method="POST", body=[{"token_id": "1"}] * 501)
    assert (answer.status, json.loads(answer.body)) == (400, {"error": "Payload exceeds the limit"})


@pytest.mark.parametrize("path", ["/markets", "/simplified-markets", "/sampling-markets"])
def test_pages_of_the_clob_end_with_a_marker(path: str) -> None:
    floor = Floor(PolymarketDesk, books=5, page_max=2)
    cursor, found = "MA==", []
    while cursor != "LTE=":
        page = floor.read(path, next_cursor=cursor)
        assert page["count"] == len(page["data"]) <= page["limit"] == 2
        found += [row["condition_id"] for row in page["data"]]
        cursor = page["next_cursor"]
    assert found == [condition(quote) for quote in floor.quotes]


@pytest.mark.parametrize("path", ["/markets", "/gamma/markets", "/gamma/events", "/clob-markets"])
def test_crossbook_reads_the_same_tokens_from_every_list(floor: Floor, path: str) -> None:
    if path == "/clob-markets":
        path = f"{path}/{condition(floor.quotes[0])}"
    catalogue = symbols.instruments(floor.ask(path).body)
    assert {each.native for each in catalogue.instruments} <= set(tokens(floor))
    assert len(catalogue.instruments) in {2, 6}
    assert not catalogue.problems


def test_gamma_filters_and_pages(floor: Floor) -> None:
    floor = Floor(PolymarketDesk, books=5)
    floor.world.resolve("polymarket", floor.quotes[0].listing.native)
    assert len(floor.read("/gamma/markets", closed="false")) == 4
    assert len(floor.read("/gamma/markets", limit="2", offset="4")) == 1
    token = tokens(floor)[2]
    (market,) = floor.read("/gamma/markets", clob_token_ids=token)
    assert json.loads(market["clobTokenIds"])[0] == token
    assert floor.read(f"/gamma/markets/{market['id']}") == market
    assert floor.read(f"/gamma/markets/slug/{market['slug']}") == market
    page = floor.read("/gamma/events/keyset", limit="3")
    rest = floor.read("/gamma/events/keyset", limit="3", after_cursor=page["next_cursor"])
    assert len(page["events"]) + len(rest["events"]) == 5
    assert "next_cursor" not in rest
    assert floor.ask("/gamma/events/keyset", offset="1").status == 422
    assert floor.ask("/gamma/markets", offset="3000").status == 422


def test_a_resolved_market_has_a_winner(floor: Floor) -> None:
    quote = floor.world.resolve("polymarket", floor.quotes[0].listing.native)
    row = floor.read(f"/markets/{condition(quote)}")
    assert row["closed"] is True
    assert sorted(token["winner"] for token in row["tokens"]) == [False, True]
    assert floor.read(f"/gamma/markets?slug={row['market_slug']}".split("?")[0],
                      slug=row["market_slug"])[0]["outcomePrices"] in (
        '["1", "0"]', '["0", "1"]')  # fmt: skip


def test_the_data_api_lists_trades_newest_first(floor: Floor) -> None:
    floor.run(300)
    rows = floor.read("/data-api/trades", market=condition(floor.quotes[0]))
    assert len(rows) == len(floor.quotes[0].trades)
    assert [row["timestamp"] for row in rows] == sorted(
        (row["timestamp"] for row in rows), reverse=True
    )


def test_a_window_of_ten_seconds_limits_requests(floor: Floor) -> None:
    statuses = [floor.ask("/ok").status for _ in range(101)]
    assert statuses == [200] * 100 + [429]
    assert dict(floor.ask("/ok").headers)["Retry-After"] == "1"
    assert floor.ask("/time").status == 200
    floor.wait(0.2)
    assert floor.ask("/ok").status == 200
