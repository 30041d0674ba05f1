"""`crossbook run` and `crossbook record` from the outside, on simulated venues."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crossbook.cli import main
from tests.simulated import addresses, simulated


def command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    """Return settings of two simulated venues that serve as long as the test runs."""
    with simulated(["binance", "kraken"]) as urls:
        file = tmp_path / "two.yaml"
        file.write_text(
            "venues:\n"
            "  binance: {instruments: [BTC/USDT], redundancy: 2}\n"
            "  kraken: {instruments: [BTC/USDT]}\n"
            f"sim: {{addresses_file: {addresses(tmp_path, urls).name}}}\n"
            "budget: {url: 'memory://'}\n"
            "log: {form: json}\n"
        )
        yield file


def logged(result: Result) -> list[Any]:
    """Return the objects of the log."""
    return [json.loads(line) for line in result.stderr.splitlines()]


@pytest.mark.slow
def test_run_prints_what_it_did_and_logs_as_it_was_told(config: Path) -> None:
    result = command("run", config, "--seconds", "3", "--json", "--set", "log.level=warning")
    assert result.exit_code == 0, result.stderr
    summary = json.loads(result.stdout)
    assert summary["books"] == {"live": 2}
    assert summary["by_venue"].keys() == {"binance", "kraken"}
    assert summary["arrival_to_book_us"]["p50"] > 0
    assert summary["recorded"] is None
    assert logged(result) == []


@pytest.mark.slow
def test_an_instrument_that_is_not_listed_is_told_and_logged(config: Path) -> None:
    wanted = "venues.kraken.instruments=[BTC/USDT, NO/SUCH]"
    result = command("run", config, "--seconds", "2", "--headless", "--set", wanted)
    assert result.exit_code == 0, result.stderr
    assert "not listed     kraken: NO/SUCH\n" in result.stdout
    assert any("feed.unknown venue=kraken" in each["message"] for each in logged(result))


@pytest.mark.slow
def test_what_was_recorded_replays_to_live_books(config: Path, tmp_path: Path) -> None:
    folder = tmp_path / "recording"
    result = command("record", config, "--out", folder, "--seconds", "3", "--json")
    assert result.exit_code == 0, result.stderr
    recorded = json.loads(result.stdout)["recorded"]
    assert recorded["lost_messages"] == 0
    # Two sockets of one venue, one of the other.
    assert recorded["files"] == len(list(folder.glob("*/*.tsv.zst"))) == 3
    replayed = command("replay", folder, "--json")
    assert replayed.exit_code == 0, replayed.stderr
    report = json.loads(replayed.stdout)
    assert report["messages"] == recorded["messages"]
    states = {name: each["state"] for name, each in report["instruments"].items()}
    assert states == {"BTC-USDT.BINANCE": "live", "BTC-USDT.KRAKEN": "live"}


def test_record_wants_to_know_where_to(tmp_path: Path) -> None:
    file = tmp_path / "one.yaml"
    file.write_text("venues:\n  kraken: {instruments: [BTC/USDT]}\n")
    result = command("record", file)
    assert result.exit_code == 2
    assert "--out FOLDER" in result.stderr


def test_a_configuration_that_cannot_be_used_ends_with_its_path(tmp_path: Path) -> None:
    file = tmp_path / "none.yaml"
    file.write_text("venues:\n  kraken: {instruments: []}\n")
    result = command("run", file)
    assert result.exit_code == 1
    assert (
        result.stderr == "error: config $.venues.kraken.instruments: is empty: nothing to watch\n"
    )


@pytest.mark.slow
def test_a_venue_that_is_not_there_is_named_and_the_others_go_on(config: Path) -> None:
    elsewhere = "venues.kraken.rest_url=http://127.0.0.1:9"
    result = command("run", config, "--seconds", "8", "--json", "--set", elsewhere)
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert "refused" in found["unreachable"]["kraken"]
    assert found["books"] == {"live": 1}


def test_lines_are_printed_where_there_is_no_terminal(config: Path) -> None:
    result = command("run", config, "--seconds", "2.5")
    assert result.exit_code == 0, result.stderr
    assert "2/2 books live" in result.stdout.splitlines()[0]
    assert "books          2 live" in result.stdout
