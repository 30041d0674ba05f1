"""Polymarket."""

from crossbook.venues.base import Capability, Venue
from crossbook.venues.polymarket import symbols

__all__ = ["VENUE"]

VENUE = Venue(
    name="polymarket",
    title="Polymarket",
    capabilities=frozenset(
        {
            Capability.METADATA,
            Capability.FEES,
            Capability.OUTCOMES,
        }
    ),
    symbols=symbols,
)
