import asyncio
from collections.abc import Callable
from functools import partial

import msgspec
import pytest
import uvloop

from crossbook import Engine
from crossbook.clock import SystemClock
from crossbook.live.driver import VenueDriver
from crossbook.model.events import EventKind
from tests.unit.live.bourse import (
    PAIRS,
    QUICK,
    Bourse,
    all_live,
    events_without_a_hole,
    on_one_venue,
    right,
    running,
    until,
    until_both_bring,
)

LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
Run = Callable[..., None]


@LOOPS
def test_a_socket_that_freezes_is_replaced(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made))
        bourse.clients[0].is_frozen = True
        await until(lambda: made.env.counts.silent == 1)
        await until(lambda: all_live(made) and right(bourse, engine))

    on_one_venue(run, scenario, silence_s=0.3)


@LOOPS
def test_pings_do_not_hide_that_no_data_comes(run: Run) -> None:
    async def ping(bourse: Bourse) -> None:
        while True:
            for client in bourse.clients:
                if client.transport is not None:
                    client.transport.send_ping(b"heartbeat")
            await asyncio.sleep(0.02)

    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made))
        async with running(ping(bourse)):
            bourse.clients[0].subscribed.clear()
            await until(lambda: made.env.counts.frozen >= 1)
            assert made.env.counts.silent == 0
            await until(lambda: all_live(made) and right(bourse, engine))

    settings = msgspec.structs.replace(QUICK, pulse_floor_s=0.5, pulse_ceiling_s=1.0)
    on_one_venue(run, scenario, settings=settings, silence_s=5.0)


@LOOPS
def test_the_freeze_of_one_of_two_sockets_is_invisible_and_counted(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made))
        await until_both_bring(bourse)
        engine.subscribe(EventKind.STATE)
        for count in (1, 2):
            frozen = bourse.clients[0]
            frozen.is_frozen = True
            await until(partial(lambda gone: gone not in bourse.clients, frozen))
            assert made.env.counts.frozen == count
            await until_both_bring(bourse)
        await until(lambda: right(bourse, engine))
        assert list(engine.drain()) == []
        assert events_without_a_hole(engine)

    on_one_venue(run, scenario, redundancy=2)


class Shifted(SystemClock):
    """A clock that can be set."""

    def __init__(self) -> None:
        self.ahead_ns = 0

    def now_ns(self) -> int:
        return super().now_ns() + self.ahead_ns


@LOOPS
def test_a_clock_that_is_set_kills_no_socket(run: Run) -> None:
    clock = Shifted()

    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made))
        for count, ahead_s in enumerate((3_600, -3_600), start=1):
            clock.ahead_ns = ahead_s * 1_000_000_000
            await until(partial(lambda n: made.env.counts.clock_jumps == n, count))
        await until(lambda: right(bourse, engine))
        assert (made.env.counts.silent, made.env.counts.frozen, made.env.counts.connects) == (
            0,
            0,
            1,
        )

    on_one_venue(run, scenario, clock=clock, natives=PAIRS)
