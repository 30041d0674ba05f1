import asyncio
from collections.abc import Callable

import msgspec
import pytest
import uvloop

from crossbook.model.events import EventKind
from crossbook.sim.chaos.plan import (
    AnyFault,
    Corrupt,
    Delay,
    Disconnect,
    Drop,
    Duplicate,
    Freeze,
    Html,
    Lifetime,
    Maintenance,
    Redirect,
    Reorder,
    SlowRest,
    StaleSnapshot,
    Storm,
    TickChange,
    Trickle,
    WrongChecksum,
)
from crossbook.sim.config import WORLD_VENUES
from tests.sim.live.rig import LOOSE, rigged, until

Run = Callable[..., None]

UNNUMBERED = {"kraken", "coinbase", "polymarket", "kalshi"}


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("name", WORLD_VENUES)
def test_every_book_is_live_and_right(name: str, run: Run) -> None:
    async def scenario() -> None:
        async with rigged([name]) as rig:
            await rig.settled()
            counts = rig.drivers[name].env.counts
            assert (counts.faults, counts.restarts, counts.resyncs) == (0, 0, 0)

    run(scenario())


@pytest.mark.slow
@pytest.mark.parametrize("name", WORLD_VENUES)
def test_a_roll_is_seen_by_nobody(name: str) -> None:
    async def scenario() -> None:
        async with rigged([name]) as rig:
            await rig.settled()
            rig.engine.subscribe(EventKind.STATE)
            for lane in rig.drivers[name].lanes:
                lane.replace("lifetime")
            counts = rig.drivers[name].env.counts
            await until(lambda: counts.replacements.get("lifetime") == 1)
            await rig.settled()
            assert list(rig.engine.drain()) == []
            assert counts.reconnects == counts.replacements_failed == 0

    uvloop.run(scenario())


@pytest.mark.slow
@pytest.mark.parametrize("name", WORLD_VENUES)
def test_one_of_two_sockets_may_freeze_or_fall(name: str) -> None:
    async def scenario() -> None:
        async with rigged([name], redundancy=2) as rig:
            house, counts = rig.sim.houses[name], rig.drivers[name].env.counts
            await rig.settled()
            await until(lambda: len(house.connections) == 2)
            await rig.settled()
            rig.engine.subscribe(EventKind.STATE)
            first = rig.drivers[name].lanes[0].current
            assert first is not None
            first.abort()
            await until(lambda: counts.reconnects == 1 and len(house.connections) == 2)
            await rig.settled()
            assert list(rig.engine.drain()) == []

    uvloop.run(scenario())


SHORT = 0.6
FAULTS: list[AnyFault] = [
    Disconnect(duration_s=SHORT),
    Disconnect(duration_s=0.0, code=1012),
    Maintenance(duration_s=SHORT, notice_s=0.2),
    Drop(duration_s=SHORT, share=0.2),
    Duplicate(duration_s=SHORT, share=0.3),
    Reorder(duration_s=SHORT, share=0.2),
    Delay(duration_s=SHORT, delay_s=0.2, share=0.3),
    Corrupt(duration_s=SHORT, share=0.3, mode="cut"),
    WrongChecksum(duration_s=SHORT),
    Trickle(duration_s=SHORT, every_s=0.1),
    Lifetime(duration_s=SHORT, age_s=0.2),
    Freeze(duration_s=3.0),
    StaleSnapshot(duration_s=SHORT),
    SlowRest(duration_s=SHORT, delay_s=0.3),
    Storm(duration_s=SHORT, strikes="all"),
    TickChange(duration_s=SHORT),
    Html(duration_s=SHORT),
    Redirect(duration_s=SHORT),
]


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_all_books_are_right_again_when_a_fault_is_over(fault: AnyFault) -> None:
    """The liveness of what the state machine's tests prove safe: no fault leaves a scar."""
    settings = msgspec.structs.replace(LOOSE, pulse_floor_s=1.5)

    async def scenario() -> None:
        async with rigged(WORLD_VENUES, settings=settings) as rig:
            await rig.settled()
            rig.sim.add_fault(fault)
            # REST matters only to who needs it: every socket starts anew while it fails.
            if isinstance(fault, StaleSnapshot | SlowRest | Storm | Html | Redirect):
                for driver in rig.drivers.values():
                    for lane in driver.lanes:
                        if lane.current is not None:
                            lane.current.abort()
            await asyncio.sleep(fault.duration_s or 0.0)  # The fault's own time.
            rig.sim.clear_faults()
            await rig.settled()
            for name, driver in rig.drivers.items():
                assert (driver.env.counts.faults, driver.env.counts.restarts) == (0, 0), name

    uvloop.run(scenario())


@pytest.mark.slow
def test_one_venues_trouble_is_no_other_venues() -> None:
    async def scenario() -> None:
        async with rigged(["binance", "kraken", "polymarket"]) as rig:
            await rig.settled()
            rig.engine.subscribe(EventKind.STATE)
            rig.sim.add_fault(Storm(venue="kraken", strikes="all", status=503))
            rig.sim.add_fault(Disconnect(venue="kraken"))
            kraken = rig.drivers["kraken"].env.counts
            await until(lambda: kraken.connect_failures.get("status 503", 0) >= 2)
            numbers = {event.instrument for event in rig.engine.drain()}
            assert {rig.engine.instrument(n).venue for n in numbers if n is not None} == {"kraken"}
            rig.sim.clear_faults()
            await rig.settled()

    uvloop.run(scenario())


@pytest.mark.slow
def test_audits_agree_with_all_venues() -> None:
    async def scenario() -> None:
        async with rigged(WORLD_VENUES) as rig:
            await rig.settled()
            for name, driver in rig.drivers.items():
                verdicts = [
                    await driver.audit.look_at(watch) for watch in list(driver.watches.values())
                ]
                # An answer may be older than what came since: then nothing can be told.
                assert False not in verdicts, name
                assert True in verdicts, name
                counts, latency = driver.env.counts, driver.env.latency
                assert counts.audit_mismatches == 0
                assert latency.receive_to_book.count > 0
                if name != "kalshi":  # It tells nobody its time.
                    assert driver.env.offset.count > 0
                    assert abs(driver.env.offset.least_ns) < 1_000_000_000

    uvloop.run(scenario())


@pytest.mark.slow
@pytest.mark.parametrize("name", WORLD_VENUES)
def test_the_freeze_of_one_of_two_sockets_is_invisible_and_counted(name: str) -> None:
    async def scenario() -> None:
        async with rigged([name], redundancy=2) as rig:
            house, driver = rig.sim.houses[name], rig.drivers[name]
            await rig.settled()
            await until(lambda: len(house.connections) == 2)
            await rig.settled()
            rig.engine.subscribe(EventKind.STATE)
            frozen = driver.lanes[0].current
            assert frozen is not None
            # What comes over it is lost from now on, and the socket seems well.
            frozen.listener._take_usual = lambda: lambda _message, _ts_ns: 0  # type: ignore[method-assign] # a fault
            frozen.listener.use(None)
            await until(lambda: driver.env.counts.frozen == 1 and frozen.over.is_set())
            await until(lambda: len(house.connections) == 2)
            await rig.settled()
            assert list(rig.engine.drain()) == []

    uvloop.run(scenario())
