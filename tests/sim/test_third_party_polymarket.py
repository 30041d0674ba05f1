"""The official client of Polymarket's CLOB against the simulated one."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from crossbook.sim.client import Levels
from crossbook.sim.host import SimulatedVenues
from tests.sim.third_party import library, play

ClobClient = library("py_clob_client.client").ClobClient
BookParams = library("py_clob_client.clob_types").BookParams
PolyApiException = library("py_clob_client.exceptions").PolyApiException

pytestmark = pytest.mark.slow


def levels(book: Any) -> tuple[Levels, Levels]:
    """Return bids and asks, best first: the venue lists the best level last."""
    bids, asks = (
        [(Decimal(level.price), Decimal(level.size)) for level in reversed(side)]
        for side in (book.bids, book.asks)
    )
    return bids, asks


def tokens(sim: SimulatedVenues) -> list[str]:
    questions = [quote.question for quote in sim.world.quotes["polymarket"].values()]
    return [each.token(name) for each in questions if each for name in ("YES", "NO")]


def test_books_of_both_tokens_are_the_truth_and_their_hashes_hold() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        client = ClobClient(sim.urls["polymarket"]["rest"])
        sim.pause()
        for token in tokens(sim):
            book = await asyncio.to_thread(client.get_order_book, token)
            truth = sim.truth.book("polymarket", token)
            assert levels(book) == (truth.bids, truth.asks)
            digest = book.hash
            assert client.get_order_book_hash(book) == digest
        params = [BookParams(token_id=token) for token in tokens(sim)]
        books = await asyncio.to_thread(client.get_order_books, params)
        assert [book.asset_id for book in books] == tokens(sim)

    play("polymarket", scene)


def test_prices_ticks_and_pages_are_read() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        sim.pause()
        client = ClobClient(sim.urls["polymarket"]["rest"])
        token = tokens(sim)[1]
        truth = sim.truth.book("polymarket", token)
        bid, ask = truth.bids[0][0], truth.asks[0][0]
        call = asyncio.to_thread
        assert await call(client.get_ok) == "OK"
        assert abs(await call(client.get_server_time) - sim.now_ns() // 10**9) <= 1
        assert Decimal((await call(client.get_price, token, "SELL"))["price"]) == bid
        assert Decimal((await call(client.get_price, token, "BUY"))["price"]) == ask
        assert Decimal((await call(client.get_midpoint, token))["mid"]) == (bid + ask) / 2
        assert Decimal((await call(client.get_spread, token))["spread"]) == ask - bid
        assert await call(client.get_tick_size, token) == "0.01"
        assert await call(client.get_neg_risk, token) is False
        assert await call(client.get_fee_rate_bps, token) == 0
        assert (await call(client.get_last_trade_price, token))["side"] in {"BUY", "SELL"}
        pages = [await call(page) for page in (client.get_markets, client.get_sampling_markets)]
        for page in pages:
            assert (page["next_cursor"], page["count"]) == ("LTE=", 3)
        row = pages[0]["data"][0]
        assert await call(client.get_market, row["condition_id"]) == row
        with pytest.raises(PolyApiException) as refusal:
            await call(client.get_order_book, "123")
        assert refusal.value.status_code == 404

    play("polymarket", scene)
