import asyncio

from crossbook.clock import SystemClock
from crossbook.services.demo import Demo, is_right, live_books, wrong_books


def test_a_book_is_right_exactly_when_every_level_is_the_venues() -> None:
    async def scenario() -> None:
        async with Demo.open(3, 1.0, SystemClock(), venues=["binance", "kalshi"]) as demo:
            for _ in range(500):
                if demo.is_over and len(live_books(demo.feed.engine)) == 9:
                    break
                await asyncio.sleep(0.02)
            summary = await demo.finish()
            assert (summary.books_live, summary.books_wrong) == (9, 0)
            engine, truth = demo.feed.engine, demo.sim.truth
            book = engine.book("BTC-USDT.BINANCE")
            assert is_right(book, truth)
            # One order more at the venue, of which nobody tells us.
            market = demo.sim.world.quote("binance", "BTCUSDT").market
            key = market.bids.keys[-1]
            market.bids.put(key, market.bids.sizes[key] + 1)
            assert not is_right(book, truth)
            assert wrong_books(engine, truth) == ["BTC-USDT.BINANCE"]
            # A book that does not claim to be right cannot be wrong.
            engine.distrust("BTC-USDT.BINANCE", 1)
            assert wrong_books(engine, truth) == []

    asyncio.run(scenario())
