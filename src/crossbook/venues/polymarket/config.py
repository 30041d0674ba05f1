"""Settings of Polymarket."""

from typing import Annotated

import msgspec

from crossbook.config import VenueConfig

__all__ = ["PolymarketConfig"]


class PolymarketConfig(VenueConfig, frozen=True, kw_only=True):
    """Settings of Polymarket."""

    instruments_per_socket_max: Annotated[int, msgspec.Meta(ge=1, le=500)] | None = 200
    """Tokens on one socket. Beyond 500 no books come at the start, and large sets are known to
    fall silent; `None`: 500."""
    lifecycle: bool = True
    """Ask for best prices and news of markets (`custom_feature_enabled`): resolutions, new ones."""
