from io import StringIO

import msgspec
import pytest
from rich.console import Console

from crossbook.backtest.report import Checks, FileReport, InstrumentReport, ReplayReport
from crossbook.commands.replay_table import print_report

TOKEN = "56108879726720646120583724001239294777304794469144970684362785767667828318889"

INSTRUMENT = InstrumentReport(
    native="BTCUSDT", state="live", reason="joined", sequence=7, best_bid=("99.5", "1"),
    best_ask=("100.5", "12345.678"), levels=(1209, 2196), snapshots=1, applied=3449, old=2,
    unsynced=0, gaps=0, snapshots_too_old=0, checksums_ok=5, checksums_failed=0, bbo_ok=2894,
    bbo_failed=0, off_tick=0, off_lot=0, off_scale=0, trades=9757, quotes=28040, takeovers=0,
    memory_bytes=1,
)  # fmt: skip

REPORT = ReplayReport(
    messages=41249, decode_errors={}, unknown_symbols=0, controls={}, gaps=0,
    checksums=Checks(5, 0), bbo_checks=Checks(2894, 0), trades=9757, opportunities=0,
    events={"level": 7}, metadata_problems=0, instruments={"BTC-USDT.BINANCE": INSTRUMENT},
    files=[FileReport(file="a", venue="binance", connection=0, messages=1, begin_ns=1, end_ns=2)],
    memory_bytes=100453, digest="ab" * 32, ns_per_message=812.4,
)  # fmt: skip


def shown(report: ReplayReport, width: int = 160) -> str:
    out = StringIO()
    print_report(report, Console(file=out, width=width))
    return out.getvalue()


def test_a_wide_table_shows_all() -> None:
    text = shown(REPORT)
    row = next(line for line in text.splitlines() if line.startswith("BTC-USDT"))
    assert row.split() == [
        "BTC-USDT.BINANCE", "live", "99.5", "1", "100.5", "12345.678", "1209/2196", "3,449", "2",
        "9,757", "0", "2,899", "ok",
    ]  # fmt: skip
    assert "41,249 messages of binance over 1 connection, 812 ns each in the engine" in text
    assert "checksums 5 ok · best prices 2,894 ok" in text
    assert f"digest {'ab' * 32}" in text


def test_a_narrow_table_fits() -> None:
    table = [line for line in shown(REPORT, width=80).splitlines() if "BINANCE" in line]
    assert all(len(line) <= 80 for line in table)
    assert table[0].split()[:2] == ["BTC-USDT.BINANCE", "live"]


@pytest.mark.parametrize("side", ["best_bid", "best_ask"])
def test_an_empty_side_is_a_dash(side: str) -> None:
    instrument = msgspec.structs.replace(INSTRUMENT, **{side: None})
    report = msgspec.structs.replace(REPORT, instruments={"A-B.OKX": instrument})
    row = next(line for line in shown(report).splitlines() if line.startswith("A-B"))
    assert row.split().count("-") == 2


def test_a_long_token_keeps_both_ends() -> None:
    report = msgspec.structs.replace(REPORT, instruments={f"{TOKEN}.POLYMARKET": INSTRUMENT})
    row = next(line for line in shown(report).splitlines() if "POLYMARKET" in line)
    name = row.split()[0]
    assert len(name) == 36
    head, tail = name.removesuffix(".POLYMARKET").split("…")
    assert TOKEN.startswith(head)
    assert TOKEN.endswith(tail)


def test_what_is_wrong_is_counted() -> None:
    report = msgspec.structs.replace(
        REPORT,
        decode_errors={"malformed": 1200},
        gaps=3,
        checksums=Checks(0, 4),
        instruments={},
        files=[],
    )
    text = shown(report)
    assert "gaps 3 · decode errors 1,200 (malformed 1,200)" in text
    assert "checksums 0 ok, 4 failed" in text
    assert "messages of no venue over 0 connections" in text
