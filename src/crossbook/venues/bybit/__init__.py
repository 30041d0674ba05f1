"""Bybit."""

from crossbook.venues.base import Capability, Venue
from crossbook.venues.bybit import symbols

__all__ = ["VENUE"]

VENUE = Venue(
    name="bybit",
    title="Bybit",
    capabilities=frozenset(
        {
            Capability.METADATA,
        }
    ),
    symbols=symbols,
)
