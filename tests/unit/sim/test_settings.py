import json
from pathlib import Path

from crossbook.config import Section, VenueConfig, load
from crossbook.sim.catalogue import QUESTIONS
from crossbook.sim.settings import settings_of
from crossbook.sim.world import World

URLS = {
    "kraken": {"rest": "http://127.0.0.1:1", "ws": "ws://127.0.0.1:2"},
    "polymarket": {
        "rest": "http://127.0.0.1:3",
        "ws": "ws://127.0.0.1:4",
        "gamma": "http://127.0.0.1:3/gamma",
    },
    "kalshi": {"rest": "http://127.0.0.1:5", "ws": "ws://127.0.0.1:6"},
}


class Whole(Section, frozen=True, kw_only=True):
    """As much of a configuration as is written."""

    venues: dict[str, VenueConfig]


def test_settings_name_addresses_and_everything_there_is_to_watch(tmp_path: Path) -> None:
    file = tmp_path / "sim.yaml"
    file.write_text(settings_of(URLS, World(1), tmp_path / "ca.pem"))
    read = load(Whole, file, environment={}).venues
    assert read["kraken"].instruments == ("BTC-USDT", "ETH-USDT", "SOL-USDT")
    assert read["kraken"].rest_url == "http://127.0.0.1:1"
    assert read["kraken"].ws_url == "ws://127.0.0.1:2"
    assert read["kraken"].ca_file == tmp_path / "ca.pem"
    assert read["polymarket"].rest_hosts == {"gamma": "http://127.0.0.1:3/gamma"}
    assert read["polymarket"].instruments[:2] == (
        QUESTIONS[0].token("YES"),
        QUESTIONS[0].token("NO"),
    )
    assert read["kalshi"].instruments[0] == QUESTIONS[0].ticker


def test_settings_are_json_as_well() -> None:
    assert "ca_file" not in json.loads(settings_of(URLS, World(1)))["venues"]["kraken"]
