"""`python -m crossbook.services.trials.soak`: sockets that roll, freeze and die, for long."""

import asyncio
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Final

import click
import uvloop

from crossbook.services.trials.memory import GROWTH_MAX, growth
from crossbook.services.trials.stage import Stage, staged
from crossbook.services.trials.witness import Witness, witnessing
from crossbook.sim.chaos.plan import Disconnect, Drop, Freeze, Lifetime

_EVERY_S: Final = 0.5
"""How often something goes wrong."""
_LOOK_EVERY_S: Final = 0.2
_SAMPLE_EVERY_S: Final = 1.0
_LINES: Final = 12
_HEAL_S: Final = 15.0
_NUMBERED: Final = frozenset({"binance", "coinbase", "mexc", "gateio", "bybit", "okx", "kalshi"})
"""Where a client can tell that a frame is missing."""
_SAMPLES_MIN: Final = 30
_OPEN_S: Final = 30.0
_AUDIT_EVERY_S: Final = 5.0
"""An audit of Binance costs a hundredth of its budget for a minute, which bases need."""
_MIB: Final = 1 << 20
_COUNTS: Final = (
    "connects",
    "reconnects",
    "replacements",
    "replacements_failed",
    "frozen",
    "silent",
    "resyncs",
    "audits",
    "audit_mismatches",
)


class Soak:
    """Ends sockets in all ways, and looks at books and memory meanwhile.

    Args:
        stage: venues and feed.
        witness: a second feed to the same venues, alone in its process: its memory is measured.
        random: what happens next, and to whom.

    Attributes:
        done: what was done, and how often.
        samples: the witness's resident memory, once a second.
    """

    def __init__(self, stage: Stage, witness: Witness, random: Random) -> None:
        self._stage = stage
        self._witness = witness
        self._random = random
        self.done: Counter[str] = Counter()
        self.samples: list[int] = []

    async def run(self, seconds: float) -> None:
        """Go on for some time."""
        deadline_s = time.monotonic() + seconds
        tasks = [
            asyncio.create_task(self._for_ever(self._strike, _EVERY_S)),
            asyncio.create_task(self._for_ever(self._look, _LOOK_EVERY_S)),
            asyncio.create_task(self._for_ever(self._sample, _SAMPLE_EVERY_S)),
        ]
        next_line_s = time.monotonic()
        try:
            while (now_s := time.monotonic()) < deadline_s and not any(t.done() for t in tasks):
                if now_s >= next_line_s and self.samples:
                    next_line_s = now_s + seconds / _LINES
                    self._print(seconds - (deadline_s - now_s))
                await asyncio.sleep(0.1)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.result()

    def _print(self, elapsed_s: float) -> None:
        check = self._stage.check
        click.echo(
            f"{elapsed_s:8.1f} s  {self.samples[-1] / _MIB:7.1f} MiB  {check.checks:>9} checks"
            f"  {check.lost:>6} not live  {len(check.wrong):>3} wrong"
            f"  {self._stage.total('connects'):>6} connects"
        )
        for lost in self._stage.lost():
            click.echo(f"            {lost}")

    async def _for_ever(self, act: Callable[[], object], every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s)
            act()

    def _look(self) -> None:
        self._stage.check.look()

    def _sample(self) -> None:
        self.samples.append(self._witness.resident_bytes())

    def _strike(self) -> None:
        """Do something to one venue's sockets."""
        sim, random = self._stage.sim, self._random
        venue = random.choice(list(sim.houses))
        kinds = ["roll", "freeze", "kill", "retire"]
        kind = random.choice([*kinds, "drop"] if venue in _NUMBERED else kinds)
        self.done[kind] += 1
        share = random.choice((0.5, 1.0))
        match kind:
            case "roll":
                for lane in self._stage.feed.venues[venue].driver.lanes:
                    lane.replace("lifetime")
            case "freeze":
                seconds = random.uniform(0.5, 2.0)
                sim.add_fault(Freeze(venue=venue, duration_s=seconds, share=share, ends="cut"))
            case "kill":
                code = random.choice((0, 1001, 1012))
                sim.add_fault(Disconnect(venue=venue, code=code, share=share))
            case "retire":
                sim.add_fault(Lifetime(venue=venue, age_s=0.5, duration_s=0.1))
            case _:
                sim.add_fault(Drop(venue=venue, duration_s=0.5, share=0.1))


async def soak(seconds: float, seed: int) -> bool:
    """Soak all venues for some time, print what happened, and return whether all was well."""
    async with staged(seed, redundancy=2, audit_every_s=_AUDIT_EVERY_S) as stage:
        await stage.all_live(_OPEN_S)
        settings = stage.feed.settings
        with tempfile.TemporaryDirectory() as folder:
            async with witnessing(settings, Path(folder)) as witness:
                work = Soak(stage, witness, Random(seed))
                await work.run(seconds)
                stage.sim.clear_faults()
                try:
                    heal_s = await stage.all_live(_HEAL_S)
                    await stage.at_rest(_HEAL_S)
                except TimeoutError:
                    lost = stage.lost() or stage.check.different()
                    click.echo(f"FAILED not healed: {lost[:5]}")
                    return False
        is_good = _report(stage, work, heal_s)
        click.echo(f"the witness's books at its end: {witness.summary.get('books')}")
        return is_good


def _report(stage: Stage, work: Soak, heal_s: float) -> bool:
    check, samples = stage.check, work.samples
    takeovers = sum(book.counts()["takeovers"] for book in stage.feed.engine)
    done = ", ".join(f"{name} {count}" for name, count in sorted(work.done.items()))
    counts = ", ".join(f"{name} {stage.total(name)}" for name in _COUNTS)
    click.echo(f"done: {done}")
    click.echo(f"seen: {counts}, takeovers {takeovers}")
    click.echo(
        f"{check.checks} checks of live books, {check.lost} of books that said they were not,"
        f" {len(check.wrong)} wrong; all live and right {heal_s:.2f} s after the end"
    )
    for wrong in check.wrong[:10]:
        click.echo(f"WRONG {wrong.instrument}: {wrong.why}")
    faults = stage.total("faults") + stage.total("restarts")
    if faults:
        click.echo(f"FAILED {faults} faults of our own")
    return not check.wrong and not faults and _is_flat(samples)


def _is_flat(samples: list[int]) -> bool:
    if len(samples) < _SAMPLES_MIN:
        click.echo(f"memory: {len(samples)} samples tell nothing; soak for longer")
        return True
    grown = growth(samples)
    click.echo(
        f"memory: {samples[0] / _MIB:.1f} MiB at the start, {samples[-1] / _MIB:.1f} MiB at the"
        f" end; the last third is {grown:+.2%} of the middle one (at most {GROWTH_MAX:+.0%})"
    )
    return grown <= GROWTH_MAX


@click.command()
@click.option("--seconds", type=click.FloatRange(min=1), default=60.0, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
def main(*, seconds: float, seed: int) -> None:
    """Roll, freeze and end sockets to nine venues; books stay right and memory flat."""
    logging.basicConfig(level=logging.ERROR)
    sys.exit(0 if uvloop.run(soak(seconds, seed)) else 1)


if __name__ == "__main__":
    main()
