"""Clients that others wrote, pointed at simulated venues and otherwise left as they are."""

import asyncio
import importlib
import os
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from crossbook.sim.client import Levels
from crossbook.sim.config import WorldConfig
from crossbook.sim.host import SimulatedVenues

CONFIG = WorldConfig(steps_per_s=20, history_steps=300)
DEADLINE_S = 30.0


def library(name: str) -> Any:
    """Return a module that is not crossbook's; skip the tests where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError as missing:
        reason = f"{name} cannot be imported: {missing}"
        if os.environ.get("CROSSBOOK_REQUIRE_SERVICES"):
            pytest.fail(f"{reason} (CROSSBOOK_REQUIRE_SERVICES is set)", pytrace=False)
        pytest.skip(reason, allow_module_level=True)


def play(venue: str, scene: Callable[[SimulatedVenues], Awaitable[None]]) -> None:
    """Play a scene against one simulated venue; whatever happens, it ends in time."""

    async def run() -> None:
        async with asyncio.timeout(DEADLINE_S), SimulatedVenues(1, [venue], config=CONFIG) as sim:
            await scene(sim)
            house = sim.houses[venue]
            assert house.tally.errors == 0, house.errors

    asyncio.run(run())


async def eventually(is_so: Callable[[], bool], what: Callable[[], str]) -> None:
    """Wait until something is so, else say what is."""
    for _ in range(750):
        if is_so():
            return
        await asyncio.sleep(0.02)
    raise AssertionError(what())


def redirected(urls: Any, targets: dict[str, str]) -> Any:
    """Return a tree of addresses with the hosts in it replaced; paths stay."""
    if isinstance(urls, dict):
        return {name: redirected(url, targets) for name, url in urls.items()}
    if isinstance(urls, str):
        parts = urlsplit(urls)
        target = targets.get(f"{parts.scheme}://{parts.hostname or parts.netloc}")
        return urls if target is None else target + parts.path
    return urls


def floats(levels: Levels, depth: int | None = None) -> list[tuple[float, float]]:
    """Return levels as clients without decimals hold them."""
    return [(float(price), float(size)) for price, size in levels[:depth]]
