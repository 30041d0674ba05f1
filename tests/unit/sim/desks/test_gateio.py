"""Gate.io's server: channels, commands, limits and REST."""

import json
from itertools import pairwise
from typing import Any

import pytest

from crossbook import venue
from tests.unit.sim.desks.exchange import Exchange, Reader, Wire, header

PLACE = "/ws/v4/"
BOOK = "/api/v4/spot/order_book?currency_pair={}&limit={}&with_id=true"


def command(
    exchange: Exchange, wire: Wire, channel: str, *payload: str, event: str = "subscribe"
) -> Any:
    before = len(wire.frames)
    time_s = exchange.now_ns // 10**9
    request = {"time": time_s, "id": 5, "channel": channel, "event": event, "payload": payload}
    exchange.say(wire, request)
    return json.loads(wire.frames[before])


def results(wire: Wire, channel: str) -> list[Any]:
    return [
        frame["result"]
        for frame in wire.take()
        if frame["channel"] == channel and frame["event"] == "update"
    ]


@pytest.mark.parametrize("rate", ["20ms", "100ms"])
def test_a_client_that_follows_the_rules_has_the_exact_book(rate: str) -> None:
    exchange = Exchange("gateio", spot_assets=2, steps_per_s=200)
    wire = exchange.connect(PLACE)
    reader = Reader(exchange, wire, depth=100)
    for native in exchange.quotes:
        command(exchange, wire, "spot.order_book_update", native, rate)
        command(exchange, wire, "spot.book_ticker", native)
        command(exchange, wire, "spot.trades", native)
    exchange.run(0.35)
    reader.read()
    for native in exchange.quotes:
        reader.snapshot(native, BOOK.format(native, 100))
    exchange.run(12)
    reader.read()
    assert reader.states() == {"live"}
    assert reader.checks > 200
    for count in reader.counts():
        assert (count["gaps"], count["bbo_failed"]) == (0, 0)
        assert count["trades"] > 0
        assert count["bbo_ok"] > 0
    # Some levels were out of reach, or this would prove nothing of the cut.
    sizes = [len(side) for book in exchange.truth["BTC_USDT"].values() for side in book]
    assert max(sizes) > 100


@pytest.mark.parametrize("depth", [50, 400])
def test_a_book_of_its_own_needs_no_rest(depth: int) -> None:
    exchange = Exchange("gateio", spot_assets=2, steps_per_s=200)
    wire = exchange.connect(PLACE)
    reader = Reader(exchange, wire, depth=depth)
    names = [f"ob.{native}.{depth}" for native in exchange.quotes]
    command(exchange, wire, "spot.obu", *names)
    exchange.run(10)
    reader.read()
    assert reader.states() == {"live"}
    assert reader.checks > 100
    assert all(count["gaps"] == 0 for count in reader.counts())


def test_ids_run_through_also_for_who_comes_later() -> None:
    exchange = Exchange("gateio", steps_per_s=100)
    first, later = exchange.connect(PLACE), exchange.connect(PLACE)
    command(exchange, first, "spot.obu", "ob.BTC_USDT.50")
    exchange.run(1.01)
    command(exchange, later, "spot.obu", "ob.BTC_USDT.50")
    exchange.run(1)
    early, late = results(first, "spot.obu"), results(later, "spot.obu")
    assert early[0]["full"] is True
    assert late[0]["full"] is True
    assert all(a["u"] + 1 == b["U"] for a, b in pairwise(early))
    assert late[1:] == early[-len(late) + 1 :]
    assert late[1]["U"] == late[0]["u"] + 1


def test_a_level_that_fell_is_told_by_one_channel_and_left_to_clients_by_the_other() -> None:
    exchange = Exchange("gateio", steps_per_s=200)
    wire = exchange.connect(PLACE)
    command(exchange, wire, "spot.obu", "ob.BTC_USDT.50")
    exchange.run(15)
    full, *changes = results(wire, "spot.obu")
    sides = {name: dict(full[name]) for name in "ba"}
    for change in changes:
        for name, levels in sides.items():
            levels.update(dict(change.get(name, [])))
            sides[name] = {price: size for price, size in levels.items() if size != "0"}
        truth = exchange.truth["BTC_USDT"][change["u"]]
        assert [len(levels) for levels in sides.values()] == [min(50, len(t)) for t in truth]


