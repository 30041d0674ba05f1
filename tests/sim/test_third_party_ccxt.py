"""ccxt, REST and pro, against simulated exchanges."""

import asyncio
from typing import Any

import pytest

from crossbook.sim.host import SimulatedVenues
from crossbook.sim.world import publish
from tests.sim.third_party import eventually, floats, library, play, redirected

ccxt = library("ccxt.pro")

pytestmark = pytest.mark.slow

SYMBOL = "BTC/USDT"
CASES = {
    "binance": (
        "binance",
        {
            "https://api.binance.com": "{rest}",
            "https://fapi.binance.com": "{rest}",
            "https://dapi.binance.com": "{rest}",
            "wss://stream.binance.com": "{ws}",
        },
        {},
        None,
    ),
    "mexc": (
        "mexc",
        {"https://api.mexc.com": "{rest}", "wss://wbs-api.mexc.com": "{ws}"},
        {},
        None,
    ),
    "gate": (
        "gateio",
        {"https://api.gateio.ws": "{rest}", "wss://api.gateio.ws": "{ws}"},
        {},
        50,
    ),
    "bybit": (
        "bybit",
        {"https://api.{hostname}": "{rest}", "wss://stream.{hostname}": "{ws}"},
        {},
        50,
    ),
    "kraken": (
        "kraken",
        {"https://api.kraken.com": "{rest}", "wss://ws.kraken.com": "{ws}"},
        {},
        10,
    ),
    "okx": (
        "okx",
        {"https://{hostname}": "{rest}", "wss://ws.okx.com": "{ws}"},
        {},
        None,
    ),
    "coinbase": (
        "coinbase",
        {"https://api.coinbase.com": "{rest}", "wss://advanced-trade-ws.coinbase.com": "{ws}"},
        {},
        None,
    ),
    "coinbaseexchange": (
        "coinbase",
        {
            "https://api.{hostname}": "{exchange}",
            "wss://ws-feed.exchange.coinbase.com": "{ws}/exchange",
        },
        # `level2` wants a signature; any key makes one.
        {"apiKey": "key", "secret": "c2VjcmV0", "password": "words"},
        None,
    ),
}
"""By ccxt's name: crossbook's venue, where its hosts are, credentials, levels that it keeps."""


def exchange_of(name: str, sim: SimulatedVenues) -> Any:
    venue, hosts, credentials, _ = CASES[name]
    exchange = getattr(ccxt, name)({"enableRateLimit": False, **credentials})
    urls = sim.urls[venue]
    targets = {host: target.format(**urls) for host, target in hosts.items()}
    exchange.urls["api"] = redirected(exchange.urls["api"], targets)
    return exchange


async def begin_at_rest(sim: SimulatedVenues, exchange: Any) -> None:
    """Let ccxt take its base while MEXC's market stands still.

    It throws away all of a push of which the base has only the first versions, and its book is
    wrong from then on.
    """
    exchange.options["watchOrderBook"] = {"snapshotDelay": 0}
    sim.pause()
    watching = asyncio.create_task(exchange.watch_order_book(SYMBOL))
    while not watching.done():
        # One push makes it ask for the base; before it has subscribed, none reaches it.
        update = sim.world.step("mexc", "BTCUSDT")
        sim.truth.add(update)
        publish(update, sim.houses["mexc"].desk)
        await asyncio.wait([watching], timeout=0.5)
    await watching
    sim.resume()


@pytest.mark.parametrize("name", CASES)
def test_rest_answers_what_ccxt_asks(name: str) -> None:
    venue = CASES[name][0]

    async def scene(sim: SimulatedVenues) -> None:
        sim.pause()
        exchange = exchange_of(name, sim)
        try:
            markets = await exchange.load_markets()
            assert list(markets) == [SYMBOL, "ETH/USDT", "SOL/USDT"]
            quote = next(iter(sim.world.quotes[venue].values()))
            listing = quote.listing
            assert markets[SYMBOL]["precision"]["price"] == float(listing.tick)
            assert markets[SYMBOL]["precision"]["amount"] == float(listing.lot)
            assert markets[SYMBOL]["active"] is True
            book = await exchange.fetch_order_book(SYMBOL, 20)
            truth = sim.truth.book(venue, listing.native)
            assert [tuple(row[:2]) for row in book["bids"]][:20] == floats(truth.bids, 20)
            assert [tuple(row[:2]) for row in book["asks"]][:20] == floats(truth.asks, 20)
            trades = await exchange.fetch_trades(SYMBOL, limit=20)
            terms, (ts_ns, last) = quote.market.terms, quote.trades[-1]
            assert trades[-1]["price"] == last.price / 10**terms.price_decimals
            # Coinbase names the maker's side, and this client passes it on.
            is_buy = last.taker_buys != (name == "coinbase")
            assert trades[-1]["side"] == ("buy" if is_buy else "sell")
            assert trades[-1]["timestamp"] == ts_ns // 1_000_000
            ticker = await exchange.fetch_ticker(SYMBOL)
            assert (ticker["bid"], ticker["ask"]) == (
                float(truth.bids[0][0]), float(truth.asks[0][0]),
            )  # fmt: skip
            candles = await exchange.fetch_ohlcv(SYMBOL, "1m")
            assert candles
            now_ms = await exchange.fetch_time()
            # Some answer in whole seconds.
            assert abs(now_ms - sim.now_ns() // 1_000_000) < 2_000
        finally:
            await exchange.close()

    play(venue, scene)


@pytest.mark.parametrize("name", CASES)
def test_a_book_that_ccxt_watches_is_the_truth(name: str) -> None:
    venue, _, _, depth = CASES[name]

    async def scene(sim: SimulatedVenues) -> None:
        exchange = exchange_of(name, sim)
        try:
            if name == "mexc":
                await begin_at_rest(sim, exchange)
            for _ in range(40):
                await exchange.watch_order_book(SYMBOL)
            trades = await exchange.watch_trades(SYMBOL)
            assert trades
            ticker = await exchange.watch_ticker(SYMBOL)
            # Bybit's ticker has no best prices.
            assert ticker["bid"] is None or ticker["bid"] < ticker["ask"]
            sim.pause()
            await sim.settle()
            native = next(iter(sim.world.quotes[venue]))
            truth = sim.truth.book(venue, native)
            book = exchange.orderbooks[SYMBOL]

            def is_true() -> bool:
                return all(
                    [tuple(row[:2]) for row in found][:depth] == floats(levels, depth)
                    for found, levels in ((book["bids"], truth.bids), (book["asks"], truth.asks))
                )

            await eventually(is_true, lambda: f"{name}: {book['bids'][:3]} is not {truth.bids[:3]}")
        finally:
            await exchange.close()
            # Its sockets close in tasks of their own.
            await asyncio.sleep(0)

    play(venue, scene)


@pytest.mark.parametrize("name", CASES)
def test_ccxt_understands_that_a_symbol_is_unknown(name: str) -> None:
    async def scene(sim: SimulatedVenues) -> None:
        exchange = exchange_of(name, sim)
        try:
            markets = await exchange.load_markets()
            markets[SYMBOL]["id"] = "NOSUCH"
            with pytest.raises(library("ccxt").ExchangeError):
                await exchange.fetch_order_book(SYMBOL)
        finally:
            await exchange.close()

    play(CASES[name][0], scene)
