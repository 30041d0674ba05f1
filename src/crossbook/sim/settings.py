"""Settings that point crossbook, or anybody, at simulated venues."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crossbook.sim.world import World

__all__ = ["settings_of"]


def settings_of(
    urls: Mapping[str, Mapping[str, str]], world: World, ca_file: Path | None = None
) -> str:
    """Return a configuration of crossbook for venues at these addresses: YAML, written as JSON.

    Args:
        urls: the addresses of each venue: `rest`, `ws`, and further REST hosts.
        world: tells what there is to watch.
        ca_file: certificate authorities to trust; `None`: the venues speak plainly.
    """
    venues = {venue: _venue(venue, found, world, ca_file) for venue, found in urls.items()}
    return json.dumps({"venues": venues}, indent=2) + "\n"


def _venue(
    venue: str, urls: Mapping[str, str], world: World, ca_file: Path | None
) -> dict[str, Any]:
    hosts = {name: url for name, url in urls.items() if name not in {"rest", "ws"}}
    section: dict[str, Any] = {
        "instruments": list(_names(venue, world)),
        "rest_url": urls["rest"],
        "ws_url": urls["ws"],
    }
    if hosts:
        section["rest_hosts"] = hosts
    if ca_file is not None:
        section["ca_file"] = str(ca_file.resolve())
    return section


def _names(venue: str, world: World) -> list[str]:
    names = []
    for quote in world.quotes[venue].values():
        if quote.question is None:
            names.append(quote.listing.symbol)
        elif venue == "polymarket":
            names += [quote.question.token(outcome) for outcome in ("YES", "NO")]
        else:
            names.append(quote.listing.native)
    return names
