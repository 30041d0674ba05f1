"""Kalshi."""

from crossbook.venues.base import Capability, Venue
from crossbook.venues.kalshi import symbols

__all__ = ["VENUE"]

VENUE = Venue(
    name="kalshi",
    title="Kalshi",
    capabilities=frozenset(
        {
            Capability.METADATA,
            Capability.FEES,
            Capability.OUTCOMES,
        }
    ),
    symbols=symbols,
)
