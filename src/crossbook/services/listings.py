"""What several venues list right now."""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random

import msgspec

from crossbook.clock import Clock
from crossbook.config import VenueConfig, runtime_folder
from crossbook.errors import CrossbookError
from crossbook.live.rest.client import RestClient
from crossbook.live.rest.discovery import Discovery
from crossbook.live.rest.opening import open_client
from crossbook.model import Catalogue, Instrument
from crossbook.services.settings import Settings
from crossbook.venues.base import Venue
from crossbook.venues.registry import VENUES

__all__ = ["Listing", "Search", "client_of", "listings", "search"]


class Listing(msgspec.Struct, frozen=True):
    """A venue's list of instruments, or why there is none."""

    venue: str
    catalogue: Catalogue = Catalogue(())
    error: CrossbookError | None = None


class Search(msgspec.Struct, frozen=True):
    """Words that all have to be found in an instrument's names; the case does not matter."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Search":
        """Return the search for all words of some texts.

        Examples:
            >>> Search.of(["BTC/USDT binance"]).words
            ('btc/usdt', 'binance')
        """
        return cls(tuple(word for text in texts for word in text.casefold().split()))

    def finds(self, instrument: Instrument) -> bool:
        """Return whether an instrument has all the words in its names."""
        names = _names(instrument)
        return all(word in names for word in self.words)


def search(listed: Iterable[Listing], wanted: Search) -> list[Instrument]:
    """Return what is found, what trades first, then by name."""
    found = [
        instrument
        for listing in listed
        for instrument in listing.catalogue.instruments
        if wanted.finds(instrument)
    ]
    return sorted(found, key=lambda each: (not each.is_tradable, str(each.id)))


async def listings(
    sections: Mapping[str, VenueConfig],
    settings: Settings,
    *,
    clock: Clock,
    random: Random,
    deadline_s: float,
) -> list[Listing]:
    """Return the lists of venues, all asked at the same time.

    Args:
        sections: which venues, and how they are asked.
        settings: who shares their limits, and how long a list may be.
        clock: time.
        random: chance, for jitter.
        deadline_s: a venue whose list is not whole by then has failed.
    """

    async def one(name: str, config: VenueConfig) -> Listing:
        try:
            async with client_of(
                VENUES[name], config, settings, clock=clock, random=random
            ) as client:
                return await _listing(VENUES[name], client, settings, random, deadline_s)
        except CrossbookError as error:
            return Listing(name, error=error)

    return list(await asyncio.gather(*(one(*each) for each in sections.items())))


def client_of(
    venue: Venue, config: VenueConfig, settings: Settings, *, clock: Clock, random: Random
) -> RestClient:
    """Return a client that shares the venue's limits as the settings say; nothing is sent yet."""
    return open_client(
        venue,
        config,
        budget_url=settings.budget.url,
        runtime=runtime_of(settings),
        clock=clock,
        random=random,
    )


def runtime_of(settings: Settings) -> Path:
    """Return the folder for what processes of this machine share."""
    return settings.runtime_folder or runtime_folder()


async def _listing(
    venue: Venue, client: RestClient, settings: Settings, random: Random, deadline_s: float
) -> Listing:
    discovery = Discovery(
        venue.name,
        client,
        venue.rest,
        venue.symbols,
        random=random,
        pages_max=settings.catalogue.pages_max,
        deadline_s=deadline_s,
    )
    await discovery.refresh()
    return Listing(venue.name, discovery.catalogue)


def _names(instrument: Instrument) -> str:
    base, quote = instrument.base, instrument.quote
    asset = instrument.asset
    return " ".join(
        (
            str(instrument.id),
            instrument.native,
            *instrument.aliases,
            # As people write pairs.
            f"{base}/{quote}",
            f"{base}{quote}",
            asset.aggregate_id,
            # A question's name has hyphens for blanks.
            asset.aggregate_id.replace("-", " "),
            asset.market_id,
            instrument.outcome_label,
            instrument.title,
        )
    ).casefold()
