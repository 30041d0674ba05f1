"""Kalshi."""

from crossbook.venues.base import Capability, Venue
from crossbook.venues.kalshi import rest, stream, symbols
from crossbook.venues.kalshi.config import KalshiConfig

__all__ = ["VENUE"]

VENUE = Venue(
    name="kalshi",
    title="Kalshi",
    capabilities=frozenset(
        {
            Capability.BOOKS,
            Capability.FEES,
            Capability.HANDSHAKE,
            Capability.METADATA,
            Capability.OUTCOMES,
            Capability.PAGES,
            Capability.PUBLIC_TRADES,
            Capability.TOP,
        }
    ),
    symbols=symbols,
    config=KalshiConfig,
    rules=stream.rules,
    stream=stream.stream,
    rest=rest,
)
