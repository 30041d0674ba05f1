"""`crossbook replay` on the recordings, as a user types it."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import zstandard
from click.testing import CliRunner

from crossbook.cli import main
from tests.recorded import replaying as r

METADATA = [
    (r.COMBINED, ["binance/rest_exchangeInfo_20211012.json.zst"]),
    (r.COINBASE_EXCHANGE, ["coinbase/rest_exchange_products_20210417.json"]),
    (r.KRAKEN_V1, ["kraken/rest_AssetPairs_20210417.json.zst"]),
    (r.KRAKEN_V2, ["kraken/ws_v2_instrument_snapshot_pretty.json.zst"]),
    (r.GATEIO, ["gateio/rest_currency_pairs_20210422.json.zst"]),
    (
        r.OKX,
        [
            "okx/rest_instruments_SPOT_20220513.json.zst",
            "okx/rest_instruments_FUTURES_20220513.json",
        ],
    ),
]


def printed(*arguments: object) -> dict[str, Any]:
    result = CliRunner().invoke(main, ["replay", "--json", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def arguments_of(session: r.Session, folder: Path) -> list[object]:
    arguments: list[object] = [folder / session.stream]
    for native, file in session.snapshots.items():
        arguments += ["--snapshot", f"{native}={folder / file}"]
    return arguments


@pytest.mark.parametrize("session", r.SESSIONS, ids=lambda session: session.row)
def test_the_command_says_what_the_function_does(session: r.Session, recordings: Path) -> None:
    report = r.Played(session.inputs(recordings)).report
    found = printed(*arguments_of(session, recordings))
    assert found["digest"] == report.digest
    assert found["messages"] == report.messages
    assert found["instruments"].keys() == report.instruments.keys()


def test_a_busy_session_is_proven(recordings: Path) -> None:
    found = printed(*arguments_of(r.BTCUSDT, recordings))
    assert (found["messages"], found["gaps"], found["decode_errors"]) == (41249, 0, {})
    assert found["bbo_checks"] == {"ok": 2894, "failed": 0}
    assert found["ns_per_message"] > 0
    book = found["instruments"]["BTC-USDT.BINANCE"]
    assert book["native"] == "BTCUSDT"
    assert (book["state"], book["sequence"]) == ("live", 50093421584)
    assert (book["best_bid"], book["best_ask"]) == (["61685.99", "1.0087"], ["61686", "2.29327"])
    assert book["levels"] == [1209, 2196]


@pytest.mark.parametrize(("session", "files"), METADATA, ids=lambda each: getattr(each, "row", ""))
def test_lists_of_instruments_change_no_book(
    session: r.Session, files: list[str], recordings: Path
) -> None:
    lists = [part for file in files for part in ("--metadata", recordings / file)]
    found = printed(*lists, *arguments_of(session, recordings))
    alone = printed(*arguments_of(session, recordings))
    assert found["instruments"].keys() == alone["instruments"].keys()
    fields = ("native", "state", "sequence", "best_bid", "best_ask", "levels", "applied", "old")
    for name, instrument in found["instruments"].items():
        expected = alone["instruments"][name]
        assert {f: instrument[f] for f in fields} == {f: expected[f] for f in fields}
    for total in ("checksums", "bbo_checks", "gaps", "trades", "unknown_symbols"):
        assert found[total] == alone[total]


def test_a_withdrawn_protocol_is_counted_and_not_believed(recordings: Path) -> None:
    found = printed(recordings / "bybit/ws_v2_linear_RETIRED_20210417.tsv.zst")
    assert sum(found["decode_errors"].values()) == found["messages"] == 3342
    assert found["instruments"] == {}


def test_all_events_are_written(recordings: Path, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl.zst"
    found = printed("--events", path, *arguments_of(r.BTCUSDT, recordings))
    kinds: Counter[str] = Counter()
    last: dict[str, Any] = {}
    with zstandard.open(path, "rt") as lines:
        for line in lines:
            event = json.loads(line)
            kinds[event["kind"]] += 1
            if event["kind"] == "top":
                last = event
    assert kinds == found["events"]
    book = found["instruments"]["BTC-USDT.BINANCE"]
    assert [last["bid"], last["bid_size"]] == book["best_bid"]
    assert [last["ask"], last["ask_size"]] == book["best_ask"]
    assert last["sequence"] == book["sequence"]


@pytest.mark.parametrize("session", [r.COINBASE_ADVANCED, r.KALSHI], ids=lambda s: s.row)
def test_a_line_that_is_left_out_is_missed(
    session: r.Session, recordings: Path, tmp_path: Path
) -> None:
    lines = (recordings / session.stream).read_bytes().splitlines(keepends=True)
    number = next(n for n, line in enumerate(lines) if n > 5 and b'"error"' not in line)
    path = tmp_path / "a.tsv"
    path.write_bytes(b"".join(lines[:number] + lines[number + 1 :]))
    found = printed("--venue", session.stream.partition("/")[0], path)
    assert found["gaps"] == 1
    assert {i["state"] for i in found["instruments"].values()} >= {"stale"}
