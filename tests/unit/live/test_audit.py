import asyncio
import json
from typing import Any

import msgspec
import pytest

from crossbook import Engine
from crossbook.books.book import Book
from crossbook.errors import UnavailableError
from crossbook.model import Instrument
from crossbook.model.events import BookState, StateReason
from crossbook.venues.registry import venue
from crossbook.venues.requests import BookReader
from tests.unit.live.bourse import (
    QUICK,
    RULES,
    Bourse,
    all_live,
    driver,
    instrument,
    is_right,
    running,
    serving,
    until,
)

REST = venue("binance").rest


def scratch(wanted: Instrument) -> tuple[Any, Book]:
    engine = Engine(events_max=1)
    return engine.open_feed(wanted.venue), engine.add_instrument(wanted)


def audited(scenario: Any, *, is_joined: bool, **overrides: Any) -> None:
    async def whole() -> None:
        bourse, engine = Bourse("BTCUSDT"), Engine()
        async with serving(bourse):
            rules = msgspec.structs.replace(RULES, is_joined_by_numbers=is_joined)
            made = driver(
                bourse, engine, ["BTCUSDT"], rest=REST, scratch=scratch, rules=rules, **overrides
            )
            watch = made.watches[str(instrument("BTCUSDT").id)]
            async with running(made.run(), bourse.trade()):
                await until(lambda: all_live(made))
                await scenario(bourse, engine, made, watch)

    asyncio.run(whole())


def spoil(bourse: Bourse, engine: Engine) -> None:
    """Give the engine a level that the venue does not have, under its next number."""
    last_id, bids, asks = bourse.books["BTCUSDT"]
    bourse.books["BTCUSDT"] = (last_id + 1, bids, asks)
    for client in bourse.clients:
        client.send(
            {
                "e": "depthUpdate",
                "E": 1,
                "s": "BTCUSDT",
                "U": last_id + 1,
                "u": last_id + 1,
                "b": [["99.5", "7"]],
                "a": [],
            }
        )


@pytest.mark.parametrize("is_joined", [True, False])
def test_a_right_book_agrees(is_joined: bool) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: Any, watch: Any) -> None:
        for _ in range(5):
            assert await made.audit.look_at(watch) is True
        assert (made.env.counts.audits, made.env.counts.audit_mismatches) == (5, 0)
        assert made.env.counts.resyncs == 0

    audited(scenario, is_joined=is_joined)


@pytest.mark.parametrize("is_joined", [True, False])
def test_a_wrong_book_is_found_distrusted_and_mended(
    is_joined: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crossbook.live.audit._PAUSE_S", 0.02)

    async def scenario(bourse: Bourse, engine: Engine, made: Any, watch: Any) -> None:
        spoil(bourse, engine)
        await until(lambda: len(watch.book.levels()[0]) == 2)
        assert not is_right(bourse, engine, "BTCUSDT")
        assert await made.audit.look_at(watch) is False
        assert (watch.book.state, watch.book.reason) == (
            BookState.SUSPECT,
            StateReason.AUDIT_FAILED,
        )
        await until(lambda: is_right(bourse, engine, "BTCUSDT"))
        assert made.env.counts.audit_mismatches == 1
        assert made.env.counts.resyncs >= 1

    audited(scenario, is_joined=is_joined)


def test_with_two_sockets_it_is_the_same() -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: Any, watch: Any) -> None:
        await until(lambda: len(bourse.clients) == 2)
        for _ in range(5):
            assert await made.audit.look_at(watch) is True

    audited(scenario, is_joined=True, redundancy=2)


def test_rest_that_fails_settles_nothing() -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: Any, watch: Any) -> None:
        bourse.rest_failures = [UnavailableError("binance", "http 503", "busy")]
        assert await made.audit.look_at(watch) is None
        assert (made.env.counts.audits, made.env.counts.audits_unsettled) == (0, 1)

    audited(scenario, is_joined=True)


def test_rest_that_is_older_than_all_that_came_settles_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("crossbook.live.audit._JOIN_S", 0.1)

    async def scenario(bourse: Bourse, engine: Engine, made: Any, watch: Any) -> None:
        bourse.stale_bases = 1
        assert await made.audit.look_at(watch) is None
        assert watch.book.state is BookState.LIVE

    audited(scenario, is_joined=True)


def test_it_is_done_in_the_background() -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: Any, watch: Any) -> None:
        await until(lambda: made.env.counts.audits >= 3)
        spoil(bourse, engine)
        await until(lambda: made.env.counts.audit_mismatches == 1)
        await until(lambda: is_right(bourse, engine, "BTCUSDT"))

    audited(scenario, is_joined=True, audit_every_s=0.05, settings=QUICK)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        (
            "kraken",
            {
                "error": [],
                "result": {"XXBTZUSD": {"bids": [["9.5", "2", 1]], "asks": [["10", "1.5", 1]]}},
            },
        ),
        (
            "coinbase",
            {
                "pricebook": {
                    "product_id": "BTC-USD",
                    "bids": [{"price": "9.5", "size": "2"}],
                    "asks": [{"price": "10", "size": "1.5"}],
                }
            },
        ),
    ],
)
def test_books_that_are_no_base_are_read_to_be_compared(name: str, body: Any) -> None:
    rest: object = venue(name).rest
    assert isinstance(rest, BookReader)
    bids, asks = rest.read_book(json.dumps(body).encode())
    assert [[str(price), str(size)] for price, size in (*bids, *asks)] == [
        ["9.5", "2"],
        ["10", "1.5"],
    ]
