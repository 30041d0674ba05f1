"""Binance's server: streams, commands, limits and REST."""

import json
from itertools import pairwise
from typing import Any

import pytest

from crossbook import venue
from tests.unit.sim.desks.exchange import Exchange, Reader, header

DEPTH = "/api/v3/depth?symbol=BTCUSDT&limit=5000"


def subscribe(exchange: Exchange, wire: Any, *streams: str) -> Any:
    return exchange.say(wire, {"method": "SUBSCRIBE", "params": list(streams), "id": 1})


def test_a_client_that_follows_the_rules_has_the_exact_book() -> None:
    exchange = Exchange("binance", spot_assets=2, steps_per_s=200)
    streams = [
        f"{native.lower()}@{kind}"
        for native in exchange.quotes
        for kind in ("depth@100ms", "bookTicker", "trade")
    ]
    wire = exchange.connect(f"/stream?streams={'/'.join(streams)}")
    reader = Reader(exchange, wire)
    exchange.run(0.35)
    reader.read()
    for native in exchange.quotes:
        reader.snapshot(native, f"/api/v3/depth?symbol={native}&limit=5000")
    exchange.run(10)
    reader.read()
    assert reader.states() == {"live"}
    assert reader.checks > 1_000
    for count in reader.counts():
        assert (count["gaps"], count["bbo_failed"]) == (0, 0)
        assert count["bbo_ok"] > 50


def test_diffs_of_both_rates_are_joined_without_a_gap() -> None:
    exchange = Exchange("binance", steps_per_s=100)
    wire = exchange.connect("/ws/btcusdt@depth@100ms")
    slow = exchange.connect("/ws/btcusdt@depth")
    exchange.run(5)
    for diffs in (wire.take(), slow.take()):
        assert len({diff["E"] for diff in diffs}) == len(diffs)
        for before, after in pairwise(diffs):
            assert after["U"] == before["u"] + 1
        assert all(set(diff) == {"e", "E", "s", "U", "u", "b", "a"} for diff in diffs)
    assert len(slow.frames) == 0


def test_one_rate_is_ten_times_the_other() -> None:
    exchange = Exchange("binance", steps_per_s=200)
    fast, slow = (exchange.connect(f"/ws/btcusdt@depth{rate}") for rate in ("@100ms", "@1000ms"))
    exchange.run(4)
    assert (len(fast.frames), len(slow.frames)) == (40, 4)


def test_a_raw_path_sends_raw_events_and_a_combined_one_wraps_them() -> None:
    exchange = Exchange("binance", steps_per_s=200)
    raw = exchange.connect("/ws/btcusdt@trade/btcusdt@bookTicker")
    combined = exchange.connect("/stream?streams=btcusdt@trade/btcusdt@bookTicker")
    exchange.run(2)
    plain, wrapped = raw.take(), combined.take()
    assert plain == [frame["data"] for frame in wrapped]
    assert {frame["stream"] for frame in wrapped} == {"btcusdt@trade", "btcusdt@bookTicker"}
    assert set(raw.natives) == {"BTCUSDT"}


def test_times_come_in_microseconds_to_who_wants_them() -> None:
    exchange = Exchange("binance", steps_per_s=100)
    coarse = exchange.connect("/ws/btcusdt@trade/btcusdt@kline_1m")
    fine = exchange.connect("/ws/btcusdt@trade/btcusdt@kline_1m?timeUnit=MICROSECOND")
    exchange.run(3)
    for event, other in zip(coarse.take(), fine.take(), strict=True):
        assert other["E"] == event["E"] * 1000
        if event["e"] == "trade":
            assert (other["T"], other["t"]) == (event["T"] * 1000, event["t"])
        else:
            assert other["k"]["T"] == event["k"]["T"] * 1000
    answer = exchange.get("/api/v3/time", **{"x-mbx-time-unit": "MICROSECOND"})
    assert json.loads(answer.body)["serverTime"] == exchange.now_ns // 1_000_000 * 1000
    url = "/api/v3/klines?symbol=BTCUSDT&interval=1m"
    rows = json.loads(exchange.get(url, **{"x-mbx-time-unit": "microsecond"}).body)
    assert [row[0] for row in rows] == [row[0] * 1000 for row in exchange.read(url)]


