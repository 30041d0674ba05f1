"""OKX."""

from crossbook.venues.base import Capability, Venue
from crossbook.venues.okx import symbols

__all__ = ["VENUE"]

VENUE = Venue(
    name="okx",
    title="OKX",
    capabilities=frozenset(
        {
            Capability.METADATA,
            Capability.DERIVATIVES,
        }
    ),
    symbols=symbols,
)
