"""ccxt, unmodified but for its addresses, against the simulated exchanges."""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import ccxt
import ccxt.async_support
import ccxt.pro
import pytest

from crossbook.sim.config import WorldConfig
from crossbook.sim.host import SimulatedVenues
from crossbook.sim.wire.number import fixed
from crossbook.sim.wire.scale import Scale

# By crossbook's venue: ccxt's name.
NAMES = {"binance": "binance", "bybit": "bybit", "gateio": "gate", "mexc": "mexc"}

WORLD = WorldConfig(spot_assets=2, steps_per_s=50, history_steps=200)
PAIR = "BTC/USDT"
DEPTH = 20
DEADLINE_S = 60.0

Levels = list[tuple[Decimal, Decimal]]
Scene = Callable[[SimulatedVenues, Any, str], Awaitable[None]]


def native(venue: str) -> str:
    """Return the venue's own symbol of the pair."""
    return "BTC_USDT" if venue == "gateio" else "BTCUSDT"


def redirected(urls: Any, bases: dict[str, str]) -> Any:
    """Return ccxt's addresses with their paths, on the simulator's ports."""
    if isinstance(urls, dict):
        return {name: redirected(entry, bases) for name, entry in urls.items()}
    if not isinstance(urls, str):
        return urls
    parts = urlsplit(urls)
    return bases["ws" if parts.scheme.startswith("ws") else "rest"] + parts.path


def play(venue: str, kind: Any, scene: Scene) -> None:
    """Run a scene with one exchange of ccxt, and close everything."""

    async def run() -> None:
        async with SimulatedVenues(3, [venue], config=WORLD) as sim, asyncio.timeout(DEADLINE_S):
            client = getattr(kind, NAMES[venue])({"enableRateLimit": False})
            client.urls["api"] = redirected(client.urls["api"], sim.urls[venue])
            try:
                await scene(sim, client, venue)
            finally:
                await client.close()

    asyncio.run(run())


def decimals(rows: Any) -> Levels:
    """Return the best levels of ccxt, which are floats, as the decimals that they stand for."""
    return levels([(Decimal(repr(row[0])), Decimal(repr(row[1]))) for row in rows])


def levels(rows: Levels) -> Levels:
    """Return the best levels in one form, whatever zeros they were written with."""
    return [(price.normalize(), size.normalize()) for price, size in rows[:DEPTH]]


@pytest.mark.parametrize("venue", NAMES)
def test_ccxt_reads_markets_and_books_by_rest(venue: str) -> None:
    async def scene(sim: SimulatedVenues, client: Any, venue: str) -> None:
        markets = await client.load_markets()
        assert {"BTC/USDT", "ETH/USDT"} == set(markets)
        market, listing = markets[PAIR], sim.world.quote(venue, native(venue)).listing
        assert market["active"]
        assert Decimal(repr(market["precision"]["price"])) == Decimal(listing.tick)
        assert Decimal(repr(market["precision"]["amount"])) == Decimal(listing.lot)
        assert Decimal(repr(market["limits"]["cost"]["min"])) == Decimal(listing.min_notional)
        assert abs(await client.fetch_time() - sim.now_ns() // 1_000_000) < 1_000
        sim.pause()
        await sim.settle()
        book = await client.fetch_order_book(PAIR, DEPTH)
        truth = sim.truth.book(venue, native(venue))
        assert decimals(book["bids"]) == levels(truth.bids)
        assert decimals(book["asks"]) == levels(truth.asks)

    play(venue, ccxt.async_support, scene)


@pytest.mark.parametrize("venue", NAMES)
def test_ccxt_reads_trades_candles_and_tickers_by_rest(venue: str) -> None:
    async def scene(sim: SimulatedVenues, client: Any, venue: str) -> None:
        sim.pause()
        await client.load_markets()
        quote = sim.world.quote(venue, native(venue))
        trades = await client.fetch_trades(PAIR, limit=5)
        last_ns, last = quote.trades[-1]
        assert trades[-1]["timestamp"] == last_ns // 1_000_000
        assert trades[-1]["side"] == ("buy" if last.taker_buys else "sell")
        close = Decimal(last.price).scaleb(-quote.market.terms.price_decimals)
        candles = await client.fetch_ohlcv(PAIR, "1m", limit=3)
        assert Decimal(repr(candles[-1][4])) == close
        assert [row[0] for row in candles] == sorted(row[0] for row in candles)
        ticker = await client.fetch_ticker(PAIR)
        (bid, _), (ask, _) = quote.market.top()
        shown = [ticker["last"], ticker["bid"], ticker["ask"]]
        scale = quote.market.terms.price_decimals
        wanted = [close, Decimal(bid).scaleb(-scale), Decimal(ask).scaleb(-scale)]
        assert [Decimal(repr(price)) for price in shown] == wanted

    play(venue, ccxt.async_support, scene)


@pytest.mark.parametrize("venue", NAMES)
def test_ccxt_names_an_unknown_symbol(venue: str) -> None:
    async def scene(sim: SimulatedVenues, client: Any, venue: str) -> None:
        await client.load_markets()
        client.markets[PAIR]["id"] = "NOSUCH"
        with pytest.raises((ccxt.BadSymbol, ccxt.BadRequest)):
            await client.fetch_order_book(PAIR)

    play(venue, ccxt.async_support, scene)


@pytest.mark.slow
@pytest.mark.parametrize("venue", NAMES)
def test_ccxt_streams_a_book_that_is_the_truth(venue: str) -> None:
    async def scene(sim: SimulatedVenues, client: Any, venue: str) -> None:
        for _ in range(60):
            await client.watch_order_book(PAIR)
        sim.pause()
        book = client.orderbooks[PAIR]
        truth = sim.truth.book(venue, native(venue))
        wanted = levels(truth.bids), levels(truth.asks)
        # What was on its way when the markets stopped still comes, and then nothing does.
        while (decimals(book["bids"]), decimals(book["asks"])) != wanted:
            book = await client.watch_order_book(PAIR)

    play(venue, ccxt.pro, scene)


@pytest.mark.slow
@pytest.mark.parametrize("venue", NAMES)
def test_ccxt_streams_trades(venue: str) -> None:
    async def scene(sim: SimulatedVenues, client: Any, venue: str) -> None:
        trade = (await client.watch_trades(PAIR))[-1]
        sim.pause()
        quote = sim.world.quote(venue, native(venue))
        scale = Scale(quote.market.terms.price_decimals, quote.market.terms.size_decimals)
        known = {
            (fixed(row.price, scale.price), fixed(row.size, scale.size)) for _, row in quote.trades
        }
        price, size = Decimal(repr(trade["price"])), Decimal(repr(trade["amount"]))
        assert (f"{price:.{scale.price}f}", f"{size:.{scale.size}f}") in known

    play(venue, ccxt.pro, scene)
