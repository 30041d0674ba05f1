"""Settings of Binance."""

from typing import Annotated, Literal

import msgspec

from crossbook.config import VenueConfig

__all__ = ["BinanceConfig"]


class BinanceConfig(VenueConfig, frozen=True, kw_only=True):
    """Settings of Binance spot."""

    depth: Annotated[int, msgspec.Meta(ge=5, le=5000)] = 1000
    """Levels a side of the REST base. What lies beyond is not known until it changes. 1,000 cost
    50 of the 6,000 units a minute, 5,000 cost 250."""
    speed: Literal["100ms", "1000ms"] = "100ms"
    """How often changes are sent."""
