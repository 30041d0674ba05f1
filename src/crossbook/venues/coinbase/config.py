"""Settings of Coinbase."""

from typing import Literal

from crossbook.config import VenueConfig

__all__ = ["CoinbaseConfig"]


class CoinbaseConfig(VenueConfig, frozen=True, kw_only=True):
    """Settings of Coinbase."""

    product: Literal["advanced", "exchange"] = "advanced"
    """Which feed: Advanced Trade, whose messages are numbered, or the older one of Exchange."""
