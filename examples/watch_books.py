"""Keep live books of two simulated venues over sockets, and see one heal: no account, no network.

    python examples/watch_books.py 6

The argument is how many seconds it takes; halfway the venue cuts a connection. On real venues
nothing changes but the settings: without `ws_url` and `rest_url` they are at their own addresses.
"""

import asyncio
import sys
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from crossbook import Engine, EventBatch, EventKind
from crossbook.clock import SystemClock
from crossbook.model.events import StateChanged
from crossbook.services.feed import FeedService
from crossbook.services.settings import load_settings
from crossbook.sim.chaos.plan import Disconnect
from crossbook.sim.host import SimulatedVenues


async def watch(seconds: float) -> None:
    """Print what becomes of the books, and in the end both as one."""
    async with SimulatedVenues(seed=1, venues=["binance", "kraken"]) as sim:
        overrides = ["budget.url=memory://"]
        for venue, urls in sim.urls.items():
            overrides.append(f"venues.{venue}.instruments=[BTC/USDT]")
            overrides.append(f"venues.{venue}.ws_url={urls['ws']}")
            overrides.append(f"venues.{venue}.rest_url={urls['rest']}")
        settings = load_settings(overrides=overrides)
        with TemporaryDirectory() as runtime:
            feed = FeedService(
                settings, clock=SystemClock(), random=Random(), runtime=Path(runtime)
            )
            feed.listen(lambda batch: show(feed.engine, batch))
            running = asyncio.create_task(feed.run())
            await asyncio.sleep(seconds / 2)
            sim.add_fault(Disconnect(venue="kraken", duration_s=0.0))
            await asyncio.sleep(seconds / 2)
            show_merged(feed.engine)
            feed.stop()
            await running


def show(engine: Engine, batch: EventBatch) -> None:
    """Print what the books say of themselves."""
    for event in batch.of(EventKind.STATE):
        assert isinstance(event, StateChanged)
        assert event.instrument is not None, "a state is that of a book"
        name = engine.instrument(event.instrument).id
        print(f"{name} {event.before} -> {event.state} ({event.reason})")


def show_merged(engine: Engine) -> None:
    """Print the best levels over both venues, and whose they are."""
    book = engine.book("BTC-USDT.KRAKEN")
    merged = engine.consolidated(book.instrument.asset, depth=3)
    for side, levels in (("ask", merged.asks[::-1]), ("bid", merged.bids)):
        for level in levels:
            price = f"{book.price(level.price).normalize():f}"
            sizes = (f"{name} {book.size(n).normalize():f}" for name, n in level.sizes.items())
            print(f"{side} {price}  {', '.join(sizes)}")


if __name__ == "__main__":
    asyncio.run(watch(float(sys.argv[1])))
