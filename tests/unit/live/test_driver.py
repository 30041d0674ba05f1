import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
import uvloop

from crossbook import Engine
from crossbook.live.driver import VenueDriver
from crossbook.model.events import BookState
from tests.unit.live.authority import Authority
from tests.unit.live.bourse import (
    PAIRS,
    Bourse,
    all_live,
    driver,
    instrument,
    on_one_venue,
    right,
    running,
    serving,
    until,
)

LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
Run = Callable[..., None]


@LOOPS
def test_books_go_live_and_come_back_after_a_kick(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made) and right(bourse, engine))
        bourse.clients[0].kick()
        await until(lambda: made.env.counts.reconnects == 1)
        await until(lambda: all_live(made) and right(bourse, engine))
        assert made.env.counts.connects == 2
        assert made.env.counts.closes == {1006: 1}

    on_one_venue(run, scenario)


@LOOPS
def test_books_go_live_over_tls(run: Run, tmp_path: Path) -> None:
    authority = Authority()

    async def whole() -> None:
        bourse, engine = Bourse(*PAIRS), Engine()
        async with serving(bourse, authority.server(tmp_path)):
            made = driver(bourse, engine, PAIRS, tls=authority.client())
            async with running(made.run(), bourse.trade()):
                await until(lambda: all_live(made) and right(bourse, engine))
                made.stop()
                await until(lambda: not bourse.clients)

    run(whole())


@LOOPS
def test_each_socket_holds_no_more_than_the_venue_allows(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made) and right(bourse, engine))
        assert sorted(len(client.subscribed) for client in bourse.clients) == [1, 2]

    on_one_venue(run, scenario, instruments_max=2)


@LOOPS
def test_instruments_come_and_go_while_it_runs(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made))
        connects = made.env.counts.connects
        engine.add_instrument(instrument("SOLUSDT"))
        made.subscribe([instrument("SOLUSDT")])
        await until(lambda: all_live(made) and right(bourse, engine))
        assert made.env.counts.connects == connects
        made.unsubscribe([str(instrument("ETHUSDT").id)])
        book = engine.book(instrument("ETHUSDT").id)
        assert book.state is BookState.EMPTY
        await until(lambda: bourse.clients[0].subscribed == {"BTCUSDT", "SOLUSDT"})
        await until(lambda: right(bourse, engine, "BTCUSDT", "SOLUSDT"))
        made.unsubscribe(str(instrument(native).id) for native in PAIRS)
        await until(lambda: not bourse.clients)

    on_one_venue(run, scenario, wanted=PAIRS[:2])


@LOOPS
def test_it_runs_again_after_it_was_stopped(run: Run) -> None:
    async def whole() -> None:
        bourse, engine = Bourse(*PAIRS), Engine()
        async with serving(bourse), running(bourse.trade()):
            made = driver(bourse, engine, PAIRS)
            for _ in range(2):
                async with asyncio.TaskGroup() as group:
                    group.create_task(made.run())
                    await until(lambda: all_live(made) and right(bourse, engine))
                    made.stop()
                await until(lambda: not bourse.clients)
                assert all(book.state is BookState.STALE for book in engine)

    run(whole())
