"""Settings of Gate.io."""

from typing import Literal

from crossbook.config import VenueConfig

__all__ = ["GateioConfig"]


class GateioConfig(VenueConfig, frozen=True, kw_only=True):
    """Settings of Gate.io spot."""

    variant: Literal["obu", "order_book_update"] = "obu"
    """Which channel brings books: `obu` brings its own base, `order_book_update` (100 levels)
    needs one by REST."""
    depth: Literal[50, 400] = 50
    """Levels a side of `obu`: 50 every 20 ms, 400 every 100 ms."""
