"""MEXC's server: channels, commands, limits and REST."""

import json
from typing import Any

import pytest

from crossbook import venue
from tests.unit.sim.desks.exchange import Exchange, Reader, Wire, header

DEPTH = "spot@public.aggre.depth.v3.api.pb@{}@{}"
DEALS = "spot@public.aggre.deals.v3.api.pb@100ms@{}"
TICKER = "spot@public.aggre.bookTicker.v3.api.pb@{}@{}"
PONG = {"id": 0, "code": 0, "msg": "PONG"}


def subscribe(exchange: Exchange, wire: Wire, *names: str) -> str:
    return str(exchange.say(wire, {"method": "SUBSCRIPTION", "params": names})["msg"])


@pytest.mark.parametrize("rate", ["10ms", "100ms"])
def test_a_client_that_follows_the_rules_has_the_exact_book(rate: str) -> None:
    exchange = Exchange("mexc", spot_assets=2, steps_per_s=200)
    wire = exchange.connect("/ws")
    reader = Reader(exchange, wire)
    for native in exchange.quotes:
        names = [DEPTH.format(rate, native), TICKER.format(rate, native), DEALS.format(native)]
        assert subscribe(exchange, wire, *names) == ",".join(names)
    exchange.run(0.35)
    reader.read()
    for native in exchange.quotes:
        reader.snapshot(native, f"/api/v3/depth?symbol={native}&limit=1000")
    exchange.run(10)
    reader.read()
    assert reader.states() == {"live"}
    assert reader.checks > 500
    for count in reader.counts():
        assert (count["gaps"], count["bbo_failed"]) == (0, 0)
        assert count["trades"] > 100
        assert count["bbo_ok"] > 50


def test_pushes_are_binary_and_answers_are_text() -> None:
    exchange = Exchange("mexc", steps_per_s=100)
    wire = exchange.connect("/ws")
    subscribe(exchange, wire, DEPTH.format("100ms", "BTCUSDT"))
    exchange.run(1)
    assert wire.binary == [False] + [True] * 10
    assert set(wire.natives[1:]) == {"BTCUSDT"}


def test_whole_books_lists_of_best_prices_and_candles_are_read() -> None:
    exchange = Exchange("mexc", steps_per_s=200)
    wire = exchange.connect("/ws")
    reader = Reader(exchange, wire, depth=20)
    names = [
        "spot@public.limit.depth.v3.api.pb@BTCUSDT@20",
        "spot@public.bookTicker.batch.v3.api.pb@BTCUSDT",
        "spot@public.kline.v3.api.pb@BTCUSDT@Min1",
    ]
    assert subscribe(exchange, wire, *names) == ",".join(names)
    exchange.run(3)
    reader.read()
    assert reader.states() == {"live"}
    (count,) = reader.counts()
    assert count["snapshots"] == 30
    assert count["quotes"] > 10


def test_a_refused_channel_is_answered_with_code_zero_too() -> None:
    exchange = Exchange("mexc", steps_per_s=100)
    wire = exchange.connect("/ws")
    for name in (
        DEPTH.format("100ms", "NOSUCH"),
        "spot@public.increase.depth.v3.api@BTCUSDT",
        DEPTH.format("50ms", "BTCUSDT"),
    ):
        answer = exchange.say(wire, {"method": "SUBSCRIPTION", "params": [name], "id": 4})
        assert (answer["id"], answer["code"]) == (4, 0)
        assert answer["msg"].startswith(f"Not Subscribed successfully! [{name}]")
        assert answer["msg"].endswith("Blocked! ")
    reader = Reader(exchange, wire)
    reader.read()
    controls = reader.feed.counts()["controls"]
    assert isinstance(controls, dict)
    assert controls["refused"] == 3


def test_commands_are_answered_as_documented() -> None:
    exchange = Exchange("mexc", steps_per_s=100)
    wire = exchange.connect("/ws")
    assert exchange.say(wire, {"method": "PING"}) == PONG
    assert exchange.say(wire, {"method": "DANCE"})["msg"] == "param error"
    assert exchange.say(wire, b"{")["msg"] == "param error"
    name = DEPTH.format("100ms", "BTCUSDT")
    subscribe(exchange, wire, name)
    request = {"method": "UNSUBSCRIPTION", "params": [name]}
    assert exchange.say(wire, request) == {"id": 0, "code": 0, "msg": name}
    count = len(wire.frames)
    exchange.run(1)
    assert len(wire.frames) == count


