"""MEXC."""

from crossbook.venues.base import Capability, Venue
from crossbook.venues.mexc import rest, stream, symbols
from crossbook.venues.mexc.config import MexcConfig

__all__ = ["VENUE"]

VENUE = Venue(
    name="mexc",
    title="MEXC",
    capabilities=frozenset(
        {
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
    config=MexcConfig,
    rules=stream.rules,
    stream=stream.stream,
    rest=rest,
)
