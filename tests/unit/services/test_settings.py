"""The whole configuration: each venue with its own settings, simulated addresses filled in."""

import json
from pathlib import Path

import msgspec
import pytest

from crossbook.config import PLAIN_NAMES, VenueConfig, load, plain
from crossbook.errors import ConfigError
from crossbook.services.settings import Settings, load_settings
from crossbook.venues.registry import VENUES
from tests.docs.blocks import blocks
from tests.recordings import ROOT

EXAMPLES = sorted((ROOT / "config").glob("*.yaml"))


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "settings.yaml"
    file.write_text(text)
    return file


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_can_be_used(file: Path) -> None:
    settings = load_settings(file, environment={})
    assert settings.by_venue()
    assert all(section.instruments for section in settings.by_venue().values())


def test_the_example_of_the_reference_can_be_used(tmp_path: Path) -> None:
    page = ROOT / "docs" / "reference" / "settings.md"
    (block,) = (block for block in blocks(page) if block.language == "yaml")
    settings = load_settings(written(tmp_path, block.text), environment={})
    assert list(settings.by_venue()) == ["kraken", "polymarket"]


def test_every_venue_has_an_example() -> None:
    with_settings = {name for name, venue in VENUES.items() if venue.config is not VenueConfig}
    assert with_settings <= {file.stem for file in EXAMPLES}


def test_a_venue_has_its_own_kind_of_settings(tmp_path: Path) -> None:
    file = written(tmp_path, "venues: {kraken: {depth: 25}, Gate: , binance: {}}")
    sections = load_settings(file, environment={}).by_venue()
    assert list(sections) == ["binance", "kraken", "gateio"]
    assert {name: type(section) for name, section in sections.items()} == {
        name: VENUES[name].config for name in sections
    }


@pytest.mark.parametrize(
    ("text", "path", "reason"),
    [
        ("venues: {krakn: {}}", "$.venues.krakn", "unknown setting: did you mean `kraken`?"),
        ("venues: {kraken: {depth: 11}}", "$.venues.kraken.depth", "Invalid enum value 11"),
        ("venues: {gate: {}, gateio: {}}", "$.venues.gateio", "gateio comes twice"),
        ("venues: [kraken]", "$.venues", "Expected `object`, got `array`"),
        ("live: {tick_s: -1}", "$.live.tick_s", "> 0"),
        ("log: {level: loud}", "$.log.level", "Invalid enum value"),
        ("recorder: {}", "$.recorder", "missing required field `folder`"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, path: str, reason: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load_settings(written(tmp_path, text), environment={})
    assert raised.value.path == path
    assert reason in raised.value.reason


def test_a_variable_reaches_a_venue() -> None:
    settings = load_settings(environment={"CROSSBOOK__VENUES__KRAKEN__DEPTH": "25"})
    assert plain(settings)["venues"]["kraken"]["depth"] == 25


@pytest.mark.parametrize("name", PLAIN_NAMES)
def test_a_plain_name_sets_something_that_there_is(name: str) -> None:
    settings = load(Settings, environment={name: "7"})
    value: object = plain(settings)
    for key in PLAIN_NAMES[name].split("."):
        assert isinstance(value, dict)
        value = value[key]
    assert value in ("7", 7)


def test_simulated_venues_take_the_place_of_real_ones(tmp_path: Path) -> None:
    addresses = {
        "venues": {
            "kraken": {"rest": "http://127.0.0.1:1", "ws": "ws://127.0.0.1:2"},
            "polymarket": {"rest": "http://p", "ws": "ws://p", "gamma": "http://p/gamma"},
            "binance": {"rest": "http://b", "ws": "ws://b"},
        },
        "control": "http://127.0.0.1:3",
    }
    (tmp_path / "addresses.json").write_text(json.dumps(addresses))
    text = (
        "venues: {kraken: {ws_url: 'ws://mine'}, polymarket: {}, okx: {}}\n"
        "sim: {addresses_file: addresses.json}"
    )
    sections = load_settings(written(tmp_path, text), environment={}).by_venue()
    assert (sections["kraken"].ws_url, sections["kraken"].rest_url) == (
        "ws://mine",
        "http://127.0.0.1:1",
    )
    assert sections["polymarket"].rest_hosts == {"gamma": "http://p/gamma"}
    assert sections["okx"] == msgspec.convert({}, VENUES["okx"].config)
    assert "binance" not in sections


@pytest.mark.parametrize("content", [None, "[]", '{"venues": {"kraken": 5}}', "\xff"])
def test_addresses_that_are_none_are_refused(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "addresses.json"
    if content is not None:
        file.write_text(content, encoding="latin-1")
    with pytest.raises(ConfigError, match="crossbook sim --json"):
        load_settings(environment={}, overrides=[f"sim.addresses_file={file}"])


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://me:hush@x:1/0", "redis://***@x:1/0"),
        ("redis://x/0?password=hush&a=1", "redis://x/0?password=***&a=1"),
        ("file:///a", "file:///a"),
    ],
)
def test_addresses_are_written_down_without_passwords(url: str, shown: str) -> None:
    settings = load_settings(None, environment={"CROSSBOOK__BUDGET__URL": url})
    assert plain(settings)["budget"] == {"url": shown}
