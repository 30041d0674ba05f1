"""What strikes markets and venues, at each venue's own desk, with crossbook as the client."""

import asyncio

import pytest

from crossbook.sim.chaos.plan import (
    AnyFault,
    ClockSkew,
    Halt,
    Lifetime,
    Maintenance,
    NewMarket,
    Resolve,
    TickChange,
)
from crossbook.sim.config import WORLD_VENUES
from tests.sim.live.rig import rigged, until

pytestmark = pytest.mark.slow

BLOWS: dict[str, tuple[AnyFault, ...]] = {
    "halts": (Halt(share=0.5, duration_s=0.2), Halt(duration_s=0.1, begin_s=0.3)),
    "ticks": (TickChange(factor=10, duration_s=0.3),),
    "markets": (NewMarket(), Resolve(share=0.5, begin_s=0.1)),
    "clock": (ClockSkew(skew_s=-20, duration_s=0.2),),
    "maintenance": (Maintenance(notice_s=0.1, duration_s=0.4), Lifetime(duration_s=0.2)),
}


@pytest.mark.parametrize("blow", BLOWS)
@pytest.mark.parametrize("venue", WORLD_VENUES)
def test_a_desk_takes_every_blow_and_its_clients_recover(venue: str, blow: str) -> None:
    async def run() -> None:
        async with rigged([venue]) as rig:
            await until(lambda: not rig.not_live())
            house = rig.sim.houses[venue]
            for fault in BLOWS[blow]:
                if not (isinstance(fault, TickChange) and venue == "kalshi"):
                    rig.sim.add_fault(fault)
            await until(lambda: not house.calendar.standing)
            if blow != "markets":
                await rig.settled()
            assert house.errors == []
            assert house.tally.cut == 0

    asyncio.run(run())
