"""The feed: live books of all configured venues in one engine."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

from msgspec.structs import replace

from crossbook.books import Engine, EventBatch
from crossbook.clock import Clock
from crossbook.config import VenueConfig
from crossbook.errors import ConfigError
from crossbook.model import AssetKey, Instrument
from crossbook.model.events import EventKind
from crossbook.services.feed.registry import register
from crossbook.services.feed.venue import VenueFeed
from crossbook.services.settings import Settings
from crossbook.storage.recorder import Recorder
from crossbook.venues.registry import VENUES

__all__ = ["FeedService", "OnEvents"]

_LOG: Final = logging.getLogger(__name__)

OnEvents = Callable[[EventBatch], object]
"""Takes events as they are drained. Must not raise."""

_DRAIN_S: Final = 0.005
_NO_INSTRUMENT: Final = 2**32 - 1
_KINDS: Final = (
    EventKind.STATE,
    EventKind.GAP,
    EventKind.PROOF_FAILED,
    EventKind.TICK,
    EventKind.TRADE,
    EventKind.DECODE_FAILED,
    EventKind.OPPORTUNITY,
)


class FeedService:
    """Connects to the configured venues and keeps their books live until it is stopped.

    A venue that cannot be reached, or that breaks, is tried again for ever; the others never
    notice.

    Args:
        settings: which venues, and everything else.
        clock: the time.
        random: jitter, and which book is audited.
        runtime: folder for what processes of this machine share.
        recorder: keeps what comes; `None`: nobody does.
        asset_of: tells what an instrument is on every venue; `None`: as its venue lists it.

    Attributes:
        engine: the books.
        venues: the venues, by id.
        gather_s: venues that say within this time what they list agree on scales; later ones
            take them over.

    Raises:
        ConfigError: no venue is configured, or one of them with nothing to watch.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock,
        random: Random,
        runtime: Path,
        recorder: Recorder | None = None,
        asset_of: Callable[[Instrument], AssetKey] | None = None,
    ) -> None:
        self.settings = settings
        self._asset_of = asset_of
        self._clock = clock
        self._recorder = recorder
        self.engine = Engine()
        self.venues = {
            name: VenueFeed(
                VENUES[name],
                config,
                settings,
                self.engine,
                clock=clock,
                random=random,
                runtime=runtime,
                recorder=recorder,
            )
            for name, config in _wanted(settings).items()
        }
        self.gather_s = 3.0
        self._listed = asyncio.Event()
        self._stopping = asyncio.Event()
        self._listeners: list[OnEvents] = []
        self.engine.subscribe(*_KINDS)

    def listen(self, on_events: OnEvents) -> None:
        """Give all events from now on to somebody, in the order in which they happened."""
        self._listeners.append(on_events)

    @property
    def is_listed(self) -> bool:
        """Whether every venue said what it lists, and its books are on their way."""
        return all(feed.instruments or feed.selection.unknown for feed in self.venues.values())

    async def run(self) -> None:
        """Keep all books live until `stop`, or until cancelled."""
        self._stopping.clear()
        try:
            async with asyncio.TaskGroup() as group:
                venues = [group.create_task(self._keep(feed)) for feed in self.venues.values()]
                others = [group.create_task(self._drain_for_ever())]
                if self._recorder is not None:
                    others.append(group.create_task(self._flush_for_ever(self._recorder)))
                await self._stopping.wait()
                await self._end(venues)
                for task in others:
                    task.cancel()
        finally:
            self.drain()
            for feed in self.venues.values():
                await feed.close()

    def stop(self) -> None:
        """End all connections in good order; `run` returns within the deadline."""
        self._stopping.set()

    def drain(self) -> None:
        """Deliver the events that wait."""
        batch = self.engine.drain()
        if not len(batch):
            return
        for listener in self._listeners:
            listener(batch)
        # One of a batch stands for all of them: they are drained two hundred times a second.
        number = int.from_bytes(batch.raw[4:8], "little")
        if number != _NO_INSTRUMENT:
            recv_ns = int.from_bytes(batch.raw[8:16], "little", signed=True)
            venue = self.venues[self.engine.instrument(number).venue]
            venue.latency.delivered(recv_ns, self._clock.now_ns())

    # ------------------------------------------------------------ tasks

    async def _keep(self, feed: VenueFeed) -> None:
        """Run a venue; a fault of ours starts it again, and touches nobody else."""
        restart_s = self.settings.live.restart_s
        while True:
            try:
                await feed.discover()
                await self._gather()
                self._register()
                async with asyncio.TaskGroup() as group:
                    refreshing = group.create_task(feed.refresh())
                    await feed.driver.run()
                    refreshing.cancel()
            except Exception:  # noqa: BLE001 -- the outermost loop of this task: a venue's failure is its own
                feed.driver.env.counts.restarts += 1
                _LOG.exception("feed.failed venue=%s", feed.venue.name)
                await asyncio.sleep(restart_s)
            else:
                return

    async def _gather(self) -> None:
        """Wait until all venues have said what they list, but not for ever."""
        if all(feed.discovery.refreshes for feed in self.venues.values()):
            self._listed.set()
        try:
            async with asyncio.timeout(self.gather_s):
                await self._listed.wait()
        except TimeoutError:
            self._listed.set()

    def _register(self) -> None:
        """Give books to what was selected and has none yet, of all venues at once."""
        fresh = [
            each if self._asset_of is None else replace(each, asset=self._asset_of(each))
            for feed in self.venues.values()
            for each in feed.selection.instruments
            if str(each.id) not in feed.driver.watches
        ]
        done = register(self.engine, fresh)
        for error in done.refused:
            _LOG.error("feed.refused %s", error)
        for name, feed in self.venues.items():
            mine = tuple(each for each in done.instruments if each.venue == name)
            if mine:
                feed.watch(mine)

    async def _end(self, venues: list[asyncio.Task[None]]) -> None:
        """Let the venues close their sockets, within the deadline; then cancel what is left."""
        for feed, task in zip(self.venues.values(), venues, strict=True):
            feed.driver.stop()
            if not feed.instruments:
                # It still waits for the list of a venue that may never answer: nothing is open.
                task.cancel()
        _, left = await asyncio.wait(venues, timeout=self.settings.live.stop_deadline_s)
        for task in left:
            task.cancel()

    async def _drain_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_DRAIN_S)
            self.drain()

    async def _flush_for_ever(self, recorder: Recorder) -> None:
        while True:
            await asyncio.sleep(recorder.config.flush_s)
            recorder.flush()


def _wanted(settings: Settings) -> dict[str, VenueConfig]:
    """Return the venues to connect to.

    Raises:
        ConfigError: there is none, or one with nothing to watch.
    """
    wanted = settings.by_venue()
    if not wanted:
        raise ConfigError("$.venues", f"names no venue: {', '.join(VENUES)} are built in")
    for name, config in wanted.items():
        if not config.instruments:
            raise ConfigError(f"$.venues.{name}.instruments", "is empty: nothing to watch")
    return wanted