def test_whole_books_and_best_prices_agree_with_the_truth() -> None:
    exchange = Exchange("gateio", steps_per_s=100)
    wire = exchange.connect(PLACE)
    command(exchange, wire, "spot.order_book", "BTC_USDT", "20", "100ms")
    command(exchange, wire, "spot.book_ticker", "BTC_USDT")
    exchange.run(2)
    frames = wire.take()[2:]
    books = [f["result"] for f in frames if f["channel"] == "spot.order_book"]
    tops = [f["result"] for f in frames if f["channel"] == "spot.book_ticker"]
    assert len(books) == 20
    for book in books:
        bids, asks = exchange.truth["BTC_USDT"][book["lastUpdateId"]]
        assert [float(price) for price, _ in book["bids"]] == [p / 10 for p, _ in bids[:20]]
        assert [float(price) for price, _ in book["asks"]] == [p / 10 for p, _ in asks[:20]]
    for top in tops:
        bids, asks = exchange.truth["BTC_USDT"][top["u"]]
        assert (float(top["b"]), float(top["a"])) == (bids[0][0] / 10, asks[0][0] / 10)
    assert all(
        (a["b"], a["B"], a["a"], a["A"]) != (b["b"], b["B"], b["a"], b["A"])
        for a, b in pairwise(tops)
    )


def test_trades_tickers_and_candles_agree_with_rest() -> None:
    exchange = Exchange("gateio", steps_per_s=100)
    wire = exchange.connect(PLACE)
    for channel in ("spot.trades", "spot.tickers"):
        command(exchange, wire, channel, "BTC_USDT")
    command(exchange, wire, "spot.candlesticks", "1m", "BTC_USDT")
    exchange.run(4)
    frames = wire.take()
    last = {frame["channel"]: frame["result"] for frame in frames}
    assert exchange.read("/api/v4/spot/tickers?currency_pair=BTC_USDT") == [last["spot.tickers"]]
    row = exchange.read("/api/v4/spot/candlesticks?currency_pair=BTC_USDT&interval=1m")[-1]
    candle = last["spot.candlesticks"]
    assert [candle[name] for name in "tvchloa"] == row[:7]
    trade = exchange.read("/api/v4/spot/trades?currency_pair=BTC_USDT&limit=1")[0]
    assert (trade["id"], trade["price"]) == (
        str(last["spot.trades"]["id"]),
        last["spot.trades"]["price"],
    )
    numbers = [
        frame["result"]["id_market"]
        for frame in frames
        if frame["channel"] == "spot.trades" and frame["event"] == "update"
    ]
    assert all(a + 1 == b for a, b in pairwise(numbers))


def test_commands_are_answered_as_documented() -> None:
    exchange = Exchange("gateio")
    wire = exchange.connect(PLACE)
    answer = command(exchange, wire, "spot.trades", "BTC_USDT")
    assert answer.pop("conn_id")
    assert answer == {
        "time": exchange.now_ns // 10**9,
        "time_ms": exchange.now_ns // 10**6,
        "id": 5,
        "channel": "spot.trades",
        "event": "subscribe",
        "payload": ["BTC_USDT"],
        "error": None,
        "result": {"status": "success"},
    }
    pong = exchange.say(wire, {"time": 1, "channel": "spot.ping"})
    assert (pong["channel"], pong["event"], pong["error"]) == ("spot.pong", "", None)
    answer = command(exchange, wire, "spot.trades", "BTC_USDT", event="unsubscribe")
    assert answer["result"] == {"status": "success"}
    wire.take()
    exchange.run(3)
    assert wire.frames == []


@pytest.mark.parametrize(
    ("channel", "payload", "text"),
    [
        ("spot.trades", ["NO_SUCH"], "unknown currency pair: NO_SUCH"),
        ("spot.trades", [], "payload is empty"),
        ("spot.obu", ["ob.BTC_USDT.51"], "invalid stream"),
        ("spot.obu", ["ob.NO_SUCH.50"], "unknown currency pair"),
        ("spot.order_book_update", ["BTC_USDT", "1000ms"], "invalid payload"),
        ("spot.order_book", ["BTC_USDT", "7", "100ms"], "invalid payload"),
        ("spot.candlesticks", ["7m", "BTC_USDT"], "invalid payload"),
        ("spot.moon", ["BTC_USDT"], "unknown channel"),
    ],
)
def test_a_wrong_command_is_refused_with_its_text(
    channel: str, payload: list[str], text: str
) -> None:
    exchange = Exchange("gateio")
    answer = command(exchange, exchange.connect(PLACE), channel, *payload)
    assert answer["error"]["code"] == 2
    assert text in answer["error"]["message"]
    assert answer["result"] == {"status": "fail"}


