import asyncio
from collections.abc import Callable

import pytest
import uvloop

from crossbook import Engine
from tests.unit.live.bourse import (
    Bourse,
    all_live,
    driver,
    is_right,
    running,
    serving,
    until,
)


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_books_go_live_and_come_back_after_a_kick(run: Callable[..., None]) -> None:
    async def scenario() -> None:
        bourse, engine = Bourse("BTCUSDT", "ETHUSDT"), Engine()
        async with serving(bourse):
            made = driver(bourse, engine, ["BTCUSDT", "ETHUSDT"])
            async with running(made.run(), bourse.trade()):
                await until(lambda: all_live(made))
                await until(lambda: is_right(bourse, engine, "BTCUSDT"))
                bourse.clients[0].kick()
                await until(lambda: made.env.counts.reconnects == 1)
                await until(lambda: all_live(made))
                await until(lambda: is_right(bourse, engine, "ETHUSDT"))
                made.stop()
                await until(lambda: not bourse.clients)
        assert made.env.counts.connects == 2
        assert made.env.counts.closes == {1006: 1}
        assert made.env.counts.faults == 0

    run(scenario())