def test_commands_are_answered_as_documented() -> None:
    exchange = Exchange("binance")
    wire = exchange.connect("/ws")
    assert subscribe(exchange, wire, "btcusdt@trade", "nosuch@depth") == {"result": None, "id": 1}
    assert exchange.say(wire, {"method": "LIST_SUBSCRIPTIONS", "id": "x-1"}) == {
        "result": ["btcusdt@trade", "nosuch@depth"],
        "id": "x-1",
    }
    request: dict[str, Any] = {"method": "UNSUBSCRIBE", "params": ["nosuch@depth"], "id": None}
    assert exchange.say(wire, request) == {"result": None, "id": None}
    exchange.run(1)
    wire.take()
    assert exchange.say(wire, {"method": "LIST_SUBSCRIPTIONS", "id": 3})["result"] == [
        "btcusdt@trade"
    ]
    request = {"method": "SET_PROPERTY", "params": ["combined", True], "id": 5}
    assert exchange.say(wire, request) == {"result": None, "id": 5}
    request = {"method": "GET_PROPERTY", "params": ["combined"], "id": 2}
    assert exchange.say(wire, request) == {"result": True, "id": 2}


@pytest.mark.parametrize(
    ("message", "code", "text"),
    [
        (b"{", 3, "Invalid JSON"),
        (b"[]", 2, "Invalid request"),
        ({"method": "SUBSCRIBE", "params": [], "id": -1.5}, 2, "request ID"),
        ({"params": [], "id": 1}, 2, "missing field `method`"),
        ({"method": "BUY", "params": [], "id": 1}, 2, "unknown variant `BUY`"),
        ({"method": "SUBSCRIBE", "params": "x", "id": 1}, 2, "array"),
        ({"method": "SUBSCRIBE", "params": [1], "id": 1}, 2, "string"),
        ({"method": "SUBSCRIBE", "params": [], "id": 1, "more": 1}, 2, "unknown field `more`"),
        ({"method": "GET_PROPERTY", "params": ["colour"], "id": 1}, 0, "Unknown property"),
        ({"method": "SET_PROPERTY", "params": ["combined", "x"], "id": 1}, 1, "Boolean"),
    ],
)
def test_a_wrong_command_is_refused_with_its_code(message: Any, code: int, text: str) -> None:
    exchange = Exchange("binance")
    answer = exchange.say(exchange.connect("/ws"), message)
    assert answer["error"]["code"] == code
    assert text in answer["error"]["msg"]


def test_an_unsubscribed_stream_is_silent_and_the_others_go_on() -> None:
    exchange = Exchange("binance", steps_per_s=100)
    wire = exchange.connect("/stream?streams=btcusdt@depth@100ms/btcusdt@trade")
    exchange.run(1)
    exchange.say(wire, {"method": "UNSUBSCRIBE", "params": ["btcusdt@trade"], "id": 1})
    wire.take()
    exchange.run(3)
    assert {frame["stream"] for frame in wire.take()} == {"btcusdt@depth@100ms"}


def test_a_name_that_does_not_exist_is_acknowledged_and_silent() -> None:
    exchange = Exchange("binance", steps_per_s=100)
    wire = exchange.connect("/ws/0")
    assert subscribe(exchange, wire, "BTCUSDT@depth", "btcusdt@depth7", "x") == {
        "result": None,
        "id": 1,
    }
    wire.take()
    exchange.run(2)
    assert wire.frames == []


def test_a_partial_book_shows_the_best_levels() -> None:
    exchange = Exchange("binance", steps_per_s=100)
    wire = exchange.connect("/ws/btcusdt@depth5@100ms")
    exchange.run(1)
    frames = wire.take()
    assert len(frames) == 10
    last = frames[-1]
    bids, asks = exchange.truth["BTCUSDT"][last["lastUpdateId"]]
    assert [float(price) for price, _ in last["bids"]] == [price / 100 for price, _ in bids[:5]]
    assert [float(price) for price, _ in last["asks"]] == [price / 100 for price, _ in asks[:5]]


