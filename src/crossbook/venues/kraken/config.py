"""Settings of Kraken."""

from typing import Literal

from crossbook.config import VenueConfig

__all__ = ["KrakenConfig"]


class KrakenConfig(VenueConfig, frozen=True, kw_only=True):
    """Settings of Kraken spot."""

    depth: Literal[10, 25, 100, 500, 1000] = 100
    """Levels a side that the venue keeps us informed of."""
