import asyncio
from collections.abc import Callable

import pytest
import uvloop

from crossbook import Engine
from crossbook.live.market import MarketData
from tests.unit.live.bourse import (
    PAIRS,
    Bourse,
    all_live,
    driver,
    right,
    running,
    serving,
    until,
)

LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
Run = Callable[..., None]


@LOOPS
def test_one_venues_failure_is_no_other_venues(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def whole() -> None:
        good, bad, engine, other = Bourse(*PAIRS), Bourse(*PAIRS), Engine(), Engine()
        async with serving(good), serving(bad):
            well, ill = driver(good, engine, PAIRS), driver(bad, other, PAIRS)
            faults = iter([RuntimeError("a bug"), RuntimeError("another")])

            def tick(now_ns: int) -> None:
                for fault in faults:
                    raise fault

            monkeypatch.setattr(ill.resync, "tick", tick)
            notes: list[str] = []
            market = MarketData(
                {"good": well, "bad": ill}, 0.01, lambda event, **_: notes.append(event)
            )
            async with running(good.trade(), bad.trade()):
                task = asyncio.create_task(market.run())
                await until(lambda: market.counts()["bad"].restarts == 2)
                await until(lambda: all_live(well) and right(good, engine))
                assert well.env.counts.connects == 1
                assert notes == ["live.driver_failed"] * 2
                market.stop()
                async with asyncio.timeout(10):
                    await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(whole())
