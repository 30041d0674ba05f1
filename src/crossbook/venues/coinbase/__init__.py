"""Coinbase."""

from crossbook.venues.base import Capability, Venue
from crossbook.venues.coinbase import symbols

__all__ = ["VENUE"]

VENUE = Venue(
    name="coinbase",
    title="Coinbase",
    capabilities=frozenset(
        {
            Capability.METADATA,
            Capability.DERIVATIVES,
        }
    ),
    symbols=symbols,
)