def test_a_command_that_is_none_or_late_or_double_is_refused() -> None:
    exchange = Exchange("gateio")
    wire = exchange.connect(PLACE)
    assert exchange.say(wire, b"{")["error"]["code"] == 1
    assert exchange.say(wire, {"channel": "spot.trades", "event": "dance"})["error"]["code"] == 2
    late = {"time": exchange.now_ns // 10**9 - 61, "channel": "spot.trades", "event": "subscribe"}
    assert "expired" in exchange.say(wire, {**late, "payload": ["BTC_USDT"]})["error"]["message"]
    assert command(exchange, wire, "spot.obu", "ob.BTC_USDT.50")["error"] is None
    assert (
        "Alert sub ob" in command(exchange, wire, "spot.obu", "ob.BTC_USDT.50")["error"]["message"]
    )


def test_one_bad_name_fails_the_whole_command() -> None:
    exchange = Exchange("gateio", steps_per_s=100)
    wire = exchange.connect(PLACE)
    assert command(exchange, wire, "spot.trades", "BTC_USDT", "NO_SUCH")["error"]
    exchange.run(2)
    assert len(wire.frames) == 1


def test_a_client_that_answers_no_ping_is_cut_off() -> None:
    exchange = Exchange("gateio", scale_s=0.01, steps_per_s=0)
    silent, loud = exchange.connect(PLACE), exchange.connect(PLACE)
    for _ in range(8):
        exchange.run(0.1)
        exchange.desk.on_pong(loud, b"", exchange.now_ns)
    assert silent.closed == (1001, "")
    assert len(loud.pings) >= 3
    assert loud.closed is None
    assert exchange.say(silent, {"channel": "spot.ping"}) is None


def test_other_paths_and_too_many_connections_are_refused() -> None:
    exchange = Exchange("gateio", steps_per_s=0)
    for _ in range(300):
        exchange.connect(PLACE)
    refusal, other = exchange.desk.refuses(PLACE, {}), exchange.desk.refuses("/ws/v3", {})
    assert refusal is not None
    assert other is not None
    assert (refusal.status, other.status) == (429, 404)
    exchange.desk.on_close(exchange.wires[0])
    assert exchange.desk.refuses(PLACE, {}) is None


def test_notices_that_the_venue_does_not_give_send_nothing() -> None:
    exchange = Exchange("gateio", steps_per_s=0)
    wire = exchange.connect(PLACE)
    exchange.desk.on_shutdown(exchange.now_ns)
    quote = exchange.world.enlist("gateio")
    exchange.desk.on_listing(quote, exchange.now_ns)
    exchange.desk.on_tick_change(quote, 1, exchange.now_ns)
    exchange.desk.on_status(exchange.world.halt("gateio", "BTC_USDT"), exchange.now_ns)
    assert wire.frames == []
    rows = exchange.read("/api/v4/spot/currency_pairs")
    assert [row["trade_status"] for row in rows] == ["untradable", "tradable"]


# -------------------------------------------------------------------- REST


def test_the_list_of_pairs_reads_back_as_the_instruments() -> None:
    exchange = Exchange("gateio", spot_assets=3)
    answer = exchange.get("/api/v4/spot/currency_pairs")
    catalogue = venue("gateio").symbols.instruments(answer.body)
    assert catalogue.problems == ()
    for instrument in catalogue.instruments:
        listing = exchange.quotes[instrument.native].listing
        assert str(instrument.id) == listing.instrument_id
        assert (str(instrument.tick), str(instrument.lot)) == (listing.tick, listing.lot)
        assert instrument.fee.taker_ppm == listing.taker_ppm
    one = exchange.read("/api/v4/spot/currency_pairs/BTC_USDT")
    assert one == json.loads(answer.body)[0]


def test_the_precision_follows_the_tick() -> None:
    exchange = Exchange("gateio", steps_per_s=0)
    exchange.world.change_tick("gateio", "BTC_USDT", 10)
    assert exchange.read("/api/v4/spot/currency_pairs/BTC_USDT")["precision"] == 0


def test_the_number_of_a_book_comes_when_asked_for() -> None:
    exchange = Exchange("gateio")
    book = exchange.read("/api/v4/spot/order_book?currency_pair=BTC_USDT")
    assert "id" not in book
    assert [len(book[side]) for side in ("bids", "asks")] == [10, 10]
    assert exchange.read(BOOK.format("BTC_USDT", 5))["id"] == exchange.quotes["BTC_USDT"].last_id


def test_levels_are_merged_away_from_the_touch() -> None:
    exchange = Exchange("gateio", steps_per_s=0)
    url = "/api/v4/spot/order_book?currency_pair=BTC_USDT&limit=1000"
    whole, merged = exchange.read(url), exchange.read(f"{url}&interval=100")
    for side in ("bids", "asks"):
        assert all(float(price) % 100 == 0 for price, _ in merged[side])
        total = [sum(float(size) for _, size in book[side]) for book in (whole, merged)]
        assert total[0] == pytest.approx(total[1])
    assert float(merged["bids"][0][0]) <= float(whole["bids"][0][0])
    assert float(merged["asks"][0][0]) >= float(whole["asks"][0][0])


def test_trades_are_paged_by_id() -> None:
    exchange = Exchange("gateio", history_steps=2_000)
    url = "/api/v4/spot/trades?currency_pair=BTC_USDT"
    rows = exchange.read(f"{url}&limit=30")
    ids = [int(row["id"]) for row in rows]
    assert ids == sorted(ids, reverse=True)
    older = exchange.read(f"{url}&limit=3&last_id={ids[9]}&reverse=true")
    newer = exchange.read(f"{url}&limit=3&last_id={ids[9]}")
    assert (older, newer) == (rows[10:13], rows[6:9])


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("order_book", "MISSING_REQUIRED_PARAM"),
        ("order_book?currency_pair=NO_SUCH", "INVALID_CURRENCY_PAIR"),
        ("order_book?currency_pair=BTC_USDT&limit=1001", "INVALID_PARAM_VALUE"),
        ("order_book?currency_pair=BTC_USDT&interval=x", "INVALID_PARAM_VALUE"),
        ("order_book?currency_pair=BTC_USDT&interval=0.001", "INVALID_PARAM_VALUE"),
        ("candlesticks?currency_pair=BTC_USDT&interval=7m", "INVALID_PARAM_VALUE"),
        ("candlesticks?currency_pair=BTC_USDT&limit=3&from=1", "INVALID_PARAM_VALUE"),
        ("trades?currency_pair=BTC_USDT&from=x", "INVALID_PARAM_VALUE"),
        ("currency_pairs/NO_SUCH", "INVALID_CURRENCY_PAIR"),
    ],
)
def test_errors_carry_the_venues_labels(url: str, label: str) -> None:
    answer = Exchange("gateio").get(f"/api/v4/spot/{url}")
    assert answer.status == 400
    assert json.loads(answer.body)["label"] == label


