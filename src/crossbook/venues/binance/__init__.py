"""Binance."""

from crossbook.venues.base import Capability, Venue
from crossbook.venues.binance import symbols

__all__ = ["VENUE"]

VENUE = Venue(
    name="binance",
    title="Binance",
    capabilities=frozenset(
        {
            Capability.METADATA,
        }
    ),
    symbols=symbols,
)
