"""Settings of MEXC."""

from typing import Annotated, Literal

import msgspec

from crossbook.config import VenueConfig

__all__ = ["MexcConfig"]


class MexcConfig(VenueConfig, frozen=True, kw_only=True):
    """Settings of MEXC spot."""

    depth: Annotated[int, msgspec.Meta(ge=5, le=5000)] = 1000
    """Levels a side of the REST base. What lies beyond is not known until it changes."""
    speed: Literal["10ms", "100ms"] = "100ms"
    """How often changes are sent."""
