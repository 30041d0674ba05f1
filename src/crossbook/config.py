"""Settings: what every section of a configuration has in common."""

from pathlib import Path
from typing import Annotated

import msgspec

__all__ = ["RestConfig", "Section", "VenueConfig"]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the configuration: a mistyped key is an error that names its path."""


class RestConfig(Section, frozen=True, kw_only=True):
    """How a venue is asked by REST."""

    deadline_s: Annotated[float, msgspec.Meta(gt=0)] = 15.0
    """A request with all its tries and waits ends within this time."""
    try_s: Annotated[float, msgspec.Meta(gt=0)] = 5.0
    """One try ends within this time."""
    tries_max: Annotated[int, msgspec.Meta(ge=1, le=20)] = 4
    """Tries of one request."""
    connections_max: Annotated[int, msgspec.Meta(ge=1, le=256)] = 8
    """Connections at one time."""
    keep_alive_s: Annotated[float, msgspec.Meta(gt=0)] = 30.0
    """An idle connection is kept this long."""
    answer_bytes_max: Annotated[int, msgspec.Meta(ge=1)] = 67_108_864
    """A longer answer is refused; measured after it was unpacked."""
    waiting_max: Annotated[int, msgspec.Meta(ge=1)] = 1_000
    """Requests that may wait for one budget."""
    budget_share: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.9
    """How much of the venue's limits is used at most."""
    failures_max: Annotated[int, msgspec.Meta(ge=1)] = 5
    """So many failures in a row open the circuit breaker."""


class VenueConfig(Section, frozen=True, kw_only=True):
    """What is set for each venue, whichever it is."""

    instruments: tuple[str, ...] = ()
    """What to watch: symbols, `BASE/QUOTE` pairs, tokens or tickers, in any accepted spelling."""
    ws_url: str | None = None
    """Where its public stream is; `None`: the venue's own address."""
    rest_url: str | None = None
    """Where its public REST is; `None`: the venue's own address."""
    rest_hosts: dict[str, str] = {}
    """Where its further REST hosts are, by name. Where `rest_url` is set, those not named here
    are there, too."""
    ca_file: Path | None = None
    """Certificate authorities to trust (PEM); `None`: those of the machine."""
    rest: RestConfig = RestConfig()
    """How it is asked by REST."""
    channels: tuple[str, ...] = ("book",)
    """What to subscribe to: `book`, `trades`, `top` (best prices)."""
    redundancy: Annotated[int, msgspec.Meta(ge=1, le=2)] = 1
    """Sockets for each feed: 2 lets one freeze or fall without a gap."""
    instruments_per_socket_max: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """Instruments on one socket; `None`: what the venue allows."""
    silence_s: Annotated[float, msgspec.Meta(gt=0)] | None = None
    """Replace a socket over which nothing came for this long; `None`: the venue's own figure."""
    audit_every_s: Annotated[float, msgspec.Meta(gt=0)] | None = 60.0
    """Compare a random live book with a REST snapshot this often; `None`: never."""
