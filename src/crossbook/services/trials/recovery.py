"""`python -m crossbook.services.trials.recovery`: seconds from the end of a fault to `live`."""

import asyncio
import logging
import sys
from typing import Final

import click
import uvloop

from crossbook.config import RestConfig
from crossbook.live.settings import LiveSettings
from crossbook.services.trials.stage import FAST, FAST_REST, Stage, staged
from crossbook.sim.chaos.plan import (
    AnyFault,
    Corrupt,
    Delay,
    Disconnect,
    Drop,
    Duplicate,
    Freeze,
    Halt,
    Html,
    Lifetime,
    Maintenance,
    Reorder,
    SlowRest,
    Storm,
    TickChange,
    Trickle,
    WrongChecksum,
)

VENUES: Final = ("binance", "kraken", "bybit", "polymarket")
"""One whose base comes by REST, one with checksums, one with ids, one with hashes."""
HEAL_S: Final = 60.0
_SHORT_S: Final = 0.5
_FAULTS: Final[tuple[AnyFault, ...]] = (
    Disconnect(duration_s=0.0),
    Disconnect(duration_s=_SHORT_S, code=1012),
    Maintenance(duration_s=_SHORT_S, notice_s=0.2),
    Lifetime(duration_s=_SHORT_S, age_s=0.2),
    Freeze(duration_s=_SHORT_S, ends="cut"),
    Trickle(duration_s=_SHORT_S, every_s=0.1),
    Drop(duration_s=_SHORT_S, share=0.2),
    Duplicate(duration_s=_SHORT_S, share=0.3),
    Reorder(duration_s=_SHORT_S, share=0.2),
    Delay(duration_s=_SHORT_S, share=0.3, delay_s=0.2),
    Corrupt(duration_s=_SHORT_S, share=0.2, mode="cut"),
    WrongChecksum(duration_s=_SHORT_S),
    Storm(duration_s=_SHORT_S, strikes="all"),
    Html(duration_s=_SHORT_S),
    SlowRest(duration_s=_SHORT_S, delay_s=0.3),
    Halt(duration_s=_SHORT_S),
    TickChange(duration_s=_SHORT_S),
)


async def recover(fault: AnyFault, live: LiveSettings, rest: RestConfig) -> dict[str, float | None]:
    """Return the seconds that each venue's books took to be live again; `None`: too many.

    Args:
        fault: strikes every venue, when their sockets are as old as they get in a day.
        live: how connections behave.
        rest: how REST is asked.
    """
    async with staged(1, VENUES, live=live, rest=rest, audit_every_s=None) as stage:
        await stage.all_live(HEAL_S)
        await asyncio.sleep(live.settled_after_s + 0.5)
        stage.sim.add_fault(fault)
        await asyncio.sleep(fault.duration_s or 0.0)
        stage.sim.clear_faults()
        # What a fault did to a socket has to arrive first.
        await asyncio.sleep(live.tick_s)
        return await _healed(stage, live.tick_s)


async def _healed(stage: Stage, since_s: float) -> dict[str, float | None]:
    loop = asyncio.get_running_loop()
    begun_s = loop.time() - since_s
    last: dict[str, float | None] = dict.fromkeys(VENUES, 0.0)
    # A book may leave `live` when what was wrong comes to light: look for a while.
    lost: set[str] = set()
    while (age_s := loop.time() - begun_s) < HEAL_S:
        lost = {name.partition(":")[0].rpartition(".")[2].lower() for name in stage.lost()}
        for venue in lost:
            last[venue] = age_s
        if not lost and age_s > 1.5:
            break
        await asyncio.sleep(0.01)
    return last if age_s < HEAL_S else {**last, **dict.fromkeys(lost)}


async def _all(live: LiveSettings, rest: RestConfig) -> bool:
    gate = asyncio.Semaphore(6)

    async def one(fault: AnyFault) -> dict[str, float | None]:
        async with gate:
            return await recover(fault, live, rest)

    click.echo(f"{'fault':<28}" + "".join(f"{venue:>12}" for venue in VENUES))
    found = await asyncio.gather(*map(one, _FAULTS))
    for fault, seconds in zip(_FAULTS, found, strict=True):
        name = f"{fault.__struct_config__.tag} for {fault.duration_s} s"
        cells = ("never" if s is None else f"{s:.2f} s" for s in seconds.values())
        click.echo(f"{name:<28}" + "".join(f"{cell:>12}" for cell in cells))
    return all(s is not None for seconds in found for s in seconds.values())


@click.command()
@click.option("--fast", "is_fast", is_flag=True, help="With the short waits of `make sim`.")
def main(*, is_fast: bool) -> None:
    """Let every kind of fault strike for half a second, and time how long books take to be live."""
    logging.basicConfig(level=logging.ERROR)
    live, rest = (FAST, FAST_REST) if is_fast else (LiveSettings(), RestConfig())
    sys.exit(0 if uvloop.run(_all(live, rest)) else 1)


if __name__ == "__main__":
    main()
