"""Every row of the recordings' `expected.json`, through the public path."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from crossbook.backtest import SnapshotChoice, gather
from crossbook.backtest.report import InstrumentReport
from crossbook.model.events import (
    BookReplaced,
    BookSide,
    LevelChanged,
    MessageMissed,
    StateChanged,
    TradeReported,
)
from crossbook.storage.stream import rows
from tests.recorded import replaying as r
from tests.recorded.replaying import Played, level

Expected = dict[str, Any]
Check = Callable[[Path, Expected], None]


def same_top(found: InstrumentReport, expected: Expected) -> None:
    assert found.state == "live"
    assert level(found.best_bid) == level(expected["bid"])
    assert level(found.best_ask) == level(expected["ask"])
    assert list(found.levels) == expected["levels"]
    if "last_u" in expected:
        assert found.sequence == expected["last_u"]


def nothing_failed(played: Played) -> None:
    report = played.report
    assert report.decode_errors == {}
    assert report.unknown_symbols == 0
    assert report.gaps == 0
    assert report.checksums.failed == 0
    assert report.bbo_checks.failed == 0
    assert all(i.off_scale == 0 and i.unsynced == 0 for i in report.instruments.values())


def binance_books(session: r.Session) -> Check:
    def check(folder: Path, expected: Expected) -> None:
        played = Played(session.inputs(folder))
        nothing_failed(played)
        assert expected["gaps"] == {}
        found = played.by_native()
        assert found.keys() == expected["final"].keys()
        for native, final in expected["final"].items():
            same_top(found[native], final)
            assert found[native].applied == expected["applied"][native]
            assert found[native].old == expected["dropped_stale"].get(native, 0)
            # It joined at once: the first usable change straddled the snapshot.
            assert expected["first_straddles_snapshot"][native]
            assert found[native].snapshots == 1
            kinds = {
                kind.partition(":")[2]: count
                for kind, count in expected["kinds"].items()
                if kind.startswith(f"{native}:")
            }
            assert found[native].applied + found[native].old == kinds.get("depthUpdate", 0)
            assert found[native].quotes == kinds.get("bookTicker", 0)
            assert found[native].trades == kinds.get("trade", 0) + kinds.get("aggTrade", 0)
        checks = played.report.bbo_checks
        assert [checks.ok, checks.failed] == expected["bookTicker_check"]
        # Candles are read and not used; a snapshot between the frames is a frame.
        unused = sum(n for kind, n in expected["kinds"].items() if kind.endswith(":kline"))
        assert played.report.controls.get("unused", 0) == unused
        assert played.report.messages == sum(expected["kinds"].values())

    return check


def binance_trades(session: r.Session) -> Check:
    def check(folder: Path, expected: Expected) -> None:
        played = Played(session.inputs(folder), TradeReported)
        nothing_failed(played)
        trades = [event for event in played.events if isinstance(event, TradeReported)]
        ids = [trade.trade_id for trade in trades]
        assert len(trades) == played.report.trades == expected["n"]
        assert [ids[0], ids[-1]] == [expected["first_a"], expected["last_a"]]
        steps = [after - before for before, after in pairwise(ids)]
        assert sum(step != 1 for step in steps) == expected["agg_id_gaps"]
        (instrument,) = played.instruments
        total = Decimal(sum(trade.size for trade in trades)).scaleb(-instrument.size_decimals)
        assert total == Decimal(expected["sum_q"])

    return check


def coinbase_exchange(folder: Path, expected: Expected) -> None:
    played = Played(r.COINBASE_EXCHANGE.inputs(folder), StateChanged)
    nothing_failed(played)
    found, types = played.by_native(), expected["types"]
    assert found.keys() == expected["final"].keys()
    for native, final in expected["final"].items():
        same_top(found[native], final)
    assert played.report.controls == {"ack": types["subscriptions"]}
    each = found.values()
    assert sum(i.snapshots for i in each) == types["snapshot"]
    assert sum(i.applied for i in each) == types["l2update"]
    assert sum(i.quotes for i in each) == types["ticker"]
    assert played.report.trades == types["match"] + types["last_match"]
    # Nothing ever crossed: each book only ever became live.
    assert expected["crossed"] == []
    assert len(played.events) == len(found)


def coinbase_advanced(folder: Path, expected: Expected) -> None:
    played = Played(r.COINBASE_ADVANCED.inputs(folder))
    nothing_failed(played)
    (found,) = played.by_native().values()
    same_top(found, expected["final"])
    assert expected["contiguous"]
    first, last = expected["seq"]
    assert played.report.messages == last - first + 1
    assert found.snapshots + found.applied + played.report.controls["ack"] == last - first + 1


def kraken_v1(folder: Path, expected: Expected) -> None:
    played = Played(r.KRAKEN_V1.inputs(folder))
    nothing_failed(played)
    found = played.by_native()
    assert found.keys() == expected["final"].keys()
    for native, final in expected["final"].items():
        same_top(found[native], final)
    checks = played.report.checksums
    assert (checks.ok, checks.failed) == (expected["crc_ok"], expected["crc_bad"])
    assert expected["bad_by_pair"] == {}
    assert sum(i.snapshots + i.applied for i in found.values()) == expected["book_msgs"]
    # Kraken's old name stands on the wire, the common one in the id.
    assert played.report.instruments["BTC-CHF.KRAKEN"].native == "XBT/CHF"


def kraken_v2(folder: Path, expected: Expected) -> None:
    played = Played(r.KRAKEN_V2.inputs(folder))
    nothing_failed(played)
    same_top(played.by_native()["BTC/USD"], expected["final"])
    checks = played.report.checksums
    assert (checks.ok, checks.failed) == (expected["crc_ok"], expected["crc_bad"])


def gateio(folder: Path, expected: Expected) -> None:
    played = Played(r.GATEIO.inputs(folder))
    nothing_failed(played)
    assert expected["gaps"] == {}
    found = played.by_native()
    assert found.keys() == expected["final"].keys()
    for native, final in expected["final"].items():
        same_top(found[native], final)
        assert found[native].applied == expected["applied"].get(native, 0)
        assert found[native].old == expected["stale"].get(native, 0)
        assert expected["first_straddles"].get(native, True)
        assert found[native].snapshots == 1


def okx(folder: Path, expected: Expected) -> None:
    played = Played(r.OKX.inputs(folder))
    nothing_failed(played)
    found, counts = played.by_native(), expected["counts"]
    assert found.keys() == expected["final"].keys()
    for native, final in expected["final"].items():
        same_top(found[native], final)
        assert found[native].quotes == counts[f"tickers:{native}"]
        assert found[native].trades == counts[f"trades:{native}"]
        assert found[native].snapshots == counts[f"books:{native}:snapshot"]
        assert found[native].applied == counts[f"books:{native}:update"]
    assert played.report.controls == {"ack": counts["subscribe"]}
    checks = played.report.checksums
    assert (checks.ok, checks.failed) == (expected["crc_ok"], expected["crc_bad"])


def bybit(session: r.Session) -> Check:
    def check(folder: Path, expected: Expected) -> None:
        played = Played(session.inputs(folder), BookReplaced)
        nothing_failed(played)
        (found,) = played.by_native().values()
        same_top(found, expected["final"])
        assert expected["u_contiguous"]
        assert found.snapshots + found.applied == expected["n"]
        assert [played.events[0].sequence, found.sequence] == expected["u"]

    return check


def kalshi(folder: Path, expected: Expected) -> None:
    played = Played(r.KALSHI.inputs(folder), StateChanged)
    nothing_failed(played)
    types, found = expected["types"], played.report.instruments
    for ticker, final in expected["final"].items():
        yes, no = found[f"{ticker}-YES.KALSHI"], found[f"{ticker}-NO.KALSHI"]
        assert {yes.native, no.native} == {ticker}
        assert level(yes.best_bid) == level(final["best_yes_bid"])
        assert level(no.best_bid) == level(final["best_no_bid"])
        # What is bid for one side is offered on the other.
        assert yes.levels == tuple(reversed(no.levels))
        for one, other in ((yes, no), (no, yes)):
            price, size = level(one.best_ask) or (Decimal(), Decimal())
            assert (1 - price, size) == level(other.best_bid)
    assert len(found) == 2 * len(expected["final"])
    each = played.by_native().values()
    assert played.report.controls == {"ack": types["subscribed"], "refused": types["error"]}
    assert sum(i.snapshots for i in each) == types["orderbook_snapshot"]
    assert sum(i.applied for i in each) == types["orderbook_delta"]
    first, last = expected["seq"]
    assert expected["seq_contiguous"]
    assert types["orderbook_snapshot"] + types["orderbook_delta"] == last - first + 1
    # A level below zero would have broken its book.
    assert expected["negative_levels"] == 0
    assert {event.state.value for event in played.events if isinstance(event, StateChanged)} == {
        "live"
    }


def polymarket(folder: Path, expected: Expected) -> None:
    played = Played(r.POLYMARKET.inputs(folder))
    nothing_failed(played)
    found = played.by_native()
    assert found.keys() == expected["final"].keys()
    for token, final in expected["final"].items():
        same_top(found[token], final)
    assert sum(i.applied for i in found.values()) == expected["price_change_entries"]
    checks = played.report.bbo_checks
    assert checks.ok == expected["price_change_entries"]
    assert checks.failed == expected["best_bid_ask_mismatches"]


CHECKS: dict[str, Check] = {
    r.COMBINED.row: binance_books(r.COMBINED),
    r.ETHBTC.row: binance_books(r.ETHBTC),
    r.BTCUSDT.row: binance_books(r.BTCUSDT),
    r.ETHUSDT.row: binance_books(r.ETHUSDT),
    r.ETHBTC_TRADES.row: binance_trades(r.ETHBTC_TRADES),
    r.ETHUSDT_TRADES.row: binance_trades(r.ETHUSDT_TRADES),
    r.COINBASE_EXCHANGE.row: coinbase_exchange,
    r.COINBASE_ADVANCED.row: coinbase_advanced,
    r.KRAKEN_V1.row: kraken_v1,
    r.KRAKEN_V2.row: kraken_v2,
    r.GATEIO.row: gateio,
    r.OKX.row: okx,
    r.BYBIT_XRP.row: bybit(r.BYBIT_XRP),
    r.BYBIT_BTC.row: bybit(r.BYBIT_BTC),
    r.KALSHI.row: kalshi,
    r.POLYMARKET.row: polymarket,
}


@pytest.fixture(scope="module")
def expected(recordings: Path) -> Expected:
    found: Expected = json.loads((recordings / "expected.json").read_bytes())
    return found


def test_every_row_is_tested(expected: Expected) -> None:
    assert expected.keys() == CHECKS.keys() | {r.MEXC.row}


@pytest.mark.parametrize("row", CHECKS)
def test_a_session_gives_what_is_known_of_it(
    row: str, recordings: Path, expected: Expected
) -> None:
    CHECKS[row](recordings, expected[row])


# -------------------------------------------------------------------- mexc

# No REST answer was recorded with MEXC's frames. On a book that is as old as the first frame
# demands and has every price of the frames, every level of every frame shows as an event.


@pytest.fixture
def frames(recordings: Path, expected: Expected) -> list[Expected]:
    found: list[Expected] = expected[r.MEXC.row]["frames"]
    for frame, payload in zip(found, mexc_payloads(recordings), strict=True):
        assert len(payload) == frame["bytes"]
    return found


def mexc_payloads(recordings: Path) -> list[bytes]:
    return [payload for block in rows(recordings / r.MEXC.stream) for *_, payload in block]


def protobuf(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of each field: only what is needed to find the prices."""
    position = 0

    def varint() -> int:
        nonlocal position
        value = shift = 0
        while True:
            byte = message[position]
            position += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while position < len(message):
        key = varint()
        value = varint()
        if key & 7 == 0:
            yield key >> 3, value
        else:
            assert key & 7 == 2
            yield key >> 3, message[position : position + value]
            position += value


