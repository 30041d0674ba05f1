"""What every venue's folder offers."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Protocol

import msgspec

from crossbook.config import VenueConfig
from crossbook.model import Catalogue, FeeSchedule, Instrument, Outcome
from crossbook.venues.requests import Rest
from crossbook.venues.stream import StreamFactory, StreamRules

__all__ = ["Capability", "Symbols", "Venue"]


class Capability(Enum):
    """What the public side of a venue offers.

    The conformance tests read it and run what applies.
    """

    METADATA = "metadata"
    """A list of instruments with their rules."""
    FEES = "fees"
    """The list of instruments carries fee rates."""
    OUTCOMES = "outcomes"
    """It trades the two sides of questions instead of pairs."""
    DERIVATIVES = "derivatives"
    """The list of instruments holds futures, swaps or options, which are read too."""
    ALIASES = "aliases"
    """One instrument has several native spellings."""
    BOOKS = "books"
    """It streams books."""
    PUBLIC_TRADES = "public_trades"
    """It streams trades, and lists the latest by REST."""
    TOP = "top"
    """It streams best prices apart from the book."""
    TIME = "time"
    """REST tells the venue's clock."""
    KLINES = "klines"
    """REST lists candles."""
    PAGES = "pages"
    """The list of instruments comes in pages."""
    HANDSHAKE = "handshake"
    """The public stream wants to know who connects, by signed headers."""


class Symbols(Protocol):
    """Names and rules of a venue's instruments: each folder's `symbols.py` is one."""

    DEFAULT_FEE: FeeSchedule
    """The published entry tier."""

    def instruments(self, metadata: bytes) -> Catalogue:
        """Return what the venue's answer lists.

        Raises:
            MetadataError: the answer as a whole is not of this venue's form.
        """
        ...

    def recognises(self, document: object) -> bool:
        """Return whether a decoded answer has the shape of this venue's list of instruments."""
        ...

    def split(self, native: str) -> tuple[str, str]:
        """Return base and quote of a native symbol by its spelling alone.

        Raises:
            SymbolError: the spelling does not tell.
        """
        ...

    def instrument_from_native(
        self,
        native: str,
        outcome: Outcome | None = None,
        *,
        price_decimals: int | None = None,
        size_decimals: int | None = None,
    ) -> Instrument:
        """Return an instrument of which only the native symbol is known.

        Rules for orders are unknown, fees are the venue's default ones.

        Args:
            native: the symbol, token or ticker as on the wire.
            outcome: the side, where the native symbol does not tell it.
            price_decimals: storage scale of prices; `None`: one that holds what was ever seen.
            size_decimals: the same of sizes.

        Raises:
            SymbolError: the text can be no symbol of this venue.
        """
        ...


class Venue(msgspec.Struct, frozen=True, kw_only=True):
    """A venue, as data."""

    name: str
    """Lower-case id, the name of its folder."""
    title: str
    """Name for people."""
    capabilities: frozenset[Capability]
    """What its public side offers."""
    symbols: Symbols
    """Names and rules of its instruments."""
    config: type[VenueConfig]
    """Its settings."""
    rules: Callable[[VenueConfig], StreamRules]
    """Its limits on sockets under these settings."""
    stream: StreamFactory
    """Makes the conduct of a socket."""
    rest: Rest
    """Its public REST."""

    def urls(self, config: VenueConfig) -> Mapping[str, str]:
        """Return REST base addresses: the main one under the empty name, further ones by theirs.

        Where the main one is set, further ones that are not are there, too.
        """
        hosts = {"": self.rest.URL, **self.rest.HOSTS}
        if config.rest_url is not None:
            hosts = dict.fromkeys(hosts, config.rest_url)
        return {**hosts, **config.rest_hosts}
