"""One venue: does it answer, is its clock ours, does it list what is wanted."""

import asyncio
from typing import Final

import msgspec
import picows

from crossbook.clock import Clock
from crossbook.config import VenueConfig
from crossbook.errors import ConfigError, ConnectError, CrossbookError
from crossbook.live.handshake import connect
from crossbook.live.rest.client import RestClient
from crossbook.live.rest.discovery import merged
from crossbook.live.rest.opening import trust
from crossbook.model import Catalogue
from crossbook.services.doctor.finding import Finding, Grade
from crossbook.services.feed.selection import EVERYTHING, select
from crossbook.services.signers import signer_of
from crossbook.venues.base import Capability, Venue
from crossbook.venues.requests import Request

__all__ = [
    "Offset",
    "grade_of_offset",
    "look_at_clock",
    "look_at_instruments",
    "look_at_limits",
    "look_at_stream",
    "offset",
]

_LOOKS: Final = 3
_OFFSET_S_WARNING: Final = 0.25
_OFFSET_S_FAILURE: Final = 1.0
"""From here on venues refuse what is signed, whatever else they allow."""
_FULL_SHARE: Final = 0.8
_FRAME_BYTES_MAX: Final = 1 << 24
_CLOSE_S: Final = 2.0
_SECOND_NS: Final = 1_000_000_000


class Offset(msgspec.Struct, frozen=True):
    """How far a venue's clock is ahead of ours."""

    offset_ns: int
    """Negative: it is behind."""
    error_ns: int
    """The truth is at most so far away: half of the way there and back, and the clock's step."""


def offset(sent_ns: int, received_ns: int, venue_ns: int) -> Offset:
    """Return what one question for the time tells.

    Examples:
        >>> offset(1_000, 3_000, 2_500)
        Offset(offset_ns=500, error_ns=1000)
    """
    # Some venues tell whole seconds only: the time that was told began up to one ago.
    step_ns = _SECOND_NS if venue_ns % _SECOND_NS == 0 else 0
    middle_ns = (sent_ns + received_ns) // 2
    return Offset(venue_ns + step_ns // 2 - middle_ns, (received_ns - sent_ns) // 2 + step_ns // 2)


def grade_of_offset(found: Offset) -> Grade:
    """Return how bad an offset is for certain, whatever the error of its measurement."""
    least_s = max(0, abs(found.offset_ns) - found.error_ns) / 1e9
    if least_s >= _OFFSET_S_FAILURE:
        return Grade.FAILURE
    return Grade.WARNING if least_s >= _OFFSET_S_WARNING else Grade.OK


async def look_at_clock(venue: Venue, client: RestClient, clock: Clock) -> Finding:
    """Ask a venue for its time, and by that whether its REST answers.

    Raises:
        CrossbookError: it does not answer.
    """
    found: list[Offset] = []
    sent_ns = [0]

    def stamp(request: Request, now_ns: int) -> Request:
        # The time of sending: before it the request may have waited for the venue's budget.
        sent_ns[0] = now_ns
        return request

    for _ in range(_LOOKS):
        body = await client.fetch(venue.rest.time(), sign=stamp)
        found.append(offset(sent_ns[0], clock.now_ns(), venue.rest.read_time(body)))
    best = min(found, key=lambda each: each.error_ns)
    detail = (
        f"its clock is {abs(best.offset_ns) / 1e6:,.1f} ms "
        f"{'ahead of' if best.offset_ns >= 0 else 'behind'} ours, "
        f"give or take {best.error_ns / 1e6:,.1f} ms"
    )
    return Finding("clock", grade_of_offset(best), detail, venue.name)


async def look_at_instruments(
    venue: Venue, config: VenueConfig, client: RestClient
) -> list[Finding]:
    """Ask a venue for the instruments that are wanted of it.

    Raises:
        CrossbookError: it does not answer.
    """
    named = [name for name in config.instruments if name != EVERYTHING]
    if not named:
        return []
    found = Catalogue(())
    for request in venue.rest.lookup(named):
        listed = venue.symbols.instruments(await client.fetch(request))
        found = merged([found, listed])
    selection = select(venue.name, found, named)
    halted = [str(each.id) for each in selection.instruments if not each.is_tradable]
    findings = []
    if selection.unknown:
        names = ", ".join(error.text for error in selection.unknown)
        # A list in pages is asked for single names: an event is found only when all of it is read.
        is_certain = Capability.PAGES not in venue.capabilities
        grade = Grade.FAILURE if is_certain else Grade.WARNING
        findings.append(Finding("instruments", grade, f"not listed: {names}", venue.name))
    if halted:
        text = f"do not trade now: {', '.join(halted)}"
        findings.append(Finding("instruments", Grade.WARNING, text, venue.name))
    text = f"{len(selection.instruments)} found for {len(named)} names"
    return [Finding("instruments", Grade.OK, text, venue.name), *findings]


async def look_at_limits(venue: Venue, client: RestClient) -> list[Finding]:
    """Return how full a venue's budgets are, by its own count and ours."""
    findings = []
    stats = await client.stats()
    for use in stats.use:
        # What this examination took itself is no reason to warn.
        is_full = use.used - stats.tries > use.count * _FULL_SHARE
        findings.append(
            Finding(
                "limits",
                Grade.WARNING if is_full else Grade.OK,
                f"{use.group}: {use.used:,} of {use.count:,} units used in {use.span_s:g} s",
                venue.name,
            )
        )
    return findings


async def look_at_stream(
    venue: Venue, config: VenueConfig, clock: Clock, deadline_s: float
) -> Finding:
    """Open a websocket to a venue, and close it again."""
    try:
        signer = signer_of(config)
    except ConfigError as error:
        return Finding("keys", Grade.FAILURE, f"{error.path}: {error.reason}", venue.name)
    if signer is None and Capability.HANDSHAKE in venue.capabilities:
        text = "it asks for a key, and none is set: no books will come"
        return Finding("keys", Grade.FAILURE, text, venue.name)
    stream = venue.stream(config, (), signer)
    where = stream.url.partition("?")[0]
    try:
        transport = await connect(
            stream.url,
            _Listener(),
            headers=stream.headers(clock.now_ns()),
            deadline_s=deadline_s,
            bytes_max=_FRAME_BYTES_MAX,
            offers_deflate=False,
            tls=trust(config.ca_file),
        )
    except (ConnectError, ConfigError) as error:
        return Finding("stream", Grade.FAILURE, f"{where}: {_reason(error)}", venue.name)
    transport.send_close(picows.WSCloseCode.OK)
    try:
        await asyncio.wait_for(transport.wait_disconnected(), _CLOSE_S)
    except TimeoutError:
        transport.disconnect()
    return Finding("stream", Grade.OK, f"{where} is open", venue.name)


def _reason(error: CrossbookError) -> str:
    return error.reason if isinstance(error, ConnectError | ConfigError) else str(error)


class _Listener(picows.WSListener):
    """Hears nothing: whether the socket opens is all that matters."""
