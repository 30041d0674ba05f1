"""Kraken."""

from crossbook.venues.base import Capability, Venue
from crossbook.venues.kraken import symbols

__all__ = ["VENUE"]

VENUE = Venue(
    name="kraken",
    title="Kraken",
    capabilities=frozenset(
        {
            Capability.METADATA,
            Capability.FEES,
            Capability.ALIASES,
        }
    ),
    symbols=symbols,
)