def mexc_prices(payload: bytes) -> dict[str, list[list[str]]]:
    """The prices in a frame by side, as levels of some size: fields 313, 1 or 2, 1."""
    sides: dict[str, list[list[str]]] = {"asks": [], "bids": []}
    depths = dict(protobuf(payload))[313]
    assert isinstance(depths, bytes)
    for number, level_bytes in protobuf(depths):
        if number in {1, 2} and isinstance(level_bytes, bytes):
            price = dict(protobuf(level_bytes))[1]
            assert isinstance(price, bytes)
            sides["asks" if number == 1 else "bids"].append([price.decode(), "123456"])
    return sides


def base(folder: Path, frame: Expected, version: int, payload: bytes) -> SnapshotChoice:
    path = folder / f"{frame['symbol']}-{version}.json"
    path.write_text(json.dumps({"lastUpdateId": version, **mexc_prices(payload)}))
    return SnapshotChoice(path, frame["symbol"], "mexc")


@pytest.mark.parametrize("number", range(6))
def test_a_mexc_frame_has_the_levels_that_are_known(
    number: int, recordings: Path, frames: list[Expected], tmp_path: Path
) -> None:
    frame, payload = frames[number], mexc_payloads(recordings)[number]
    stream = tmp_path / "mexc" / "frame.hex.tsv"
    stream.parent.mkdir()
    stream.write_text(f"-\tR\t{payload.hex()}\n")
    choice = base(tmp_path, frame, int(frame["fromVersion"]) - 1, payload)
    played = Played(gather([stream], snapshots=[choice]), LevelChanged)
    nothing_failed(played)
    (found,) = played.by_native().items()
    assert (found[0], found[1].sequence) == (frame["symbol"], int(frame["toVersion"]))
    changes = [e for e in played.events if isinstance(e, LevelChanged) and e.ts_event_ns]
    assert {e.sequence for e in changes} == {int(frame["toVersion"])}
    assert {e.ts_event_ns for e in changes} == {frame["sendTime"] * 1_000_000}
    sides = Counter(e.side for e in changes)
    assert sides == {BookSide.ASK: frame["asks"], BookSide.BID: frame["bids"]}


def test_mexc_versions_are_contiguous_from_the_first_one_on(
    recordings: Path, frames: list[Expected], tmp_path: Path
) -> None:
    first = {frame["symbol"]: int(frame["fromVersion"]) for frame in reversed(frames)}
    last = {frame["symbol"]: int(frame["toVersion"]) for frame in frames}
    for behind in (0, 1):
        choices = [
            base(tmp_path, frame, first[frame["symbol"]] - 1 - behind, payload)
            for frame, payload in zip(frames, mexc_payloads(recordings), strict=True)
            if int(frame["fromVersion"]) == first[frame["symbol"]]
        ]
        inputs = gather([recordings / r.MEXC.stream], snapshots=choices)
        played = Played(inputs, MessageMissed)
        missed = {(e.expected, e.received) for e in played.events if isinstance(e, MessageMissed)}
        # An older base lacks just the version before the first one.
        assert missed == ({(v - 1, v) for v in first.values()} if behind else set())
        if not behind:
            assert {native: i.sequence for native, i in played.by_native().items()} == last
