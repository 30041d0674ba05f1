"""Bybit."""

from crossbook.venues.base import Capability, Venue
from crossbook.venues.bybit import rest, stream, symbols
from crossbook.venues.bybit.config import BybitConfig

__all__ = ["VENUE"]

VENUE = Venue(
    name="bybit",
    title="Bybit",
    capabilities=frozenset(
        {
            Capability.BOOKS,
            Capability.KLINES,
            Capability.METADATA,
            Capability.PUBLIC_TRADES,
            Capability.TIME,
        }
    ),
    symbols=symbols,
    config=BybitConfig,
    rules=stream.rules,
    stream=stream.stream,
    rest=rest,
)
