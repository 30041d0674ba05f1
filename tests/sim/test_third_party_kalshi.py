"""pykalshi against the simulated Kalshi: signed requests and its websocket feed."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from crossbook.sim.client import Levels
from crossbook.sim.host import SimulatedVenues
from tests.sim.third_party import eventually, library, play

AsyncKalshiClient = library("pykalshi.aclient").AsyncKalshiClient
OrderbookManager = library("pykalshi.orderbook").OrderbookManager
afeed = library("pykalshi.afeed")
exceptions = library("pykalshi.exceptions")
messages = library("pykalshi.feed")

pytestmark = pytest.mark.slow

TICKER = "KXFEDDECISION-26DEC-C25"


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a private key that nobody else has."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    path = tmp_path_factory.mktemp("keys") / "key.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def client_of(sim: SimulatedVenues, key_file: Path) -> Any:
    base = sim.urls["kalshi"]["rest"] + "/trade-api/v2"
    return AsyncKalshiClient("7f3d9c1e", str(key_file), api_base=base)


def bids(side: dict[str, str] | list[tuple[str, str]] | None) -> Levels:
    rows = side.items() if isinstance(side, dict) else side or []
    return sorted(((Decimal(price), Decimal(size)) for price, size in rows), reverse=True)


def test_rest_answers_what_pykalshi_asks(key_file: Path) -> None:
    async def scene(sim: SimulatedVenues) -> None:
        sim.pause()
        async with client_of(sim, key_file) as client:
            assert (await client.exchange.get_status()).trading_active
            markets = await client.get_markets(limit=2, fetch_all=True)
            assert [market.data.ticker for market in markets] == list(sim.world.quotes["kalshi"])
            market = await client.get_market(TICKER)
            book = (await market.get_orderbook()).orderbook
            for outcome, side in (("YES", book.yes_dollars), ("NO", book.no_dollars)):
                assert bids(side) == sim.truth.book("kalshi", TICKER, outcome).bids
            trades = await market.get_trades(limit=10)
            _, last = sim.world.quote("kalshi", TICKER).trades[-1]
            assert Decimal(trades[0].yes_price_dollars) == Decimal(last.price) / 100
            assert trades[0].taker_outcome_side == ("yes" if last.taker_buys else "no")
            event = await market.get_event()
            assert event is not None
            assert event.data.event_ticker == market.data.event_ticker
            candles = await market.get_candlesticks(0, 1 << 34)
            assert candles.candlesticks
            with pytest.raises(exceptions.ResourceNotFoundError):
                await client.get_market("KXFOO-1")

    play("kalshi", scene)


def test_a_book_from_the_feed_is_the_truth(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(sim: SimulatedVenues) -> None:
        address = sim.urls["kalshi"]["ws"] + "/trade-api/ws/v2"
        monkeypatch.setattr(afeed, "DEFAULT_WS_BASE", address)
        async with client_of(sim, key_file) as client:
            feed = client.feed()
            book = OrderbookManager(TICKER)
            counts = dict.fromkeys(("orderbook_delta", "trade", "ticker"), 0)

            def on_book(message: Any) -> None:
                if isinstance(message, messages.OrderbookSnapshotMessage):
                    book.apply_snapshot(message.yes_dollars, message.no_dollars)
                else:
                    book.apply_delta(message.side, message.price_dollars, message.delta_fp)

            def count(channel: str) -> None:
                counts[channel] += 1

            feed.on("orderbook_delta", on_book)
            for channel in counts:
                feed.on(channel, lambda _, channel=channel: count(channel))
                feed.subscribe(channel, market_ticker=TICKER)

            async def read() -> None:
                async for _ in feed:
                    pass

            task = asyncio.create_task(read())
            await eventually(lambda: min(counts.values()) > 3, lambda: f"too little came: {counts}")
            sim.pause()
            await sim.settle()
            truth = {name: sim.truth.book("kalshi", TICKER, name).bids for name in ("YES", "NO")}
            await eventually(
                lambda: bids(book.yes) == truth["YES"] and bids(book.no) == truth["NO"],
                lambda: f"{bids(book.yes)[:3]} is not {truth['YES'][:3]}",
            )
            assert feed.reconnect_count == 0
            task.cancel()
            await asyncio.wait([task], timeout=5)
            await feed.disconnect()

    play("kalshi", scene)


def test_a_request_too_many_is_refused_as_the_client_expects(key_file: Path) -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with client_of(sim, key_file) as client:
            client.max_retries = 0
            calls = [client.exchange.get_status() for _ in range(100)]
            results = await asyncio.gather(*calls, return_exceptions=True)
            refusals = [each for each in results if isinstance(each, exceptions.KalshiAPIError)]
            assert refusals
            assert {refusal.status_code for refusal in refusals} == {429}

    play("kalshi", scene)
