"""Kraken."""

from crossbook.venues.base import Capability, Venue
from crossbook.venues.kraken import rest, stream, symbols
from crossbook.venues.kraken.config import KrakenConfig

__all__ = ["VENUE"]

VENUE = Venue(
    name="kraken",
    title="Kraken",
    capabilities=frozenset(
        {
            Capability.ALIASES,
            Capability.BOOKS,
            Capability.FEES,
            Capability.KLINES,
            Capability.METADATA,
            Capability.PUBLIC_TRADES,
            Capability.TIME,
            Capability.TOP,
        }
    ),
    symbols=symbols,
    config=KrakenConfig,
    rules=stream.rules,
    stream=stream.stream,
    rest=rest,
)
