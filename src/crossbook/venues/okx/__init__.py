"""OKX."""

from crossbook.venues.base import Capability, Venue
from crossbook.venues.okx import rest, stream, symbols
from crossbook.venues.okx.config import OkxConfig

__all__ = ["VENUE"]

VENUE = Venue(
    name="okx",
    title="OKX",
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
    config=OkxConfig,
    rules=stream.rules,
    stream=stream.stream,
    rest=rest,
)
