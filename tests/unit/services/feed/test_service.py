"""The feed on simulated venues: all go live, one that fails disturbs nobody, and it ends clean."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest
from msgspec.structs import replace

from crossbook.clock import SystemClock
from crossbook.errors import ConfigError
from crossbook.live.settings import LiveSettings
from crossbook.model.events import BookState
from crossbook.services.demo.market import settings_for
from crossbook.services.feed import FeedService
from crossbook.services.settings import BudgetConfig, Settings, VenuesConfig
from crossbook.sim.chaos.plan import Html, Plan
from crossbook.sim.host import SimulatedVenues
from crossbook.venues.kraken import VENUE as KRAKEN

QUICK = LiveSettings(backoff_base_s=0.05, backoff_cap_s=0.1)


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 -- what is waited for raises no event
            await asyncio.sleep(0.01)


def live(feed: FeedService, venue: str) -> int:
    books = [book for book in feed.engine if book.instrument.venue == venue]
    return sum(book.state is BookState.LIVE for book in books)


@asynccontextmanager
async def feeding(settings: Settings, runtime: Path) -> AsyncIterator[FeedService]:
    before = asyncio.all_tasks()
    feed = FeedService(settings, clock=SystemClock(), random=Random(1), runtime=runtime)
    task = asyncio.create_task(feed.run())
    try:
        yield feed
    finally:
        feed.stop()
        await asyncio.wait_for(task, 10)
        assert asyncio.all_tasks() - before == set()


def simulated(venues: Sequence[str], plan: Plan | None = None) -> SimulatedVenues:
    return SimulatedVenues(1, venues, plan=plan)


def test_books_go_live_and_events_are_delivered(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with simulated(["binance", "kraken", "polymarket"]) as sim:
            settings = replace(settings_for(sim.urls), live=QUICK)
            feed = FeedService(settings, clock=SystemClock(), random=Random(1), runtime=tmp_path)
            seen: list[int] = []
            feed.listen(lambda batch: seen.append(len(batch)))
            task = asyncio.create_task(feed.run())
            await until(lambda: len(feed.engine.books) == 12)
            await until(lambda: sum(live(feed, name) for name in feed.venues) == 12)
            feed.stop()
            await asyncio.wait_for(task, 10)
            assert sum(seen) >= 12
            assert sum(v.latency.receive_to_event.count for v in feed.venues.values()) > 0
            assert all(venue.latency.receive_to_book.count for venue in feed.venues.values())

    asyncio.run(scenario())


def test_a_venue_that_answers_nonsense_disturbs_nobody_and_is_taken_in_later(
    tmp_path: Path,
) -> None:
    async def scenario() -> None:
        plan = Plan(faults=(Html(venue="kraken"),))
        async with simulated(["binance", "kraken"], plan) as sim:
            settings = replace(settings_for(sim.urls), live=QUICK)
            async with feeding(settings, tmp_path) as feed:
                feed.gather_s = 0.5
                await until(lambda: live(feed, "binance") == 3)
                assert live(feed, "kraken") == 0
                assert "html" in str(feed.venues["kraken"].error)
                sim.clear_faults()
                await until(lambda: live(feed, "kraken") == 3)
                assert str(feed.venues["kraken"].error) == "None"
                assert live(feed, "binance") == 3

    asyncio.run(scenario())


def test_what_a_venue_does_not_list_is_named_and_the_rest_is_watched(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with simulated(["kraken"]) as sim:
            base = settings_for(sim.urls)
            section = replace(base.by_venue()["kraken"], instruments=("BTC/USDT", "FOO/BAR"))
            settings = replace(base, venues=VenuesConfig(kraken=section), live=QUICK)
            async with feeding(settings, tmp_path) as feed:
                await until(lambda: live(feed, "kraken") == 1)
                assert [error.text for error in feed.venues["kraken"].unknown] == ["FOO/BAR"]

    asyncio.run(scenario())


def test_a_venue_that_never_answers_delays_no_end(tmp_path: Path) -> None:
    async def scenario() -> None:
        nowhere = KRAKEN.config(instruments=("*",), rest_url="http://127.0.0.1:9")
        settings = Settings(
            venues=VenuesConfig(kraken=nowhere),
            budget=BudgetConfig(url="memory://"),
            live=replace(QUICK, stop_deadline_s=3600.0),
        )
        async with feeding(settings, tmp_path) as feed:
            await until(lambda: feed.venues["kraken"].error is not None)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("venues", "path"),
    [
        (VenuesConfig(), "$.venues"),
        (VenuesConfig(kraken=KRAKEN.config()), "$.venues.kraken.instruments"),
    ],
)
def test_a_configuration_without_anything_to_watch_is_refused(
    venues: object, path: str, tmp_path: Path
) -> None:
    settings = Settings(venues=venues, budget=BudgetConfig(url="memory://"))
    with pytest.raises(ConfigError) as error:
        FeedService(settings, clock=SystemClock(), random=Random(1), runtime=tmp_path)
    assert error.value.path == path
