"""Settings of OKX."""

from crossbook.config import VenueConfig

__all__ = ["OkxConfig"]


class OkxConfig(VenueConfig, frozen=True, kw_only=True):
    """Settings of OKX spot: the channel `books` has 400 levels, there is nothing to choose."""
