"""Bybit's server: topics, commands, limits and REST."""

import json
from itertools import pairwise
from typing import Any

import pytest

from crossbook import venue
from tests.unit.sim.desks.exchange import Exchange, Reader, Wire, header

SPOT = "/v5/public/spot"


class BybitReader(Reader):
    """`seq` is the number of the book's last change; `u` counts the messages of a topic."""

    def place(self, frame: bytes) -> None:
        message = json.loads(frame)
        if message.get("topic", "").startswith("orderbook."):
            self.positions[message["data"]["s"]] = message["data"]["seq"]


def subscribe(exchange: Exchange, wire: Wire, *topics: str) -> Any:
    before = len(wire.frames)
    exchange.say(wire, {"op": "subscribe", "args": list(topics), "req_id": "r1"})
    return json.loads(wire.frames[before])


@pytest.mark.parametrize("depth", [50, 200, 1000])
def test_a_client_that_follows_the_rules_has_the_exact_book(depth: int) -> None:
    exchange = Exchange("bybit", spot_assets=2, steps_per_s=200)
    wire = exchange.connect(SPOT)
    reader = BybitReader(exchange, wire, depth=depth)
    subscribe(exchange, wire, *[f"orderbook.{depth}.{native}" for native in exchange.quotes])
    subscribe(exchange, wire, *[f"publicTrade.{native}" for native in exchange.quotes])
    exchange.run(10)
    reader.read()
    assert reader.states() == {"live"}
    assert reader.checks > 100
    assert all(count["gaps"] == 0 and count["trades"] for count in reader.counts())


def test_levels_that_fall_out_of_the_cut_are_told_and_come_back() -> None:
    exchange = Exchange("bybit", steps_per_s=200)
    wire = exchange.connect(SPOT)
    subscribe(exchange, wire, "orderbook.50.BTCUSDT")
    exchange.run(20)
    sides: dict[str, dict[str, str]] = {"b": {}, "a": {}}
    for frame in wire.take()[1:]:
        data = frame["data"]
        for name, levels in sides.items():
            levels.update(dict(data[name]))
            sides[name] = {price: size for price, size in levels.items() if size != "0"}
        # A client that never cuts its book has no more levels than it asked for.
        truth = exchange.truth["BTCUSDT"][data["seq"]]
        assert [len(levels) for levels in sides.values()] == [min(50, len(t)) for t in truth]


def test_the_messages_of_a_topic_are_counted_without_a_hole() -> None:
    exchange = Exchange("bybit", steps_per_s=100)
    first, later = exchange.connect(SPOT), exchange.connect(SPOT)
    subscribe(exchange, first, "orderbook.50.BTCUSDT")
    exchange.run(1)
    subscribe(exchange, later, "orderbook.50.BTCUSDT")
    exchange.run(1)
    frames = first.take()[1:]
    joined = later.take()[1:]
    assert [frame["type"] for frame in joined[:2]] == ["snapshot", "delta"]
    for messages in (frames, joined):
        assert all(a["data"]["u"] + 1 == b["data"]["u"] for a, b in pairwise(messages))
    assert frames[-1] == joined[-1]


def test_the_count_of_a_topic_goes_on_though_nobody_listens() -> None:
    exchange = Exchange("bybit", steps_per_s=100)
    wire = exchange.connect(SPOT)
    spans = []
    for op in ("subscribe", "unsubscribe", "subscribe"):
        exchange.say(wire, {"op": op, "args": ["orderbook.50.BTCUSDT"]})
        exchange.run(0.5)
        spans.append([frame["data"]["u"] for frame in wire.take() if "topic" in frame])
    before, nothing, after = spans
    assert nothing == []
    # What changed meanwhile is counted: nobody can take an old book for the one before the next.
    assert after[0] > before[-1] + 10


def test_depth_one_sends_snapshots_only_and_repeats_what_stands_still() -> None:
    exchange = Exchange("bybit", steps_per_s=100)
    wire = exchange.connect(SPOT)
    subscribe(exchange, wire, "orderbook.1.BTCUSDT")
    exchange.run(3)
    exchange.world.halt("bybit", "BTCUSDT")
    exchange.run(7)
    books = wire.take()[1:]
    assert {book["type"] for book in books} == {"snapshot"}
    assert [len(books[-1]["data"][side]) for side in "ab"] == [1, 1]
    assert len({book["data"]["u"] for book in books[-3:]}) == 1
    assert books[-1]["ts"] - books[-2]["ts"] == pytest.approx(3_000, abs=40)


def test_an_order_book_of_rest_stands_where_the_deepest_topic_does() -> None:
    exchange = Exchange("bybit", steps_per_s=100)
    wire = exchange.connect(SPOT)
    subscribe(exchange, wire, "orderbook.1000.BTCUSDT")
    exchange.run(1.03)
    last = wire.take()[-1]
    body = exchange.read("/v5/market/orderbook?category=spot&symbol=BTCUSDT&limit=1000")
    assert body["result"]["u"] == last["data"]["u"]
    assert body["result"]["seq"] == last["data"]["seq"]
    bids, _ = exchange.truth["BTCUSDT"][body["result"]["seq"]]
    assert [float(price) for price, _ in body["result"]["b"]] == [price / 10 for price, _ in bids]


