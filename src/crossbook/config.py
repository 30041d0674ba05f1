"""Settings: what every section of a configuration has in common."""

from typing import Annotated

import msgspec

__all__ = ["Section", "VenueConfig"]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the configuration: a mistyped key is an error that names its path."""


class VenueConfig(Section, frozen=True, kw_only=True):
    """What is set for each venue, whichever it is."""

    instruments: tuple[str, ...] = ()
    """What to watch: symbols, `BASE/QUOTE` pairs, tokens or tickers, in any accepted spelling."""
    ws_url: str | None = None
    """Where its public stream is; `None`: the venue's own address."""
    rest_url: str | None = None
    """Where its public REST is; `None`: the venue's own address."""
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
