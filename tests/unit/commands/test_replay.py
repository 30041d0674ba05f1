import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import zstandard
from click.testing import CliRunner, Result

from crossbook.cli import main
from tests.unit.backtest.frames import answer, diff, stream
from tests.venues.samples import sample

BID, ASK = [["99.50", "1"]], [["101", "2.250"]]
MOMENT_MS = 1_700_000_000_000


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["replay", *map(str, arguments)])


def printed(*arguments: object) -> dict[str, Any]:
    result = invoke("--json", *arguments)
    assert result.exit_code == 0, result.stderr
    assert result.stderr == ""
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture
def frames(tmp_path: Path) -> Path:
    rows = [
        (1, "C", "wss://example.test/ws"),
        (2, "R", diff("BTCUSDT", 11, 12, BID)),
        (3, "R", diff("BTCUSDT", 13, 14, [["99.25", "0.001"]])),
    ]
    return stream(tmp_path / "binance" / "frames.tsv", rows)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return answer(tmp_path / "book.json", 12, BID, ASK)


def test_one_json_object_is_printed(frames: Path, base: Path) -> None:
    report = printed("--snapshot", f"BTCUSDT={base}", frames)
    assert report["messages"] == 2
    assert report["decode_errors"] == {}
    assert report["gaps"] == 0
    assert report["checksums"] == report["bbo_checks"] == {"ok": 0, "failed": 0}
    assert report["ns_per_message"] > 0
    assert len(bytes.fromhex(report["digest"])) == 32
    (name,) = report["instruments"]
    assert name == "BTC-USDT.BINANCE"
    instrument = report["instruments"][name]
    assert {key: instrument[key] for key in ("native", "state", "sequence", "levels")} == {
        "native": "BTCUSDT",
        "state": "live",
        "sequence": 14,
        "levels": [2, 1],
    }
    assert instrument["best_bid"] == ["99.5", "1"]
    assert instrument["best_ask"] == ["101", "2.25"]
    assert (instrument["applied"], instrument["old"]) == (1, 1)


def test_a_book_without_a_side_says_so(frames: Path) -> None:
    instrument = printed(frames)["instruments"]["BTC-USDT.BINANCE"]
    assert instrument["best_bid"] is instrument["best_ask"] is instrument["sequence"] is None


def test_the_same_input_prints_the_same_digest(frames: Path, base: Path) -> None:
    digests = [
        printed("--snapshot", f"{prefix}BTCUSDT={base}", frames)["digest"]
        for prefix in ("", "", "binance:", "BINANCE:")
    ]
    assert len(set(digests)) == 1
    assert printed(frames)["digest"] not in digests


def test_a_colon_may_be_part_of_a_symbol(frames: Path, base: Path) -> None:
    report = printed("--snapshot", f"X:Y={base}", frames)
    assert {i["native"] for i in report["instruments"].values()} == {"BTCUSDT", "X:Y"}


def test_a_venue_may_be_named_by_its_alias(tmp_path: Path) -> None:
    path = stream(tmp_path / "a.tsv", [(1, "R", "{}")])
    assert printed("--venue", "GATE", path)["files"][0]["venue"] == "gateio"


