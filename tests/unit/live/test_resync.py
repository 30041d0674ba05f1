import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import uvloop

from crossbook import Engine
from crossbook.errors import RateLimitError, SubscriptionError, UnavailableError
from crossbook.live.driver import VenueDriver
from crossbook.live.watch import Status
from crossbook.model.events import EventKind
from tests.unit.live.bourse import (
    PAIRS,
    QUICK,
    Bourse,
    all_live,
    driver,
    instrument,
    is_right,
    on_one_venue,
    right,
    running,
    serving,
    until,
)

LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
Run = Callable[..., None]


@LOOPS
def test_a_subscription_that_is_acknowledged_and_silent_is_marked(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        silent = made.watches[str(instrument("BTCUSDT").id)]
        others = [each for each in made.watches.values() if each is not silent]
        await until(lambda: silent.status is Status.DEAD)
        assert isinstance(silent.error, SubscriptionError)
        assert silent.error.code == "silent"
        assert all(each.status is Status.LIVE for each in others)
        assert made.env.counts.deaths == 1
        assert made.env.counts.accepted == 3

    async def no_base(request: Any) -> bytes:
        raise UnavailableError("binance", "http 503", "nothing")

    async def whole() -> None:
        bourse, engine = Bourse(*PAIRS), Engine()

        async def fetch(request: Any) -> bytes:
            is_silent = dict(request.query)["symbol"] == "BTCUSDT"
            return await (no_base if is_silent else bourse.fetch)(request)

        async with serving(bourse):
            made = driver(bourse, engine, PAIRS, fetch=fetch)
            async with running(made.run(), bourse.trade("ETHUSDT", "SOLUSDT")):
                await scenario(bourse, engine, made)

    run(whole())


@LOOPS
def test_an_unknown_symbol_is_refused_and_the_others_go_on(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        bad = made.watches[str(instrument("NOSUCHUSDT").id)]
        await until(lambda: bad.status is Status.REFUSED)
        assert isinstance(bad.error, SubscriptionError)
        assert (bad.error.code, bad.error.text) == ("2", "Invalid symbol NOSUCHUSDT")
        await until(lambda: right(bourse, engine))
        # It is not asked for again with a new socket, until its time has come.
        bourse.clients[0].kick()
        await until(lambda: made.env.counts.reconnects == 1 and right(bourse, engine))
        assert made.env.counts.refused == 1
        bad.next_ns = 0
        bourse.refused.clear()
        bourse.books["NOSUCHUSDT"] = bourse.books["BTCUSDT"]
        await until(lambda: all_live(made))

    async def whole() -> None:
        bourse, engine = Bourse(*PAIRS), Engine()
        bourse.refused.add("NOSUCHUSDT")
        async with serving(bourse):
            made = driver(bourse, engine, [*PAIRS, "NOSUCHUSDT"])
            async with running(made.run(), bourse.trade(*PAIRS)):
                await scenario(bourse, engine, made)

    run(whole())


@LOOPS
def test_a_base_that_is_too_old_is_asked_for_again(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made) and right(bourse, engine))
        bourse.stale_bases = 2
        bases = bourse.bases
        bourse.books["BTCUSDT"] = (bourse.books["BTCUSDT"][0] + 5, *bourse.books["BTCUSDT"][1:])
        await until(lambda: bourse.bases >= bases + 3)
        await until(lambda: all_live(made) and right(bourse, engine))
        assert made.env.counts.resynced >= 1

    on_one_venue(run, scenario)


@LOOPS
def test_one_gap_resyncs_one_book(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made) and right(bourse, engine))
        bases = bourse.bases
        engine.subscribe(EventKind.STATE)
        bourse.books["BTCUSDT"] = (bourse.books["BTCUSDT"][0] + 5, *bourse.books["BTCUSDT"][1:])
        await until(lambda: bourse.bases == bases + 1)
        await until(lambda: all_live(made) and right(bourse, engine))
        assert {event.instrument for event in engine.drain()} == {0}
        assert made.env.counts.connects == 1

    on_one_venue(run, scenario)


@LOOPS
def test_rest_that_refuses_is_left_alone_for_as_long_as_it_says(run: Run) -> None:
    async def whole() -> None:
        bourse, engine = Bourse("BTCUSDT"), Engine()
        bourse.rest_failures = [
            UnavailableError("binance", "http 503", "busy"),
            RateLimitError("binance", "http 429", "slow down", 0.3),
        ]
        async with serving(bourse):
            made = driver(bourse, engine, ["BTCUSDT"])
            async with running(made.run(), bourse.trade()):
                await until(lambda: made.env.counts.fetch_failures == 1)
                watch = made.watches[str(instrument("BTCUSDT").id)]
                assert watch.next_ns - made.env.clock.monotonic_ns() > 250_000_000
                await until(lambda: is_right(bourse, engine, "BTCUSDT"))
                assert made.env.counts.fetch_failures == 2

    run(whole())


@LOOPS
def test_a_dead_instrument_on_a_live_socket_is_resynced(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made))
        await until(lambda: made.watches[str(instrument("BTCUSDT").id)].pulse.usual_ns > 0)
        # The venue forgets one subscription; the base by REST makes up for it, again and again.
        bourse.clients[0].subscribed.discard("BTCUSDT")
        await until(lambda: made.env.counts.silences >= 1)
        await until(lambda: made.env.counts.resynced >= 1)
        assert made.env.counts.connects == 1

    settings = msgspec.structs.replace(QUICK, pulse_floor_s=0.4, pulse_ceiling_s=5.0)
    on_one_venue(run, scenario, settings=settings)
