"""All venues that are built in."""

from collections.abc import Mapping
from types import MappingProxyType

from crossbook.errors import MetadataError, SymbolError, UnknownVenueError
from crossbook.model.identifiers import canonical_venue
from crossbook.venues.base import Venue
from crossbook.venues.binance import VENUE as BINANCE
from crossbook.venues.bybit import VENUE as BYBIT
from crossbook.venues.coinbase import VENUE as COINBASE
from crossbook.venues.gateio import VENUE as GATEIO
from crossbook.venues.kalshi import VENUE as KALSHI
from crossbook.venues.kraken import VENUE as KRAKEN
from crossbook.venues.metadata import document
from crossbook.venues.mexc import VENUE as MEXC
from crossbook.venues.okx import VENUE as OKX
from crossbook.venues.polymarket import VENUE as POLYMARKET

__all__ = ["VENUES", "sniff_metadata", "venue"]

VENUES: Mapping[str, Venue] = MappingProxyType(
    {
        each.name: each
        for each in (BINANCE, COINBASE, KRAKEN, MEXC, GATEIO, BYBIT, OKX, POLYMARKET, KALSHI)
    }
)
"""Venues by lower-case id."""


def venue(name: str) -> Venue:
    """Return a venue by its id or an alias such as `gate`, in any case.

    Raises:
        UnknownVenueError: there is none of that name.

    Examples:
        >>> venue("gate").name
        'gateio'
    """
    try:
        return VENUES[canonical_venue(name)]
    except (KeyError, SymbolError) as error:
        raise UnknownVenueError(name, tuple(VENUES)) from error


def sniff_metadata(body: bytes) -> Venue | None:
    """Return the venue whose list of instruments this is, by its shape; `None`: not one alone.

    Args:
        body: an answer of the venue, or one on each line.
    """
    try:
        found = document("", body)
    except MetadataError:
        return None
    matching = [each for each in VENUES.values() if each.symbols.recognises(found)]
    return matching[0] if len(matching) == 1 else None
