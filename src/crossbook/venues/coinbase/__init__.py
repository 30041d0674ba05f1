"""Coinbase."""

from crossbook.venues.base import Capability, Venue
from crossbook.venues.coinbase import rest, stream, symbols
from crossbook.venues.coinbase.config import CoinbaseConfig

__all__ = ["VENUE"]

VENUE = Venue(
    name="coinbase",
    title="Coinbase",
    capabilities=frozenset(
        {
            Capability.BOOKS,
            Capability.DERIVATIVES,
            Capability.KLINES,
            Capability.METADATA,
            Capability.PUBLIC_TRADES,
            Capability.TIME,
            Capability.TOP,
        }
    ),
    symbols=symbols,
    config=CoinbaseConfig,
    rules=stream.rules,
    stream=stream.stream,
    rest=rest,
)
