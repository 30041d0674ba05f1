"""One venue of the feed: what it lists, its REST, its sockets."""

import asyncio
import logging
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from crossbook.books import Book, Engine, Feed
from crossbook.clock import Clock
from crossbook.config import VenueConfig
from crossbook.errors import CrossbookError, SymbolError
from crossbook.live.assembly import assemble
from crossbook.live.backoff import Backoff
from crossbook.live.driver import VenueDriver
from crossbook.live.latency import Latency
from crossbook.live.rest.discovery import Changes, Discovery
from crossbook.live.rest.opening import open_client
from crossbook.live.rest.priority import Priority
from crossbook.live.sink import BookView
from crossbook.live.sink import Feed as LiveFeed
from crossbook.model import Instrument, InstrumentId
from crossbook.services.feed.selection import Selection, select
from crossbook.services.settings import Settings
from crossbook.services.signers import signer_of
from crossbook.storage.recorder import Recorder
from crossbook.venues.base import Venue

__all__ = ["VenueFeed"]

_LOG: Final = logging.getLogger(__name__)


class _Sink:
    """The engine as a venue's driver sees it; it remembers the feeds that were opened."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.feeds: list[Feed] = []

    def open_feed(self, venue: str) -> LiveFeed:
        feed = self._engine.open_feed(venue)
        self.feeds.append(feed)
        return feed

    def book(self, instrument_id: str | InstrumentId) -> Book:
        return self._engine.book(instrument_id)

    def instrument(self, number: int) -> Instrument:
        return self._engine.instrument(number)

    def silence(self, instrument_id: str, ts_ns: int) -> None:
        self._engine.silence(instrument_id, ts_ns)

    def distrust(self, instrument_id: str, ts_ns: int) -> None:
        self._engine.distrust(instrument_id, ts_ns)

    def reset(self, instrument_id: str, ts_ns: int) -> None:
        self._engine.reset(instrument_id, ts_ns)


class VenueFeed:
    """Keeps one venue's wanted books live.

    Args:
        venue: which.
        config: its settings.
        settings: everybody's settings.
        engine: where its books are.
        clock: the time.
        random: jitter, and which book is audited.
        runtime: folder for what processes of this machine share.
        recorder: keeps what comes; `None`: nobody does.

    Attributes:
        client: its REST.
        discovery: what it lists.
        driver: its sockets.
        unknown: names that were asked for and that it does not list.
        instruments: what is watched.
        error: why it is not listed yet; `None`: it is, or was not asked.
    """

    def __init__(
        self,
        venue: Venue,
        config: VenueConfig,
        settings: Settings,
        engine: Engine,
        *,
        clock: Clock,
        random: Random,
        runtime: Path,
        recorder: Recorder | None = None,
    ) -> None:
        self.venue = venue
        self.config = config
        self._settings = settings
        self._random = random
        self.client = open_client(
            venue,
            config,
            budget_url=settings.budget.url,
            runtime=runtime,
            clock=clock,
            random=random,
        )
        self.discovery = Discovery(
            venue.name,
            self.client,
            venue.rest,
            venue.symbols,
            random=random,
            pages_max=settings.catalogue.pages_max,
        )
        self._sink = _Sink(engine)
        env = assemble(
            venue,
            config,
            self._sink,
            self.client.fetch,
            clock=clock,
            random=random,
            settings=settings.live,
            signer=signer_of(config),
        )
        env.fetch_idly = partial(self.client.fetch, priority=Priority.AUDIT)
        env.scratch = _scratch
        env.recorder = recorder
        self.driver = VenueDriver(env)
        self.selection = Selection((), ())
        self.instruments: tuple[Instrument, ...] = ()
        self.error: CrossbookError | None = None

    @property
    def latency(self) -> Latency:
        """How long its messages take."""
        return self.driver.env.latency

    @property
    def clock_offset_ns(self) -> int | None:
        """How far its clock is ahead of ours; `None`: it has not been asked, or tells no time."""
        return self.driver.env.offset.offset_ns

    @property
    def feeds(self) -> list[Feed]:
        """The engine's connections to the venue so far."""
        return self._sink.feeds

    @property
    def unknown(self) -> tuple[SymbolError, ...]:
        """What was asked for and is not listed."""
        return self.selection.unknown

    def counts(self) -> Mapping[str, int | Mapping[str, int]]:
        """Return what was counted of all its connections together."""
        total: dict[str, int | Mapping[str, int]] = {}
        for feed in self.feeds:
            for name, value in feed.counts().items():
                total[name] = _sum(total.get(name), value)
        return total

    async def discover(self) -> None:
        """Learn what the venue lists, however long that takes."""
        live = self._settings.live
        backoff = Backoff(live.backoff_base_s, live.backoff_cap_s, self._random)
        while True:
            try:
                await self.discovery.refresh()
            except CrossbookError as error:
                self.error = error
                _LOG.warning("feed.unlisted venue=%s error=%s", self.venue.name, error)
                await asyncio.sleep(backoff.failed())
                continue
            self.error = None
            self._select()
            return

    def watch(self, instruments: tuple[Instrument, ...]) -> None:
        """Keep these books live from now on: they are registered."""
        self.instruments += instruments
        self.driver.subscribe(instruments)

    async def refresh(self) -> None:
        """Read the venue's list anew now and then, for ever."""
        await self.discovery.run(self._settings.catalogue.refresh_s, self._on_changes)

    async def close(self) -> None:
        """Give back what it has open."""
        await self.client.close()

    def _select(self) -> None:
        self.selection = select(self.venue.name, self.discovery.catalogue, self.config.instruments)
        for error in self.selection.unknown:
            _LOG.warning("feed.unknown venue=%s %s", self.venue.name, error)

    def _on_changes(self, changes: Changes) -> None:
        gone = {str(each.id) for each in changes.gone} & {str(i.id) for i in self.instruments}
        for instrument_id in sorted(gone):
            _LOG.warning("feed.gone venue=%s instrument=%s", self.venue.name, instrument_id)
        self._select()


def _scratch(instrument: Instrument) -> tuple[LiveFeed, BookView]:
    """Return a book of an instrument apart from all others, and a feed to it."""
    engine = Engine(events_max=1)
    book = engine.add_instrument(instrument)
    return engine.open_feed(instrument.venue), book


def _sum(
    left: int | Mapping[str, int] | None, right: int | Mapping[str, int]
) -> int | Mapping[str, int]:
    if left is None:
        return right
    if isinstance(left, int) and isinstance(right, int):
        return left + right
    assert isinstance(left, Mapping)
    assert isinstance(right, Mapping)
    return {key: left.get(key, 0) + right.get(key, 0) for key in {**left, **right}}
