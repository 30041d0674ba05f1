"""MEXC."""

from crossbook.venues.base import Capability, Venue
from crossbook.venues.mexc import symbols

__all__ = ["VENUE"]

VENUE = Venue(
    name="mexc",
    title="MEXC",
    capabilities=frozenset(
        {
            Capability.METADATA,
            Capability.FEES,
        }
    ),
    symbols=symbols,
)
