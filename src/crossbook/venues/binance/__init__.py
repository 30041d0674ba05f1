"""Binance."""

from crossbook.venues.base import Capability, Venue
from crossbook.venues.binance import rest, stream, symbols
from crossbook.venues.binance.config import BinanceConfig

__all__ = ["VENUE"]

VENUE = Venue(
    name="binance",
    title="Binance",
    capabilities=frozenset(
        {
            Capability.BOOKS,
            Capability.KLINES,
            Capability.METADATA,
            Capability.PUBLIC_TRADES,
            Capability.TIME,
            Capability.TOP,
        }
    ),
    symbols=symbols,
    config=BinanceConfig,
    rules=stream.rules,
    stream=stream.stream,
    rest=rest,
)
