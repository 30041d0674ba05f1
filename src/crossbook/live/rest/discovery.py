"""What a venue lists, over all pages, and what changed in it since."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from random import Random
from typing import Final

import msgspec

from crossbook.errors import CrossbookError, DeadlineError, MetadataError
from crossbook.live.rest.client import Fetcher
from crossbook.model import Catalogue, Instrument
from crossbook.venues.base import Symbols
from crossbook.venues.requests import Rest

__all__ = ["Changes", "Discovery", "Revision", "changes", "merged", "pages"]

_LOG: Final = logging.getLogger(__name__)
_CURSOR_SHOWN_MAX: Final = 80


class Revision(msgspec.Struct, frozen=True):
    """An instrument whose rules changed: its tick, its status, its fee."""

    before: Instrument
    after: Instrument


class Changes(msgspec.Struct, frozen=True):
    """What differs between two lists of one venue, in the order of the lists."""

    new: tuple[Instrument, ...] = ()
    gone: tuple[Instrument, ...] = ()
    changed: tuple[Revision, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.gone or self.changed)


def changes(before: Iterable[Instrument], after: Iterable[Instrument]) -> Changes:
    """Return what differs between two lists."""
    old = {instrument.id: instrument for instrument in before}
    young = {instrument.id: instrument for instrument in after}
    return Changes(
        new=tuple(each for key, each in young.items() if key not in old),
        gone=tuple(each for key, each in old.items() if key not in young),
        changed=tuple(
            Revision(old[key], each)
            for key, each in young.items()
            if key in old and old[key] != each
        ),
    )


def merged(catalogues: Iterable[Catalogue]) -> Catalogue:
    """Return the pages of a list as one. A row that a later page repeats counts as it was last."""
    instruments: dict[object, Instrument] = {}
    problems: list[MetadataError] = []
    for catalogue in catalogues:
        instruments.update((each.id, each) for each in catalogue.instruments)
        problems.extend(catalogue.problems)
    return Catalogue(tuple(instruments.values()), tuple(problems))


async def pages(venue: str, fetcher: Fetcher, rest: Rest, pages_max: int) -> AsyncIterator[bytes]:
    """Yield the answers that together are a venue's list of instruments.

    Args:
        venue: for errors.
        fetcher: asks.
        rest: knows what to ask.
        pages_max: a list that goes on after so many pages is an error, not a loop.

    Raises:
        MetadataError: the pages go in a circle, or do not end.
        CrossbookError: one could not be had.
    """
    cursor: str | None = None
    seen: set[str] = set()
    for _ in range(pages_max):
        body = b""
        for request in rest.instruments(cursor):
            body = await fetcher.fetch(request)
            yield body
        cursor = rest.next_page(body)
        if cursor is None:
            return
        if cursor in seen:
            raise _endless(venue, cursor, "a cursor that did not come before")
        seen.add(cursor)
    raise _endless(venue, cursor or "", f"an end within {pages_max} pages")


def _endless(venue: str, cursor: str, expected: str) -> MetadataError:
    return MetadataError(venue, "", "next page", repr(cursor[:_CURSOR_SHOWN_MAX]), expected)


class Discovery:
    """Knows what a venue lists, and tells what changes.

    Args:
        venue: its id.
        fetcher: asks.
        rest: knows what to ask.
        symbols: reads the answers.
        random: for jitter.
        pages_max: pages of one list.
        deadline_s: a list that is not whole after this long has failed.
    """

    def __init__(
        self,
        venue: str,
        fetcher: Fetcher,
        rest: Rest,
        symbols: Symbols,
        *,
        random: Random,
        pages_max: int = 1_000,
        deadline_s: float = 600.0,
    ) -> None:
        self.venue = venue
        self._fetcher = fetcher
        self._rest = rest
        self._symbols = symbols
        self._random = random
        self._pages_max = pages_max
        self._deadline_s = deadline_s
        self.catalogue = Catalogue(())
        """What it lists, as of the last refresh that went well."""
        self.refreshes = 0
        """Refreshes that went well."""
        self.failures = 0
        """Refreshes that did not: the list stayed as it was."""

    async def refresh(self) -> Changes:
        """Read the whole list anew, and return what is different.

        Raises:
            DeadlineError: it took too long.
        MetadataError: it is not of the venue's form, does not end, or is empty now.
            CrossbookError: it could not be had.
        """
        try:
            async with asyncio.timeout(self._deadline_s):
                found = await self._read()
        except TimeoutError as error:
            self.failures += 1
            raise DeadlineError(f"the list of {self.venue}", self._deadline_s) from error
        except CrossbookError:
            self.failures += 1
            raise
        before, self.catalogue = self.catalogue, found
        self.refreshes += 1
        return changes(before.instruments, found.instruments)

    async def run(self, every_s: float, on_changes: Callable[[Changes], object]) -> None:
        """Refresh for ever; the task that runs this ends it by cancelling.

        A refresh that fails is logged and counted, and the old list holds.

        Args:
            every_s: time between two refreshes, give or take a tenth, so that many processes do
                not ask together.
            on_changes: told of changes, when there are any.
        """
        while True:
            await asyncio.sleep(every_s * self._random.uniform(0.9, 1.1))
            try:
                found = await self.refresh()
            except CrossbookError as error:
                _LOG.warning("catalogue.refresh_failed venue=%s error=%s", self.venue, error)
                continue
            if found:
                _LOG.info(
                    "catalogue.changed venue=%s new=%d gone=%d changed=%d",
                    self.venue,
                    len(found.new),
                    len(found.gone),
                    len(found.changed),
                )
                on_changes(found)

    async def _read(self) -> Catalogue:
        found: list[Catalogue] = []
        facts: list[bytes] = []
        async for body in pages(self.venue, self._fetcher, self._rest, self._pages_max):
            page = b"\n".join([*facts, _on_one_line(body)]) if facts else body
            # A list of thousands takes longer to read than the loop may stand still.
            catalogue = await asyncio.to_thread(self._symbols.instruments, page)
            if catalogue.instruments or catalogue.problems:
                found.append(catalogue)
            elif not found:
                # What comes before all instruments is about them: the fees of Kalshi's series.
                facts.append(_on_one_line(body))
        catalogue = merged(found)
        if self.catalogue.instruments and not catalogue.instruments:
            raise MetadataError(self.venue, "", "document", "an empty list", "instruments")
        return catalogue


def _on_one_line(body: bytes) -> bytes:
    """Return JSON without line breaks, which can only stand between its words."""
    return b" ".join(body.splitlines())
