"""The demo: simulated venues on real sockets, and a feed that keeps their books live."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from crossbook.clock import Clock
from crossbook.model import AssetKey, Instrument
from crossbook.services.demo.audit import is_right, live_books
from crossbook.services.demo.market import asset_of, settings_for, titles, trouble
from crossbook.services.demo.summary import Summary, summarise
from crossbook.services.feed import FeedService, FeedView
from crossbook.sim.config import HostConfig
from crossbook.sim.host import SimulatedVenues

__all__ = ["Demo"]

_OPEN_S: Final = 40.0
"""A market without an end has its trouble as one of this length does."""
_LOOK_S: Final = 0.02
_HEAL_LOOKS: Final = 500
"""Ten seconds: twice what any fault may take."""


class Demo:
    """A market that is open for some time, and what a feed makes of it.

    Make one with `Demo.open`.

    Args:
        sim: the venues.
        feed: connected to them.
        view: what the feed shows.
        seconds: how long the market is open; `None`: until somebody ends it.
    """

    def __init__(
        self, sim: SimulatedVenues, feed: FeedService, view: FeedView, seconds: float | None
    ) -> None:
        self.sim = sim
        self.feed = feed
        self.view = view
        self._seconds = seconds

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        seed: int,
        seconds: float | None,
        clock: Clock,
        *,
        venues: Iterable[str] | None = None,
        is_calm: bool = False,
    ) -> AsyncIterator["Demo"]:
        """Open the venues and connect a feed to them; both end with the context.

        Args:
            seed: of the market.
            seconds: how long the market is open; `None`: until somebody ends it.
            clock: the time.
            venues: who takes part; `None`: all.
            is_calm: nothing goes wrong between the venues and the feed.
        """
        plan = None if is_calm else trouble(seconds or _OPEN_S, venues)
        host = HostConfig(demands_keys=False)
        sim = SimulatedVenues(seed, venues, plan=plan, host=host, clock=clock)
        if seconds is not None:
            sim.close_markets_after(round(seconds * 1e9))
        async with sim:
            with tempfile.TemporaryDirectory() as runtime:
                feed = FeedService(
                    settings_for(sim.urls),
                    clock=clock,
                    random=Random(seed),
                    runtime=Path(runtime),
                    asset_of=partial(asset_of, sim.world),
                )
                duration_ns = None if seconds is None else round(seconds * 1e9)
                view = FeedView(
                    feed,
                    clock,
                    heading=f"crossbook demo  seed {seed}",
                    title_of=_Titles(sim, feed),
                    duration_ns=duration_ns,
                )
                running = asyncio.create_task(feed.run(), name="feed")
                try:
                    yield cls(sim, feed, view, seconds)
                finally:
                    feed.stop()
                    await running

    @property
    def is_over(self) -> bool:
        """Whether the market has closed."""
        return self.sim.are_markets_closed

    async def finish(self) -> Summary:
        """Close the market, wait until all of it has arrived and healed, and say what was shown."""
        seconds = self.view.elapsed_ns / 1e9
        if self._seconds is not None and self.is_over:
            seconds = self._seconds
        self.sim.pause()
        await self.sim.settle()
        for _ in range(_HEAL_LOOKS):
            if self._is_healed():
                break
            await asyncio.sleep(_LOOK_S)
        # Otherwise the summary says which books are not live, or wrong.
        self.feed.drain()
        return summarise(self.feed, self.view, self.sim, round(seconds, 3))

    def _is_healed(self) -> bool:
        engine = self.feed.engine
        return (
            bool(engine.books)
            and len(live_books(engine)) == len(engine.books)
            and all(is_right(book, self.sim.truth) for book in engine)
        )


class _Titles:
    """Names of assets, looked up as instruments appear."""

    def __init__(self, sim: SimulatedVenues, feed: FeedService) -> None:
        self._sim = sim
        self._feed = feed
        self._known: dict[AssetKey, str] = {}

    def __call__(self, asset: AssetKey) -> str:
        if asset not in self._known:
            first: dict[AssetKey, Instrument] = {}
            for book in self._feed.engine:
                first.setdefault(book.instrument.asset, book.instrument)
            self._known = titles(self._sim.world, first)
        return self._known.get(asset, str(asset))
