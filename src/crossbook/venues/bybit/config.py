"""Settings of Bybit."""

from typing import Literal

from crossbook.config import VenueConfig

__all__ = ["BybitConfig"]


class BybitConfig(VenueConfig, frozen=True, kw_only=True):
    """Settings of Bybit spot."""

    depth: Literal[1, 50, 200, 1000] = 50
    """Levels a side that the venue keeps us informed of: 1 every 10 ms, 50 every 20 ms, 200 every
    100 ms, 1000 every 200 ms."""