def test_sampled_streams_agree_with_rest() -> None:
    exchange = Exchange("binance", steps_per_s=100)
    names = ["kline_1m", "ticker", "miniTicker", "avgPrice", "aggTrade", "trade"]
    wire = exchange.connect("/stream?streams=" + "/".join(f"btcusdt@{name}" for name in names))
    exchange.run(4)
    events = {frame["data"]["e"]: frame["data"] for frame in wire.take()}
    assert set(events) == {
        "kline", "24hrTicker", "24hrMiniTicker", "avgPrice", "aggTrade", "trade",
    }  # fmt: skip
    day = exchange.read("/api/v3/ticker/24hr?symbol=BTCUSDT")
    assert events["24hrTicker"]["c"] == day["lastPrice"]
    assert events["24hrMiniTicker"]["v"] == day["volume"]
    row = exchange.read("/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=1")[0]
    candle = events["kline"]["k"]
    assert [candle[key] for key in "tohlcvTqnVQ"] == row[:11]
    assert exchange.read("/api/v3/trades?symbol=BTCUSDT&limit=1")[0]["id"] == events["trade"]["t"]


def test_a_candle_is_shown_closed_once() -> None:
    exchange = Exchange("binance", steps_per_s=100)
    wire = exchange.connect("/ws/btcusdt@kline_1s")
    exchange.run(5)
    closed = [frame["k"]["t"] for frame in wire.take() if frame["k"]["x"]]
    assert len(closed) == len(set(closed)) == 5


def test_more_than_five_messages_a_second_end_the_connection() -> None:
    exchange = Exchange("binance")
    wire = exchange.connect("/ws")
    for _ in range(5):
        exchange.say(wire, {"method": "LIST_SUBSCRIPTIONS", "id": 1})
    assert wire.status() == "open"
    exchange.desk.on_ping(wire, exchange.now_ns)
    assert wire.closed == (1008, "Too many requests")
    exchange.say(wire, {"method": "LIST_SUBSCRIPTIONS", "id": 1})
    exchange.run(1)


def test_pings_come_every_twenty_seconds_and_want_their_payload_back() -> None:
    exchange = Exchange("binance", scale_s=0.05, steps_per_s=0)
    honest, other = exchange.connect("/ws"), exchange.connect("/ws")
    exchange.run(1.1)
    assert len(honest.pings) == 1
    for _ in range(4):
        exchange.desk.on_pong(honest, honest.pings[-1], exchange.now_ns)
        exchange.desk.on_pong(other, b"hello", exchange.now_ns)
        exchange.run(1)
    assert other.closed == (1008, "Pong timeout")
    assert honest.closed is None
    assert len(honest.pings) == 5


def test_a_connection_ends_after_a_day() -> None:
    exchange = Exchange("binance", scale_s=0.0001, steps_per_s=0)
    wire = exchange.connect("/ws")
    for _ in range(1000):
        exchange.run(0.02)
        if wire.closed:
            break
        exchange.desk.on_pong(wire, wire.pings[-1], exchange.now_ns)
    assert wire.closed == (1001, "")
    assert exchange.now_ns - wire.opened_ns == pytest.approx(8_640_000_000, abs=20_000_000)


def test_a_connection_takes_1024_streams_and_no_more() -> None:
    exchange = Exchange("binance")
    wire = exchange.connect("/ws")
    assert (
        subscribe(exchange, wire, *[f"x{number}@trade" for number in range(1024)])["result"] is None
    )
    assert "error" in subscribe(exchange, wire, "btcusdt@trade")
    assert subscribe(exchange, wire, "x1@trade")["result"] is None


