import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import uvloop

from crossbook import Engine
from crossbook.live.driver import VenueDriver
from crossbook.live.lane import Lane
from crossbook.live.watch import Status
from crossbook.model.events import EventKind
from crossbook.venues.requests import Window
from tests.unit.live.bourse import (
    PAIRS,
    QUICK,
    RULES,
    Bourse,
    all_live,
    driver,
    events_without_a_hole,
    instrument,
    on_one_venue,
    right,
    running,
    serving,
    until,
    until_both_bring,
)

LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
Run = Callable[..., None]


@LOOPS
def test_a_venue_that_is_away_is_tried_until_it_is_back(run: Run) -> None:
    async def whole() -> None:
        bourse, engine = Bourse(*PAIRS), Engine()
        async with serving(bourse) as url:
            made = driver(bourse, engine, PAIRS)
        async with running(made.run(), bourse.trade()):
            await until(lambda: made.env.counts.connect_failures.get("refused", 0) >= 3)
            assert [lane.error and lane.error.reason for lane in made.lanes] == ["refused"]
            async with serving(bourse, port=int(url.split(":")[2].partition("/")[0])):
                await until(lambda: all_live(made) and right(bourse, engine))
                assert [lane.error for lane in made.lanes] == [None]
                made.stop()
                await until(lambda: not bourse.clients)

    run(whole())


@LOOPS
def test_maintenance_is_counted_by_its_status(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made))
        bourse.is_shut = True
        bourse.clients[0].kick()
        await until(lambda: made.env.counts.connect_failures.get("status 503", 0) >= 2)
        assert all(watch.status is not Status.LIVE for watch in made.watches.values())
        bourse.is_shut = False
        await until(lambda: all_live(made) and right(bourse, engine))

    on_one_venue(run, scenario)


@LOOPS
def test_a_roll_loses_no_message_and_applies_none_twice(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made) and right(bourse, engine))
        engine.subscribe(EventKind.STATE)
        applied = {book.instrument.id: book.counts()["applied"] for book in engine}
        begin = {native: bourse.books[native][0] for native in PAIRS}
        await until(lambda: made.env.counts.replacements.get("lifetime", 0) >= 3)
        await until(lambda: right(bourse, engine))
        assert list(engine.drain()) == []
        assert events_without_a_hole(engine)
        for native in PAIRS:
            book = engine.book(instrument(native).id)
            assert book.sequence is not None
            changes = book.sequence - begin[native]
            # `begin` was read a moment after `applied`: within one loop step nothing came.
            assert book.counts()["applied"] - applied[book.instrument.id] == changes
        assert made.env.counts.reconnects == 0
        assert set(bourse.close_codes) == {1000}

    rules = msgspec.structs.replace(RULES, lifetime_s=0.5)
    on_one_venue(run, scenario, rules=rules)


@LOOPS
def test_a_notice_of_the_venue_brings_up_a_successor(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made))
        bourse.clients[0].send({"e": "serverShutdown", "E": 1})
        await until(lambda: made.env.counts.replacements == {"closing": 1})
        await until(lambda: right(bourse, engine))
        assert events_without_a_hole(engine)

    on_one_venue(run, scenario)


@LOOPS
def test_a_successor_that_brings_nothing_does_not_take_over(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made))
        first = bourse.clients[0]

        def deaf(_: Any) -> Any:
            return None

        bourse.answer = deaf
        first.send({"e": "serverShutdown", "E": 1})
        await until(lambda: made.env.counts.replacements_failed >= 1)
        assert bourse.clients == [first]
        await until(lambda: right(bourse, engine))
        assert events_without_a_hole(engine)

    on_one_venue(run, scenario)


@LOOPS
def test_the_kick_of_one_of_two_sockets_is_invisible(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made))
        await until_both_bring(bourse)
        engine.subscribe(EventKind.STATE)
        bourse.clients[0].kick()
        await until(lambda: made.env.counts.reconnects == 1)
        await until_both_bring(bourse)
        await until(lambda: right(bourse, engine))
        assert list(engine.drain()) == []

    on_one_venue(run, scenario, redundancy=2)


@LOOPS
def test_connections_keep_to_the_venues_rate(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: made.env.counts.connects == 2)
        begun_ns = made.env.clock.monotonic_ns()
        await until(lambda: made.env.counts.connects == 3)
        assert made.env.clock.monotonic_ns() - begun_ns > 200_000_000

    rules = msgspec.structs.replace(RULES, connects=Window(2, 0.5))
    on_one_venue(run, scenario, rules=rules, instruments_max=1)


@LOOPS
def test_who_does_not_answer_the_goodbye_is_cut_at_the_deadline(run: Run) -> None:
    async def whole() -> None:
        bourse, engine = Bourse(*PAIRS), Engine()
        async with serving(bourse):
            settings = msgspec.structs.replace(QUICK, stop_deadline_s=0.2)
            made = driver(bourse, engine, PAIRS, settings=settings)
            task = asyncio.create_task(made.run())
            await until(lambda: all_live(made))
            bourse.clients[0].is_frozen = True
            made.stop()
            async with asyncio.timeout(10):
                await task
            await until(lambda: not bourse.clients)
            assert bourse.close_codes == [1000]
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(whole())


@LOOPS
def test_a_fault_in_one_lane_is_counted_and_survived(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def whole() -> None:
        bourse, engine = Bourse(*PAIRS), Engine()
        faults = iter([RuntimeError("a bug")])
        go_on = Lane._go_on

        async def failing(self: Lane) -> None:
            for fault in faults:
                raise fault
            await go_on(self)

        monkeypatch.setattr(Lane, "_go_on", failing)
        async with serving(bourse):
            made = driver(bourse, engine, PAIRS)
            async with running(made.run(), bourse.trade()):
                await until(lambda: all_live(made) and right(bourse, engine))
        assert made.env.counts.faults == 1

    run(whole())