def test_the_thirty_first_subscription_is_void() -> None:
    exchange = Exchange("mexc", spot_assets=3)
    wire = exchange.connect("/ws")
    names = [
        name
        for native in exchange.quotes
        for name in (
            *(DEPTH.format(rate, native) for rate in ("10ms", "100ms")),
            *(TICKER.format(rate, native) for rate in ("10ms", "100ms")),
            *(f"spot@public.limit.depth.v3.api.pb@{native}@{depth}" for depth in (5, 10, 20)),
            *(f"spot@public.kline.v3.api.pb@{native}@Min{span}" for span in (1, 5, 15, 30)),
        )
    ]
    assert subscribe(exchange, wire, *names[:30]) == ",".join(names[:30])
    assert names[30] in subscribe(exchange, wire, *names[29:31])
    assert names[29] not in subscribe(exchange, wire, *names[29:31])


def test_who_subscribes_to_nothing_is_cut_off_after_thirty_seconds() -> None:
    exchange = Exchange("mexc", scale_s=0.01, steps_per_s=0)
    wire, idle = exchange.connect("/ws"), exchange.connect("/ws")
    subscribe(exchange, wire, DEPTH.format("100ms", "BTCUSDT"))
    exchange.run(0.28)
    exchange.say(idle, {"method": "PING"})
    assert idle.status() == "open"
    exchange.run(0.04)
    assert idle.closed == (1000, "no valid subscription")
    assert wire.closed is None
    assert exchange.say(idle, {"method": "PING"}) is None


def test_a_connection_over_which_nothing_goes_is_cut_off_after_sixty_seconds() -> None:
    exchange = Exchange("mexc", scale_s=0.01, steps_per_s=0)
    silent, loud = exchange.connect("/ws"), exchange.connect("/ws")
    for wire in (silent, loud):
        subscribe(exchange, wire, DEPTH.format("100ms", "BTCUSDT"))
    for _ in range(5):
        exchange.run(0.2)
        exchange.say(loud, {"method": "PING"})
    assert silent.closed == (1000, "no data")
    assert loud.closed is None
    assert len(loud.pings) > 3


def test_more_than_a_hundred_messages_a_second_and_a_day_end_the_connection() -> None:
    exchange = Exchange("mexc", steps_per_s=0)
    wire = exchange.connect("/ws")
    for _ in range(101):
        exchange.say(wire, {"method": "PING"})
    assert wire.closed == (1008, "too many messages")
    exchange = Exchange("mexc", scale_s=0.0001, steps_per_s=500)
    wire = exchange.connect("/ws")
    subscribe(exchange, wire, DEPTH.format("10ms", "BTCUSDT"))
    while wire.closed is None:
        exchange.run(0.02)
        exchange.desk.on_pong(wire, b"", exchange.now_ns)
    assert exchange.now_ns - wire.opened_ns <= 8_660_000_000
    assert wire.closed in {(1001, ""), (1000, "no data")}


def test_notices_that_the_venue_does_not_give_send_nothing() -> None:
    exchange = Exchange("mexc", steps_per_s=0)
    wire = exchange.connect("/ws?listenKey=x")
    exchange.desk.on_shutdown(exchange.now_ns)
    quote = exchange.world.enlist("mexc")
    exchange.desk.on_listing(quote, exchange.now_ns)
    exchange.desk.on_tick_change(quote, 1, exchange.now_ns)
    exchange.desk.on_status(exchange.world.halt("mexc", "BTCUSDT"), exchange.now_ns)
    assert wire.frames == []
    rows = exchange.read("/api/v3/exchangeInfo")["symbols"]
    assert [row["status"] for row in rows] == ["2", "1"]
    refusal = exchange.desk.refuses("/wss", {})
    assert refusal is not None
    assert refusal.status == 404


# -------------------------------------------------------------------- REST


def test_the_list_of_pairs_reads_back_as_the_instruments() -> None:
    exchange = Exchange("mexc", spot_assets=3)
    answer = exchange.get("/api/v3/exchangeInfo")
    catalogue = venue("mexc").symbols.instruments(answer.body)
    assert catalogue.problems == ()
    for instrument in catalogue.instruments:
        listing = exchange.quotes[instrument.native].listing
        assert str(instrument.id) == listing.instrument_id
        assert (instrument.tick, instrument.lot) != (None, None)
        assert f"{instrument.tick:f}" == listing.tick
        assert f"{instrument.lot:f}" == listing.lot
        assert instrument.fee.taker_ppm == listing.taker_ppm
    some = exchange.read("/api/v3/exchangeInfo?symbols=BTCUSDT,SOLUSDT")["symbols"]
    assert [row["symbol"] for row in some] == ["BTCUSDT", "SOLUSDT"]
    names = exchange.read("/api/v3/defaultSymbols")
    assert names == {"code": 0, "data": ["BTCUSDT", "ETHUSDT", "SOLUSDT"], "msg": None}


