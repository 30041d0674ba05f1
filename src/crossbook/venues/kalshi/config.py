"""Settings of Kalshi."""

from crossbook.config import VenueConfig

__all__ = ["KalshiConfig"]


class KalshiConfig(VenueConfig, frozen=True, kw_only=True):
    """Settings of Kalshi: books come whole and prices of NO as such, there is nothing to choose."""