def test_each_endpoint_answers_two_hundred_times_in_ten_seconds() -> None:
    exchange = Exchange("gateio", steps_per_s=0)
    url = "/api/v4/spot/time"
    first = exchange.get(url)
    assert json.loads(first.body) == {"server_time": exchange.now_ns // 10**6}
    assert header(first, "X-Gate-RateLimit-Limit") == "200"
    assert header(first, "X-Gate-RateLimit-Requests-Remain") == "199"
    answers = [exchange.get(url) for _ in range(200)]
    assert [answer.status for answer in answers] == [200] * 199 + [429]
    assert json.loads(answers[-1].body)["label"] == "TOO_MANY_REQUESTS"
    assert exchange.get("/api/v4/spot/tickers").status == 200
    reset_s = int(header(answers[-1], "X-Gate-RateLimit-Reset-Timestamp") or 0)
    exchange.run(reset_s - exchange.now_ns / 10**9)
    assert exchange.get(url).status == 200


def test_there_are_no_other_markets() -> None:
    exchange = Exchange("gateio")
    for place in ("futures/usdt/contracts", "delivery/usdt/contracts", "options/underlyings"):
        assert exchange.read(f"/api/v4/{place}") == []
    assert exchange.read("/api/v4/margin/currency_pairs") == []
    names = [row["currency"] for row in exchange.read("/api/v4/spot/currencies")]
    assert names == ["BTC", "USDT"]
    assert exchange.get("/api/v4/spot/moon").status == 404
    assert exchange.get("/spot/time").status == 404
