"""Gate.io."""

from crossbook.venues.base import Capability, Venue
from crossbook.venues.gateio import symbols

__all__ = ["VENUE"]

VENUE = Venue(
    name="gateio",
    title="Gate.io",
    capabilities=frozenset(
        {
            Capability.METADATA,
            Capability.FEES,
        }
    ),
    symbols=symbols,
)