def test_an_order_book_of_a_while_ago_is_one_that_was_published() -> None:
    exchange = Exchange("bybit", steps_per_s=100)
    exchange.run(2)
    quote = exchange.quotes["BTCUSDT"]
    present, quote.last_id = quote.last_id, quote.last_id - 500
    old = exchange.read("/v5/market/orderbook?category=spot&symbol=BTCUSDT&limit=1000")["result"]
    quote.last_id = present
    new = exchange.read("/v5/market/orderbook?category=spot&symbol=BTCUSDT&limit=1000")["result"]
    assert present - 600 < old["seq"] <= present - 500
    assert old["u"] < new["u"]
    bids, _ = exchange.truth["BTCUSDT"][old["seq"]]
    assert [float(price) for price, _ in old["b"]] == [price / 10 for price, _ in bids]


def test_commands_are_answered_as_documented() -> None:
    exchange = Exchange("bybit")
    wire = exchange.connect(SPOT)
    answer = subscribe(exchange, wire, "publicTrade.BTCUSDT")
    conn_id = answer.pop("conn_id")
    assert answer == {"success": True, "ret_msg": "subscribe", "req_id": "r1", "op": "subscribe"}
    assert exchange.say(wire, {"op": "ping", "req_id": "7"}) == {
        "success": True, "ret_msg": "pong", "conn_id": conn_id, "req_id": "7", "op": "ping",
    }  # fmt: skip
    request = {"op": "unsubscribe", "args": ["publicTrade.BTCUSDT"]}
    assert exchange.say(wire, request)["op"] == "unsubscribe"
    wire.take()
    exchange.run(3)
    assert wire.frames == []


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (b"{", "error:invalid json"),
        ({"op": "dance"}, "error:invalid op"),
        ({"op": "subscribe"}, "error:args is empty"),
        ({"op": "subscribe", "args": ["orderbook.50.NOSUCH"]}, "Invalid symbol"),
        ({"op": "subscribe", "args": ["orderbook.7.BTCUSDT"]}, "error:handler not found"),
        ({"op": "subscribe", "args": [5]}, "error:handler not found"),
        ({"op": "subscribe", "args": ["publicTrade.BTCUSDT"] * 11}, "args size >10"),
    ],
)
def test_a_wrong_command_is_refused_with_its_text(message: Any, text: str) -> None:
    exchange = Exchange("bybit")
    answer = exchange.say(exchange.connect(SPOT), message)
    assert answer["success"] is False
    assert answer["ret_msg"].startswith(text)


def test_one_bad_topic_fails_the_request_and_so_does_a_second_time() -> None:
    exchange = Exchange("bybit", steps_per_s=100)
    wire = exchange.connect(SPOT)
    good = "publicTrade.BTCUSDT"
    assert subscribe(exchange, wire, good, "publicTrade.NOSUCH")["success"] is False
    exchange.run(2)
    assert len(wire.frames) == 1
    assert subscribe(exchange, wire, good)["success"] is True
    assert "already subscribed" in subscribe(exchange, wire, good)["ret_msg"]


def test_the_names_of_a_connection_have_a_greatest_length() -> None:
    exchange = Exchange("bybit", steps_per_s=0)
    wire = exchange.connect(SPOT)
    quote = exchange.quotes["BTCUSDT"]
    exchange.desk.quotes["X" * 21_000] = quote
    long_name = "L" * 20_990
    pairs: Any = exchange.desk.__dict__["_pairs"]
    pairs[long_name] = pairs["BTCUSDT"]
    assert "args length" in subscribe(exchange, wire, f"publicTrade.{long_name}")["ret_msg"]


def test_tickers_and_candles_agree_with_rest() -> None:
    exchange = Exchange("bybit", steps_per_s=100)
    wire = exchange.connect(SPOT)
    subscribe(exchange, wire, "tickers.BTCUSDT", "kline.1.BTCUSDT", "publicTrade.BTCUSDT")
    exchange.run(4)
    last = {frame["topic"].split(".")[0]: frame for frame in wire.take() if "topic" in frame}
    row = exchange.read("/v5/market/tickers?category=spot&symbol=BTCUSDT")["result"]["list"][0]
    assert last["tickers"]["data"].items() <= row.items()
    candle = exchange.read("/v5/market/kline?category=spot&symbol=BTCUSDT&interval=1&limit=1")
    shown = last["kline"]["data"][0]
    assert candle["result"]["list"][0][:5] == [
        str(shown["start"]), shown["open"], shown["high"], shown["low"], shown["close"],
    ]  # fmt: skip
    trades = exchange.read("/v5/market/recent-trade?category=spot&symbol=BTCUSDT&limit=5")
    assert trades["result"]["list"][0]["execId"] == last["publicTrade"]["data"][-1]["i"]