def test_lists_give_instruments_their_names(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_bytes(sample("binance"))
    frames = stream(tmp_path / "binance" / "a.tsv", [(1, "R", diff("BTCUSDT", 1, 2, BID))])
    report = printed("--metadata", path, frames)
    assert report["instruments"]["BTC-USDT.BINANCE"]["off_tick"] == 0


@pytest.mark.parametrize("name", ["events.jsonl", "events.jsonl.zst"])
def test_events_are_written(name: str, frames: Path, base: Path, tmp_path: Path) -> None:
    path = tmp_path / name
    report = printed("--snapshot", f"BTCUSDT={base}", "--events", path, frames)
    content = path.read_bytes()
    if name.endswith(".zst"):
        with zstandard.ZstdDecompressor().stream_reader(content) as reader:
            content = reader.read()
    events = [json.loads(line) for line in content.splitlines()]
    assert len(events) == sum(report["events"].values())
    assert {event["instrument"] for event in events} == {"BTC-USDT.BINANCE"}
    assert report["digest"] == printed("--snapshot", f"BTCUSDT={base}", frames)["digest"]


def test_a_table_is_for_people(frames: Path, base: Path) -> None:
    result = invoke("--snapshot", f"BTCUSDT={base}", frames)
    assert result.exit_code == 0
    assert "BTC-USDT.BINANCE" in result.stdout
    assert "2 messages of binance over 1 connection" in result.stdout
    assert printed("--snapshot", f"BTCUSDT={base}", frames)["digest"] in result.stdout


# ------------------------------------------------------------------ errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name at least one FILE or --snapshot"),
        (["--venue", "nowhere", "a.tsv"], "unknown venue 'nowhere'"),
        (["--snapshot", "book.json", "a.tsv"], "'book.json' is not SYMBOL=FILE"),
        (["--snapshot", "=book.json", "a.tsv"], "is not SYMBOL=FILE"),
        (["--snapshot", "BTCUSDT=", "a.tsv"], "is not SYMBOL=FILE"),
        (["--fast", "a.tsv"], "No such option"),
    ],
)
def test_a_wrong_command_line_is_a_usage_error(arguments: list[str], message: str) -> None:
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


LINE = b"2\tR\t{}\n"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.tsv", None, "there is no such file"),
        ("a.tsv", b"", "it is empty"),
        ("a.tsv.zst", zstandard.compress(LINE)[:-2], "the zstd file is cut off"),
        ("a.tsv", LINE + b"3\tR\n", ":2: 2 of the three fields time, direction, payload"),
        ("a.tsv", LINE + b"soon\tR\t{}\n", ":2: time is 'soon'"),
        ("a.tsv", LINE + b"3\tQ\t{}\n", ":2: direction is 'Q'"),
        ("a.hex.tsv", b"3\tR\t00\n4\tR\txyz\n", ":2: payload is 'xyz'"),
        ("a.txt", LINE, "its name ends in none of"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_in_one_line(
    name: str, content: bytes | None, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "binance" / name
    path.parent.mkdir()
    if content is not None:
        path.write_bytes(content)
    result = invoke("--json", path)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"error: recording {path}")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_other_input_that_cannot_be_used_is_named(frames: Path, tmp_path: Path) -> None:
    kraken = tmp_path / "list.json"
    kraken.write_bytes(sample("kraken"))
    notes, empty = tmp_path / "notes.pdf", tmp_path / "empty"
    notes.write_bytes(b"")
    empty.mkdir()
    for arguments, message in (
        ((notes,), "its name ends in none of"),
        ((empty,), "there is no recorded file in this folder"),
        ((stream(tmp_path / "lost.tsv", [(1, "R", "{}")]),), "of which venue it is"),
        (("--metadata", kraken, frames), "it lists instruments of kraken"),
        (("--metadata", frames, frames), "binance metadata: document is"),
        (("--snapshot", f"BTCUSDT={frames}", frames), "it is no order book answer of binance"),
        (("--snapshot", f"BTCUSDT={tmp_path}/no.json", frames), "there is no such file"),
        (("--events", tmp_path, frames), "it cannot be written: is a directory"),
    ):
        result = invoke(*arguments)
        assert result.exit_code == 1, arguments
        assert result.stderr.startswith("error: "), arguments
        assert message in result.stderr


def test_the_command_runs_as_a_program(frames: Path, base: Path) -> None:
    program = [sys.executable, "-c", "from crossbook.cli import main; main()"]
    arguments = ["replay", "--json", "--snapshot", f"BTCUSDT={base}", str(frames)]
    ran = subprocess.run([*program, *arguments], capture_output=True, check=True)
    assert ran.stderr == b""
    assert json.loads(ran.stdout)["messages"] == 2
    missing = subprocess.run([*program, "replay", "no.tsv"], capture_output=True, check=False)
    assert (missing.returncode, missing.stdout) == (1, b"")
    assert missing.stderr.startswith(b"error: recording no.tsv: ")
