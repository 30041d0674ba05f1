"""A check that finds nothing must be one that could have."""

import asyncio

import pytest

from crossbook.books import Engine
from crossbook.model.events import BookState
from crossbook.services.trials.stage import Stage, staged


def shifted(stage: Stage, instrument_id: str) -> None:
    """Change one level of the truth behind everybody's back."""
    instrument = stage.feed.engine.book(instrument_id).instrument
    quote, _ = stage.sim.world.find(instrument.venue, instrument.native)
    price, size = quote.market.bids.levels(1)[0]
    quote.market.bids.put(-price, size + 1)


@pytest.mark.parametrize("venue", ["binance", "bybit", "polymarket"])
def test_a_live_book_with_one_wrong_level_is_found(venue: str) -> None:
    async def scenario() -> None:
        async with staged(1, [venue]) as stage:
            await stage.all_live(20.0)
            await stage.at_rest()
            stage.sim.pause()
            assert stage.check.look() == []
            name = next(iter(stage.feed.engine.books))
            shifted(stage, name)
            found = {wrong.instrument for wrong in stage.check.look()}
            assert name in found
            assert name in stage.check.different()

    asyncio.run(scenario())


def test_a_book_that_is_not_live_may_be_anything() -> None:
    async def scenario() -> None:
        async with staged(1, ["kraken"]) as stage:
            await stage.all_live(20.0)
            stage.sim.pause()
            await stage.sim.settle()
            engine: Engine = stage.feed.engine
            name = next(iter(engine.books))
            shifted(stage, name)
            engine.distrust(name, stage.sim.now_ns())
            assert engine.book(name).state is not BookState.LIVE
            assert stage.check.look() == []
            assert stage.check.lost == 1

    asyncio.run(scenario())
