"""Gate.io."""

from crossbook.venues.base import Capability, Venue
from crossbook.venues.gateio import rest, stream, symbols
from crossbook.venues.gateio.config import GateioConfig

__all__ = ["VENUE"]

VENUE = Venue(
    name="gateio",
    title="Gate.io",
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
    config=GateioConfig,
    rules=stream.rules,
    stream=stream.stream,
    rest=rest,
)
