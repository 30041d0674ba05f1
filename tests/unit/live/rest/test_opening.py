"""A client is made of a venue's settings."""

import asyncio
import sys
from pathlib import Path
from random import Random

import pytest

from crossbook.clock import SystemClock
from crossbook.config import RestConfig
from crossbook.errors import ConfigError
from crossbook.live.rest.budget import Budget, LocalBudget
from crossbook.live.rest.opening import BUDGET_FILE, open_budget, open_client, scaled, trust
from crossbook.live.rest.priority import Priority
from crossbook.live.rest.redis import RedisBudget
from crossbook.live.rest.shared import FileBudget
from crossbook.venues.kraken.config import KrakenConfig
from crossbook.venues.registry import venue
from crossbook.venues.requests import Group, Window
from tests.authority import Authority
from tests.unit.live.rest.serving import serving
from tests.unit.live.rest.test_client import Script

GROUPS = (Group("public", (Window(10, 1.0),)),)


def budget(url: str, runtime: Path) -> Budget:
    return open_budget(url, "kraken@x", GROUPS, runtime, SystemClock())


def test_an_address_says_who_shares_a_budget(tmp_path: Path) -> None:
    assert isinstance(budget("memory://", tmp_path), LocalBudget)
    mine = tmp_path / "mine"
    for url, file in ((f"file://{mine}", mine), ("file://", tmp_path / BUDGET_FILE)):
        shared = budget(url, tmp_path)
        assert isinstance(shared, FileBudget)

        async def use(shared: FileBudget = shared) -> None:
            await shared.take("public", 1, Priority.DATA, 1.0)
            await shared.close()

        asyncio.run(use())
        assert file.is_file()


def test_machines_share_a_redis(tmp_path: Path) -> None:
    for url in ("redis://127.0.0.1:6379/0", "rediss://:hush@127.0.0.1"):
        assert isinstance(budget(url, tmp_path), RedisBudget)


def test_without_the_package_its_name_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "crossbook.live.rest.redis")
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(ConfigError, match=r"pip install 'crossbook\[redis\]'"):
        budget("redis://127.0.0.1", tmp_path)


def test_no_secret_is_shown_of_an_address_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'radis://x' is neither") as raised:
        budget("radis://:hush@x/0", tmp_path)
    assert "hush" not in str(raised.value)


@pytest.mark.parametrize("url", ["nats://x", "", "file://elsewhere/x"])
def test_an_address_of_nothing_is_an_error(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="neither memory:// nor file://"):
        budget(url, tmp_path)


def test_of_small_limits_one_unit_is_left() -> None:
    groups = scaled([Group("a", (Window(1, 1.0), Window(20, 9.0)))], 0.5)
    assert groups == [Group("a", (Window(1, 1.0), Window(10, 9.0)))]


def test_a_client_asks_where_the_settings_say(tmp_path: Path) -> None:
    kraken = venue("kraken")
    request = kraken.rest.time()

    async def run() -> None:
        script = Script()
        async with serving(script) as url:
            config = KrakenConfig(rest_url=url, rest=RestConfig(deadline_s=5.0))
            client = open_client(
                kraken,
                config,
                budget_url="memory://",
                runtime=tmp_path,
                clock=SystemClock(),
                random=Random(1),
            )
            async with client:
                assert await client.fetch(request) == b"{}"
        assert script.seen == {request.path: 1}

    asyncio.run(run())


def test_authorities_come_from_a_file_or_the_machine(tmp_path: Path) -> None:
    assert trust(None) is None
    assert trust(Authority(tmp_path).ca_file) is not None
    (tmp_path / "empty.pem").write_text("")
    for file in ("empty.pem", "absent.pem"):
        with pytest.raises(ConfigError, match="no certificates"):
            trust(tmp_path / file)
