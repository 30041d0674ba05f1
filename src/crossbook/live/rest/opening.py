"""A venue's REST client from its settings."""

import ssl
from collections.abc import Iterable
from pathlib import Path
from random import Random
from urllib.parse import urlsplit
from urllib.request import url2pathname

from crossbook.clock import Clock
from crossbook.config import VenueConfig
from crossbook.errors import ConfigError
from crossbook.live.rest.budget import Budget, LocalBudget
from crossbook.live.rest.client import RestClient
from crossbook.live.rest.shared import FileBudget
from crossbook.venues.base import Venue
from crossbook.venues.requests import Group, Window

__all__ = ["BUDGET_FILE", "open_budget", "open_client", "scaled", "trust"]

BUDGET_FILE = "budgets.sqlite3"
"""Its name in the runtime folder."""


def open_client(
    venue: Venue,
    config: VenueConfig,
    *,
    budget_url: str,
    runtime: Path,
    clock: Clock,
    random: Random,
) -> RestClient:
    """Return a client of a venue; nothing is sent yet.

    Args:
        venue: whose.
        config: where it is, and how it is asked.
        budget_url: who shares its limits with us; see `open_budget`.
        runtime: folder for what processes of this machine share.
        clock: time.
        random: chance, for jitter.

    Raises:
        ConfigError: a setting cannot be used.
    """
    urls = venue.urls(config)
    groups = scaled(venue.rest.GROUPS, config.rest.budget_share)
    return RestClient(
        venue.name,
        venue.rest,
        urls=urls,
        # Another address is another venue: the budget of a simulator is not that of the real one.
        budget=open_budget(budget_url, f"{venue.name}@{urls['']}", groups, runtime, clock),
        clock=clock,
        random=random,
        config=config.rest,
        tls=trust(config.ca_file),
    )


def open_budget(url: str, key: str, groups: Iterable[Group], runtime: Path, clock: Clock) -> Budget:
    """Return a venue's budget.

    Args:
        url: `memory://`: this process has it for itself. `file://` or `file:///a/file`: all
            processes that name the same file share it; without a path it is in the runtime folder.
            `redis://` or `rediss://` (TLS): all processes that name the same server share it.
        key: whose budget.
        groups: the venue's limits.
        runtime: folder for what processes of this machine share.
        clock: time.

    Raises:
        ConfigError: the address is none of these, or the extra `redis` is not installed.
    """
    parts = urlsplit(url)
    if parts.scheme == "memory":
        return LocalBudget(groups, clock)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        file = Path(url2pathname(parts.path)) if parts.path else runtime / BUDGET_FILE
        return FileBudget(file, key, groups, clock)
    if parts.scheme in ("redis", "rediss"):
        return _on_redis(url, key, groups, clock)
    # Not the address itself: it may have a password in it.
    kind = f"{parts.scheme}://{parts.hostname or ''}"
    raise ConfigError("$.budget.url", f"{kind!r} is neither memory:// nor file:// nor redis://")


def _on_redis(url: str, key: str, groups: Iterable[Group], clock: Clock) -> Budget:
    try:
        from crossbook.live.rest.redis import RedisBudget  # noqa: PLC0415 -- an optional package
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "redis":
            raise
        raise ConfigError(
            "$.budget.url", "needs a package: pip install 'crossbook[redis]'"
        ) from None
    return RedisBudget(url, key, groups, clock)


def scaled(groups: Iterable[Group], share: float) -> list[Group]:
    """Return limits of which only a part is used, and of each at least one unit.

    Examples:
        >>> scaled([Group("weight", (Window(6000, 60.0),))], 0.9)[0].windows
        (Window(count=5400, span_s=60.0),)
    """
    return [
        Group(
            group.name,
            tuple(Window(max(1, int(w.count * share)), w.span_s) for w in group.windows),
        )
        for group in groups
    ]


def trust(ca_file: Path | None) -> ssl.SSLContext | None:
    """Return what makes certificates good; `None`: the authorities of the machine.

    Raises:
        ConfigError: the file cannot be read, or holds no certificate.
    """
    if ca_file is None:
        return None
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(str(ca_file), f"no certificates: {error}") from error
