"""Simulated venues on real sockets with a feed that keeps their books, in one event loop."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random

from msgspec.structs import replace

from crossbook.clock import SystemClock
from crossbook.config import RestConfig
from crossbook.live.settings import LiveSettings
from crossbook.live.watch import Status
from crossbook.services.demo.market import asset_of, settings_for
from crossbook.services.feed import FeedService
from crossbook.services.settings import Settings, VenuesConfig
from crossbook.services.trials.check import BookCheck
from crossbook.sim.config import HostConfig, WorldConfig
from crossbook.sim.host import SimulatedVenues

FAST = LiveSettings(
    connect_deadline_s=2.0,
    backoff_base_s=0.1,
    backoff_cap_s=0.5,
    settled_after_s=0.5,
    tick_s=0.02,
    idle_s=0.1,
    roll_deadline_s=3.0,
    quiet_s=0.5,
    base_wait_s=0.2,
    first_base_s=0.5,
    fetch_deadline_s=3.0,
    repair_wait_s=0.5,
    dead_roll_s=1.0,
    refused_retry_s=1.0,
    pulse_floor_s=1.0,
    freeze_s=0.7,
    restart_s=0.2,
    offset_every_s=2.0,
)
"""Loopback is quick, and so is whoever waits for it: the same machine with shorter waits."""

FAST_REST = RestConfig(deadline_s=5.0, try_s=1.5, tries_max=3)

SMALL = WorldConfig(spot_assets=2, questions=2, steps_per_s=20)

LOOK_S = 0.02
"""How often one waits for something is looked at."""


class Stage:
    """Venues, a feed, and who compares the two.

    Make one with `staged`.
    """

    def __init__(self, sim: SimulatedVenues, feed: FeedService) -> None:
        self.sim = sim
        self.feed = feed
        self.check = BookCheck(sim, feed.engine)

    def lost(self) -> list[str]:
        """Return the wanted books that are not live, and why."""
        if not self.feed.is_listed:
            return ["not listed yet"]
        return [
            f"{name}: {watch.status.value}, {watch.book.state.value} ({watch.book.reason.value})"
            for venue in self.feed.venues.values()
            for name, watch in venue.driver.watches.items()
            if watch.status is not Status.LIVE or not self.check.is_live(name)
        ]

    async def all_live(self, within_s: float) -> float:
        """Wait until every wanted book is live, and return the seconds that it took.

        Raises:
            TimeoutError: some are not.
        """
        return await self._until(lambda: not self.lost(), within_s)

    async def at_rest(self, within_s: float = 15.0) -> None:
        """Let the markets rest until every book is live and the venue's, level by level.

        Raises:
            TimeoutError: some are not.
        """
        self.sim.pause()
        try:
            await self.sim.settle(within_s)
            await self._until(lambda: not self.lost() and not self.check.different(), within_s)
        finally:
            self.sim.resume()

    def total(self, name: str) -> int:
        """Return one of the counts of all venues' drivers together."""
        counts = (venue.driver.env.counts for venue in self.feed.venues.values())
        found = [getattr(count, name) for count in counts]
        return sum(sum(each.values()) if isinstance(each, dict) else each for each in found)

    async def _until(self, claim: Callable[[], bool], within_s: float) -> float:
        loop = asyncio.get_running_loop()
        begun_s = loop.time()
        while not claim():
            if loop.time() - begun_s > within_s:
                raise TimeoutError(within_s)
            await asyncio.sleep(LOOK_S)
        return loop.time() - begun_s


@asynccontextmanager
async def staged(
    seed: int,
    venues: Iterable[str] | None = None,
    *,
    redundancy: int = 1,
    live: LiveSettings = FAST,
    rest: RestConfig = FAST_REST,
    world: WorldConfig = SMALL,
    audit_every_s: float | None = 0.5,
) -> AsyncIterator[Stage]:
    """Open venues and connect a feed to them; end both.

    Args:
        seed: of the markets, of chance in faults, and of jitter.
        venues: who takes part; `None`: all.
        redundancy: sockets for each feed.
        live: how connections behave.
        rest: how the venues' REST is asked.
        world: how large and how busy the markets are.
        audit_every_s: how often a book is compared with REST; `None`: never.
    """
    host = HostConfig(demands_keys=False)
    async with SimulatedVenues(seed, venues, config=world, host=host) as sim:
        with tempfile.TemporaryDirectory() as runtime:
            settings = settings_for(sim.urls)
            sections = {
                name: replace(config, redundancy=redundancy, rest=rest, audit_every_s=audit_every_s)
                for name, config in settings.by_venue().items()
            }
            feed = FeedService(
                _with(settings, sections, live),
                clock=SystemClock(),
                random=Random(seed),
                runtime=Path(runtime),
                asset_of=partial(asset_of, sim.world),
            )
            running = asyncio.create_task(feed.run(), name="feed")
            try:
                yield Stage(sim, feed)
            finally:
                feed.stop()
                async with asyncio.timeout(30.0):
                    await running


def _with(settings: Settings, sections: Mapping[str, object], live: LiveSettings) -> Settings:
    return replace(settings, venues=VenuesConfig(**sections), live=live)
