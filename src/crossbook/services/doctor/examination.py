"""All that is looked at, in one go."""

import asyncio
from collections.abc import AsyncIterator
from random import Random

from crossbook.clock import Clock
from crossbook.config import VenueConfig
from crossbook.errors import CrossbookError
from crossbook.live.rest.client import RestClient
from crossbook.services.doctor.finding import Finding, Grade
from crossbook.services.doctor.keys import keys
from crossbook.services.doctor.machine import folders, open_files, versions
from crossbook.services.doctor.venue import (
    look_at_clock,
    look_at_instruments,
    look_at_limits,
    look_at_stream,
)
from crossbook.services.listings import client_of
from crossbook.services.settings import Settings
from crossbook.venues.base import Capability, Venue
from crossbook.venues.registry import VENUES

__all__ = ["examine"]


async def examine(
    settings: Settings, *, clock: Clock, random: Random, deadline_s: float
) -> list[Finding]:
    """Look at this machine and at all venues that are wanted, which are asked at the same time.

    Args:
        settings: what is wanted. That they could be read is the first finding.
        clock: whose time the venues' times are compared with.
        random: chance, for jitter.
        deadline_s: nothing that is asked of a venue takes longer.
    """
    sections = settings.by_venue()
    found = [_configuration(settings), *versions(), *folders(settings), *open_files(settings)]
    visits = [
        _visit(VENUES[name], section, settings, clock, random, deadline_s)
        for name, section in sections.items()
    ]
    for visited in await asyncio.gather(*visits):
        found += visited
    return found


def _configuration(settings: Settings) -> Finding:
    sections = settings.by_venue()
    instruments = sum(len(section.instruments) for section in sections.values())
    if not sections:
        return Finding("config", Grade.WARNING, "no venue is named: none is looked at")
    return Finding(
        "config", Grade.OK, f"{len(sections)} venues and {instruments} instruments are named"
    )


async def _visit(
    venue: Venue,
    section: VenueConfig,
    settings: Settings,
    clock: Clock,
    random: Random,
    deadline_s: float,
) -> list[Finding]:
    found = list(keys(venue.name, section))
    try:
        client = client_of(venue, section, settings, clock=clock, random=random)
    except CrossbookError as error:
        return [*found, _failure("config", venue, error)]
    async with client:
        try:
            async with asyncio.timeout(deadline_s):
                found += [each async for each in _rest(venue, section, client, clock)]
        except CrossbookError as error:
            found.append(_failure("rest", venue, error))
        except TimeoutError:
            text = f"no answer within {deadline_s:g} s"
            found.append(Finding("rest", Grade.FAILURE, text, venue.name))
    found.append(await look_at_stream(venue, section, clock, deadline_s))
    return found


async def _rest(
    venue: Venue, section: VenueConfig, client: RestClient, clock: Clock
) -> AsyncIterator[Finding]:
    """Yield what a venue's REST tells.

    Raises:
        CrossbookError: it does not answer.
    """
    if Capability.TIME in venue.capabilities:
        finding = await look_at_clock(venue, client, clock)
    else:
        await client.fetch(venue.rest.instruments()[0])
        finding = Finding("clock", Grade.OK, "not compared: it does not tell its time", venue.name)
    listed = await look_at_instruments(venue, section, client)
    stats = await client.stats()
    yield Finding(
        "rest",
        Grade.OK,
        f"{stats.answered} of {stats.requests} requests answered, "
        f"{stats.connections_opened} connections opened, {stats.connections_reused} reused",
        venue.name,
    )
    yield finding
    for each in listed:
        yield each
    for each in await look_at_limits(venue, client):
        yield each


def _failure(subject: str, venue: Venue, error: CrossbookError) -> Finding:
    return Finding(subject, Grade.FAILURE, str(error), venue.name)
