"""Drivers of simulated venues, on real sockets, beside the truth."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from random import Random
from typing import Any

from crossbook import Engine, venue
from crossbook.books.book import Book
from crossbook.clock import SystemClock
from crossbook.config import VenueConfig
from crossbook.live.assembly import assemble
from crossbook.live.driver import VenueDriver
from crossbook.live.journal import note
from crossbook.live.market import MarketData
from crossbook.live.rest.budget import LocalBudget
from crossbook.live.rest.client import RestClient
from crossbook.live.settings import LiveSettings
from crossbook.live.watch import Status
from crossbook.model import Instrument
from crossbook.model.events import BookState
from crossbook.model.sharing import share_scales
from crossbook.sim.config import HostConfig, WorldConfig
from crossbook.sim.host import SimulatedVenues

LOOSE = LiveSettings(
    backoff_base_s=0.2,
    backoff_cap_s=1.0,
    settled_after_s=0.5,
    repair_wait_s=1.0,
    base_wait_s=0.3,
    idle_s=0.1,
    freeze_s=1.0,
    quiet_s=1.0,
    pulse_floor_s=20.0,
)
"""Loopback is quick, and so is everything here; silence is no fault unless a test says so."""

SMALL = WorldConfig(spot_assets=2, questions=2, steps_per_s=20)


async def until(claim: Callable[[], object], within_s: float = 60.0) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(within_s):
        while not claim():  # noqa: ASYNC110 -- what a test sees has no event
            await asyncio.sleep(0.01)


class Rig:
    """Some simulated venues, and drivers that watch all that they list."""

    def __init__(
        self, sim: SimulatedVenues, engine: Engine, drivers: dict[str, VenueDriver]
    ) -> None:
        self.sim = sim
        self.engine = engine
        self.drivers = drivers
        self.configs: dict[str, VenueConfig] = {}
        self.notes: list[tuple[str, dict[str, object]]] = []

    def note(self, event: str, **fields: object) -> None:
        """Keep what drivers log."""
        self.notes.append((event, fields))
        note(event, **fields)

    def not_live(self) -> list[str]:
        """Return the wanted instruments that are not live."""
        return [
            f"{name} {watch.status.value} {watch.book.state.value} {watch.book.reason.value}"
            for driver in self.drivers.values()
            for name, watch in driver.watches.items()
            if watch.status is not Status.LIVE
        ]

    def wrong(self, since_ns: int) -> list[str]:
        """Return the live books that the venue's were not, at any moment since a time."""
        return [
            str(book.instrument.id)
            for book in self.engine
            if book.state is BookState.LIVE and not self._is_true(book.instrument, since_ns)
        ]

    def _is_true(self, instrument: Instrument, since_ns: int) -> bool:
        book = self.engine.book(instrument.id)
        bids, asks = (
            [(book.price(price), book.size(size)) for price, size in side] for side in book.levels()
        )
        return self.sim.truth.was_true(
            instrument.venue,
            instrument.book_native or instrument.native,
            instrument.outcome.name if instrument.outcome else "",
            bids,
            asks,
            since_ns=since_ns,
            depth=_depth(self, instrument),
        )

    async def settled(self) -> None:
        """Let the markets rest and everything arrive; then every book is live and right."""
        await until(lambda: not self.not_live())
        self.sim.pause()
        try:
            await self.sim.settle()
            await until(lambda: not self.not_live())
            await until(lambda: not self.wrong(self.sim.now_ns()))
        finally:
            self.sim.resume()


def _depth(rig: Rig, instrument: Instrument) -> int | None:
    """Return where the venue cuts a book."""
    depth: int | None = getattr(rig.configs[instrument.venue], "depth", None)
    return depth


def scratch(instrument: Instrument) -> tuple[Any, Book]:
    """Return a book apart from all others."""
    engine = Engine(events_max=1)
    book = engine.add_instrument(instrument)
    return engine.open_feed(instrument.venue), book


def signed(now_ns: int) -> list[tuple[str, str]]:
    """Return headers like those of somebody who has a key; the simulator asks for no more."""
    return [
        ("KALSHI-ACCESS-KEY", "nobody"),
        ("KALSHI-ACCESS-SIGNATURE", "c2lnbmVk" * 40),
        ("KALSHI-ACCESS-TIMESTAMP", str(now_ns // 1_000_000)),
    ]


async def catalogue(client: RestClient, name: str) -> list[Instrument]:
    """Return all that a venue lists."""
    rest, found, cursor = venue(name).rest, {}, None
    while True:
        for request in rest.instruments(cursor):
            body = await client.fetch(request)
            for each in venue(name).symbols.instruments(body).instruments:
                found[str(each.id)] = each
            cursor = rest.next_page(body)
        if cursor is None:
            return list(found.values())


@asynccontextmanager
async def rigged(
    names: Iterable[str],
    *,
    seed: int = 1,
    world: WorldConfig = SMALL,
    host: HostConfig | None = None,
    settings: LiveSettings = LOOSE,
    **config: Any,
) -> AsyncIterator[Rig]:
    """Run venues and their drivers; end both."""
    async with AsyncExitStack() as stack:
        sim = await stack.enter_async_context(SimulatedVenues(seed, names, config=world, host=host))
        rig = Rig(sim, Engine(), {})
        clock, listed = SystemClock(), []
        for name in sim.houses:
            urls = sim.urls[name]
            hosts = {host: url for host, url in urls.items() if host not in ("rest", "ws")}
            given = {"audit_every_s": None} | config
            made = venue(name).config(
                ws_url=urls["ws"], rest_url=urls["rest"], rest_hosts=hosts, **given
            )
            rest = venue(name).rest
            client = await stack.enter_async_context(
                RestClient(
                    name,
                    rest,
                    urls=venue(name).urls(made),
                    budget=LocalBudget(rest.GROUPS, clock),
                    clock=clock,
                    random=Random(seed),
                )
            )
            env = assemble(
                venue(name), made, rig.engine, client.fetch, clock, Random(seed), settings, signed
            )
            env.log = rig.note
            env.scratch = scratch
            driver = VenueDriver(env)
            rig.configs[name] = made
            rig.drivers[name] = driver
            listed += await catalogue(client, name)
        for instrument in share_scales(listed):
            rig.engine.add_instrument(instrument)
            rig.drivers[instrument.venue].subscribe([instrument])
        market = MarketData(rig.drivers, settings.restart_s, rig.note)
        task = asyncio.create_task(market.run())
        try:
            yield rig
        finally:
            market.stop()
            async with asyncio.timeout(20):
                await task