def test_connections_beyond_three_hundred_in_five_minutes_are_refused() -> None:
    exchange = Exchange("binance", steps_per_s=0)
    refusals = [exchange.desk.refuses("/ws", {}) for _ in range(301)]
    assert refusals[:300] == [None] * 300
    assert refusals[300] is not None
    assert refusals[300].status == 429
    exchange.run(300)
    assert exchange.desk.refuses("/ws", {}) is None


def test_an_unknown_path_is_not_found() -> None:
    exchange = Exchange("binance")
    answer = exchange.desk.refuses("/ws2", {})
    assert answer is not None
    assert answer.status == 404
    assert exchange.get("/api/v3/nothing").status == 404
    assert exchange.get("/api/v3/ping", method="POST").status == 405


def test_a_shutdown_is_announced() -> None:
    exchange = Exchange("binance")
    wire = exchange.connect("/ws/btcusdt@trade")
    exchange.desk.on_shutdown(exchange.now_ns)
    assert wire.take()[-1] == {"e": "serverShutdown", "E": exchange.now_ns // 1_000_000}


def test_a_new_pair_is_listed_and_streams_of_its_name_begin() -> None:
    exchange = Exchange("binance", steps_per_s=100)
    wire = exchange.connect("/ws/xrpusdt@depth@100ms")
    exchange.run(1)
    assert wire.frames == []
    quote = exchange.world.enlist("binance")
    exchange.truth["XRPUSDT"] = {}
    exchange.desk.on_listing(quote, exchange.now_ns)
    exchange.run(1)
    assert {frame["s"] for frame in wire.take()} == {"XRPUSDT"}
    assert len(exchange.read("/api/v3/exchangeInfo")["symbols"]) == 2


def test_a_halted_pair_shows_in_the_list() -> None:
    exchange = Exchange("binance")
    quote = exchange.world.halt("binance", "BTCUSDT")
    exchange.desk.on_status(quote, exchange.now_ns)
    assert exchange.read("/api/v3/exchangeInfo?symbol=BTCUSDT")["symbols"][0]["status"] == "BREAK"


# -------------------------------------------------------------------- REST


def test_the_list_of_pairs_reads_back_as_the_instruments() -> None:
    exchange = Exchange("binance", spot_assets=3)
    answer = exchange.get("/api/v3/exchangeInfo")
    catalogue = venue("binance").symbols.instruments(answer.body)
    assert catalogue.problems == ()
    for instrument in catalogue.instruments:
        listing = exchange.quotes[instrument.native].listing
        assert str(instrument.id) == listing.instrument_id
        assert f"{instrument.tick:f}".rstrip("0") == listing.tick.rstrip("0")
        assert instrument.lot is not None
        assert float(instrument.lot) == float(listing.lot)
        assert instrument.min_notional == int(listing.min_notional)


def test_the_clock_and_the_ping_answer() -> None:
    exchange = Exchange("binance")
    assert exchange.read("/api/v3/ping") == {}
    assert exchange.read("/api/v3/time") == {"serverTime": exchange.now_ns // 1_000_000}


def test_a_snapshot_has_as_many_levels_as_asked_for() -> None:
    exchange = Exchange("binance")
    for limit, most in ((5, 5), (20, 20), (5000, 5000)):
        book = exchange.read(f"/api/v3/depth?symbol=BTCUSDT&limit={limit}")
        bids, _ = exchange.book("BTCUSDT")
        assert len(book["bids"]) == min(most, len(bids))
        assert book["lastUpdateId"] == exchange.quotes["BTCUSDT"].last_id


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("/api/v3/depth?symbol=NOSUCH", -1121),
        ("/api/v3/depth", -1102),
        ("/api/v3/depth?symbol=BTCUSDT&limit=many", -1100),
        ("/api/v3/depth?symbol=BTCUSDT&limit=0", -1130),
        ("/api/v3/depth?symbol=BTCUSDT&colour=red", -1104),
        ("/api/v3/klines?symbol=BTCUSDT&interval=7m", -1120),
        ("/api/v3/klines?symbol=BTCUSDT", -1102),
        ("/api/v3/exchangeInfo?symbol=BTCUSDT&symbols=[]", -1128),
        ("/api/v3/exchangeInfo?symbols=BTCUSDT", -1100),
        ("/api/v3/exchangeInfo?symbols=%5B%22NOSUCH%22%5D", -1121),
        ("/api/v3/ticker/24hr?symbol=BTCUSDT&type=HALF", -1100),
    ],
)
def test_errors_carry_the_venues_codes(url: str, code: int) -> None:
    answer = Exchange("binance").get(url)
    assert answer.status == 400
    assert json.loads(answer.body)["code"] == code


