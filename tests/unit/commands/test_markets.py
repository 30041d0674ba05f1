"""`crossbook markets` searches what venues list, here simulated ones over real sockets."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crossbook.cli import main
from tests.simulated import addresses, simulated


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    folder = tmp_path_factory.mktemp("sim")
    with simulated(["binance", "kraken", "polymarket"]) as urls:
        file = addresses(folder, urls)
        yield ["--set", f"sim.addresses_file={file}", "--set", "budget.url=memory://"]


def markets(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["markets", *arguments])


ALL = ["--venue", "binance", "--venue", "kraken", "--venue", "polymarket"]


def answer(result: Result) -> dict[str, Any]:
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def test_a_pair_is_found_on_several_venues(options: list[str]) -> None:
    result = markets("btc/usdt", *ALL, *options)
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()]
    assert [row[0] for row in rows] == ["instrument", "BTC-USDT.BINANCE", "BTC-USDT.KRAKEN"]
    assert rows[1][1:] == ["BTCUSDT", "trading", "0.01", "0.00001"]
    assert result.stderr.startswith("2 of ")


def test_programs_get_all_of_it(options: list[str]) -> None:
    result = markets("BTCUSDT", "--venue", "binance", "--json", *options)
    found = answer(result)
    assert (result.exit_code, found["query"], found["found"]) == (0, "BTCUSDT", 1)
    assert found["venues"]["binance"]["error"] is None
    assert found["venues"]["binance"]["instruments"] > 1
    (instrument,) = found["instruments"]
    assert instrument["id"] == "BTC-USDT.BINANCE"
    assert (instrument["base"], instrument["quote"]) == ("BTC", "USDT")
    assert (instrument["tick"], instrument["tradable"]) == ("0.01", True)


def test_both_sides_of_a_question_are_found_by_words_of_its_event(options: list[str]) -> None:
    everything = answer(markets("polymarket", "--venue", "polymarket", "--json", *options))
    one = everything["instruments"][0]
    words = one["aggregate"].replace("-", " ").upper()
    found = answer(markets(words, "--venue", "polymarket", "--json", *options))
    market = [each for each in found["instruments"] if each["market"] == one["market"]]
    assert sorted(each["outcome"] for each in market) == ["no", "yes"]
    by_title = answer(markets(one["title"], "--venue", "polymarket", "--json", *options))
    assert one["title"]
    assert one["id"] in [each["id"] for each in by_title["instruments"]]


def test_a_limit_cuts_and_says_so(options: list[str]) -> None:
    result = markets("binance", "--venue", "binance", "--limit", "1", *options)
    assert len(result.stdout.splitlines()) == 2
    assert ", 1 shown" in result.stderr


def test_nothing_found_is_an_answer(options: list[str]) -> None:
    result = markets("nosuchthing", "--venue", "kraken", *options)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith("0 of ")


def test_a_venue_that_does_not_answer_is_named_and_the_others_are_searched(
    options: list[str],
) -> None:
    gone = ["--set", "venues.kraken.rest_url=http://127.0.0.1:9"]
    quick = ["--set", "venues.kraken.rest.tries_max=1"]
    result = markets("BTC", "--json", "--venue", "binance", *gone, *quick, *options)
    assert result.exit_code == 0
    result = markets("BTC", "--json", *ALL[:4], *gone, *quick, *options)
    found = answer(result)
    assert result.exit_code == 3
    assert "refused" in found["venues"]["kraken"]["error"]
    assert found["found"] > 0
    result = markets("BTC", "--venue", "kraken", *gone, *quick, *options)
    assert result.exit_code == 1
    assert result.stderr.endswith(
        "cannot connect to http://127.0.0.1:9/0/public/AssetPairs: refused\n"
    )


def test_a_configuration_says_which_venues(options: list[str], tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text("venues: {kraken: {}}")
    result = markets("BTC", "--json", "--config", str(file), *options)
    assert list(answer(result)["venues"]) == ["kraken"]
    file.write_text("venus: {}")
    result = markets("BTC", "--config", str(file))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "did you mean `venues`" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["BTC", "--venue", "krakn"], ["BTC", "--limit", "0"]])
def test_a_command_line_that_makes_no_sense(arguments: list[str]) -> None:
    assert markets(*arguments).exit_code == 2