def test_a_silent_client_is_cut_off_and_one_that_pings_is_not() -> None:
    exchange = Exchange("bybit", scale_s=0.001, steps_per_s=0)
    silent, loud = exchange.connect(SPOT), exchange.connect(SPOT)
    for _ in range(5):
        exchange.run(0.2)
        exchange.say(loud, {"op": "ping"})
    assert silent.closed == (1000, "")
    assert loud.closed is None
    assert exchange.say(silent, {"op": "ping"}) is None


def test_other_paths_and_too_many_connections_are_refused() -> None:
    exchange = Exchange("bybit", steps_per_s=0)
    refusals = [exchange.desk.refuses(SPOT, {}) for _ in range(501)]
    assert refusals[:500] == [None] * 500
    assert refusals[500] is not None
    assert refusals[500].status == 403
    exchange.run(300)
    other = exchange.desk.refuses("/v5/public/moon", {})
    assert other is not None
    assert other.status == 404


def test_notices_that_the_venue_does_not_give_send_nothing() -> None:
    exchange = Exchange("bybit", steps_per_s=0)
    wire = exchange.connect(SPOT)
    exchange.desk.on_shutdown(exchange.now_ns)
    exchange.desk.on_pong(wire, b"", exchange.now_ns)
    quote = exchange.world.enlist("bybit")
    exchange.desk.on_listing(quote, exchange.now_ns)
    exchange.desk.on_tick_change(quote, 1, exchange.now_ns)
    exchange.desk.on_status(exchange.world.halt("bybit", "BTCUSDT"), exchange.now_ns)
    assert wire.frames == []
    rows = exchange.read("/v5/market/instruments-info?category=spot")["result"]["list"]
    assert [row["status"] for row in rows] == ["PreLaunch", "Trading"]


# -------------------------------------------------------------------- REST


def test_the_list_of_pairs_reads_back_as_the_instruments() -> None:
    exchange = Exchange("bybit", spot_assets=3)
    answer = exchange.get("/v5/market/instruments-info?category=spot")
    catalogue = venue("bybit").symbols.instruments(answer.body)
    assert catalogue.problems == ()
    for instrument in catalogue.instruments:
        listing = exchange.quotes[instrument.native].listing
        assert str(instrument.id) == listing.instrument_id
        assert (str(instrument.tick), str(instrument.lot)) == (listing.tick, listing.lot)


def test_the_clock_is_in_nanoseconds() -> None:
    exchange = Exchange("bybit")
    answer = exchange.read("/v5/market/time")
    assert answer["result"]["timeNano"] == str(exchange.now_ns)
    assert (answer["retCode"], answer["retMsg"]) == (0, "OK")


def test_candles_come_newest_first() -> None:
    exchange = Exchange("bybit", history_steps=3_000)
    url = "/v5/market/kline?category=spot&symbol=BTCUSDT&interval=1"
    rows = exchange.read(url)["result"]["list"]
    starts = [int(row[0]) for row in rows]
    assert starts == sorted(starts, reverse=True)
    assert len(starts) > 3
    some = exchange.read(f"{url}&start={starts[2]}&end={starts[1]}")["result"]["list"]
    assert [int(row[0]) for row in some] == starts[1:3]


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("/v5/market/orderbook?category=spot&symbol=NOSUCH", "symbol invalid"),
        ("/v5/market/orderbook?category=linear&symbol=BTCUSDT", "symbol invalid"),
        ("/v5/market/orderbook?symbol=BTCUSDT", "Category is invalid"),
        ("/v5/market/orderbook?category=spot&symbol=BTCUSDT&limit=1001", "limit invalid"),
        ("/v5/market/kline?category=spot&symbol=BTCUSDT&interval=7", "Invalid period!"),
    ],
)
def test_errors_come_in_the_envelope_with_status_200(url: str, text: str) -> None:
    answer = Exchange("bybit").read(url)
    assert answer["retCode"] == 10001
    assert text in answer["retMsg"]


def test_other_categories_have_no_instruments() -> None:
    exchange = Exchange("bybit")
    for category in ("linear", "inverse", "option"):
        for name in ("instruments-info", "tickers"):
            answer = exchange.read(f"/v5/market/{name}?category={category}")
            assert answer["result"]["list"] == []
            assert answer["result"]["category"] == category


def test_six_hundred_requests_in_five_seconds_and_then_ten_minutes_of_nothing() -> None:
    exchange = Exchange("bybit", steps_per_s=0)
    url = "/v5/market/time"
    first = exchange.get(url)
    assert header(first, "X-Bapi-Limit") == "600"
    assert header(first, "X-Bapi-Limit-Status") == "599"
    assert int(header(first, "X-Bapi-Limit-Reset-Timestamp") or 0) > exchange.now_ns // 1_000_000
    statuses = [exchange.get(url).status for _ in range(600)]
    assert statuses == [200] * 599 + [403]
    exchange.run(10)
    assert exchange.get(url).status == 403
    exchange.run(591)
    assert exchange.get(url).status == 200
    assert exchange.get("/v5/nothing").status == 404