def test_trades_come_by_id_and_by_time() -> None:
    exchange = Exchange("binance", history_steps=500)
    trades = exchange.read("/api/v3/trades?symbol=BTCUSDT&limit=20")
    assert [trade["id"] for trade in trades] == sorted(trade["id"] for trade in trades)
    older = exchange.read(
        f"/api/v3/historicalTrades?symbol=BTCUSDT&fromId={trades[3]['id']}&limit=2"
    )
    assert older == trades[3:5]
    aggregate = exchange.read(f"/api/v3/aggTrades?symbol=BTCUSDT&startTime={trades[-1]['time']}")
    assert [row["l"] for row in aggregate] == [
        trade["id"] for trade in trades if trade["time"] >= trades[-1]["time"]
    ]
    assert (
        exchange.read(f"/api/v3/aggTrades?symbol=BTCUSDT&fromId={aggregate[0]['a']}") == aggregate
    )


def test_tickers_come_for_one_for_some_and_for_all() -> None:
    exchange = Exchange("binance", spot_assets=2)
    one = exchange.read("/api/v3/ticker/bookTicker?symbol=BTCUSDT")
    every = exchange.read("/api/v3/ticker/bookTicker")
    some = exchange.read("/api/v3/ticker/bookTicker?symbols=%5B%22BTCUSDT%22%5D")
    assert every[0] == one == some[0]
    assert (len(every), len(some)) == (2, 1)
    mini = exchange.read("/api/v3/ticker/24hr?symbol=BTCUSDT&type=MINI")
    assert "bidPrice" not in mini
    assert exchange.read("/api/v3/ticker/price?symbol=BTCUSDT")["price"] == mini["lastPrice"]
    assert exchange.read("/api/v3/avgPrice?symbol=BTCUSDT")["mins"] == 5


def test_every_answer_says_what_was_used_of_the_weight() -> None:
    exchange = Exchange("binance", steps_per_s=0)
    used = [
        header(exchange.get(url), "X-MBX-USED-WEIGHT-1M")
        for url in ("/api/v3/ping", DEPTH, DEPTH.replace("5000", "100"), "/api/v3/depth", "/x")
    ]
    assert used == ["1", "251", "256", "261", "262"]
    exchange.run(60)
    assert header(exchange.get("/api/v3/exchangeInfo"), "x-mbx-used-weight") == "20"


def test_too_much_weight_is_429_and_going_on_is_a_ban() -> None:
    exchange = Exchange("binance", steps_per_s=0)
    answers = [exchange.get(DEPTH) for _ in range(36)]
    statuses = [answer.status for answer in answers]
    assert statuses == [200] * 24 + [429] * 10 + [418] * 2
    assert json.loads(answers[24].body)["code"] == -1003
    assert 0 < int(header(answers[24], "Retry-After") or 0) <= 60
    assert header(answers[34], "Retry-After") == "120"
    assert "IP banned until" in json.loads(answers[34].body)["msg"]
    exchange.run(61)
    assert exchange.get("/api/v3/ping").status == 418
    exchange.run(60)
    assert exchange.get("/api/v3/ping").status == 200


def test_there_are_no_other_markets() -> None:
    exchange = Exchange("binance")
    assert exchange.read("/fapi/v1/exchangeInfo")["symbols"] == []
    assert exchange.read("/dapi/v1/exchangeInfo")["symbols"] == []
