"""Polymarket."""

from crossbook.venues.base import Capability, Venue
from crossbook.venues.polymarket import rest, stream, symbols
from crossbook.venues.polymarket.config import PolymarketConfig

__all__ = ["VENUE"]

VENUE = Venue(
    name="polymarket",
    title="Polymarket",
    capabilities=frozenset(
        {
            Capability.BOOKS,
            Capability.FEES,
            Capability.METADATA,
            Capability.OUTCOMES,
            Capability.PAGES,
            Capability.PUBLIC_TRADES,
            Capability.TIME,
        }
    ),
    symbols=symbols,
    config=PolymarketConfig,
    rules=stream.rules,
    stream=stream.stream,
    rest=rest,
)