def test_a_snapshot_has_a_version_and_a_time() -> None:
    exchange = Exchange("mexc")
    book = exchange.read("/api/v3/depth?symbol=BTCUSDT&limit=5")
    assert book["lastUpdateId"] == exchange.quotes["BTCUSDT"].last_id
    assert book["timestamp"] == exchange.now_ns // 1_000_000
    assert [len(book[side]) for side in ("bids", "asks")] == [5, 5]


def test_trades_have_no_ids_and_candles_eight_members() -> None:
    exchange = Exchange("mexc", history_steps=3_000)
    trades = exchange.read("/api/v3/trades?symbol=BTCUSDT&limit=5")
    assert [trade["id"] for trade in trades] == [None] * 5
    assert trades[0]["time"] >= trades[-1]["time"]
    aggregate = exchange.read("/api/v3/aggTrades?symbol=BTCUSDT&limit=5")
    assert [row["T"] for row in aggregate] == [trade["time"] for trade in trades]
    rows = exchange.read("/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=3")
    assert [len(row) for row in rows] == [8, 8, 8]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert rows[-1][4] == trades[0]["price"]


def test_tickers_come_for_one_and_for_all() -> None:
    exchange = Exchange("mexc", spot_assets=2)
    for name in ("24hr", "price", "bookTicker"):
        one = exchange.read(f"/api/v3/ticker/{name}?symbol=BTCUSDT")
        assert exchange.read(f"/api/v3/ticker/{name}")[0] == one
    assert exchange.read("/api/v3/avgPrice?symbol=BTCUSDT")["mins"] == 5
    assert exchange.read("/api/v3/ping") == {}
    assert exchange.read("/api/v3/time") == {"serverTime": exchange.now_ns // 1_000_000}
    assert exchange.read("/api/v1/contract/detail")["data"] == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("depth?symbol=NOSUCH", -1121),
        ("depth", 700004),
        ("depth?symbol=BTCUSDT&limit=x", 700008),
        ("klines?symbol=BTCUSDT", 700004),
        ("klines?symbol=BTCUSDT&interval=1h", -1121),
        ("aggTrades?symbol=BTCUSDT&startTime=1&endTime=9999999999", -1128),
        ("aggTrades?symbol=BTCUSDT&startTime=x", 700008),
    ],
)
def test_errors_carry_the_venues_codes(url: str, code: int) -> None:
    answer = Exchange("mexc").get(f"/api/v3/{url}")
    assert answer.status == 400
    assert json.loads(answer.body)["code"] == code


def test_each_endpoint_has_five_hundred_of_weight_in_ten_seconds() -> None:
    exchange = Exchange("mexc", steps_per_s=0)
    trades = "/api/v3/trades?symbol=BTCUSDT"
    answers = [exchange.get(trades) for _ in range(112)]
    statuses = [answer.status for answer in answers]
    assert statuses == [200] * 100 + [429] * 10 + [418] * 2
    assert 0 < int(header(answers[100], "Retry-After") or 0) <= 10
    assert header(answers[110], "Retry-After") == "120"
    assert exchange.get("/api/v3/time").status == 418
    exchange.run(121)
    assert exchange.get(trades).status == 200
    assert exchange.get("/api/v3/moon").status == 404


def test_a_wrong_clock_shows_in_every_time_but_breaks_no_limit() -> None:
    exchange = Exchange("mexc", steps_per_s=100)
    wire = exchange.connect("/ws")
    reader = Reader(exchange, wire)
    exchange.desk.skew_ns = 3_600 * 10**9
    subscribe(exchange, wire, DEALS.format("BTCUSDT"))
    exchange.run(2)
    reader.read()
    later: Any = exchange.read("/api/v3/time")["serverTime"]
    assert later == (exchange.now_ns + 3_600 * 10**9) // 1_000_000
    row = exchange.read("/api/v3/trades?symbol=BTCUSDT&limit=1")[0]
    assert later - 2_000 < row["time"] <= later
    assert wire.closed is None
