"""One seed's trial: random faults, books that are right or say that they are not, and recovery."""

import asyncio
from random import Random
from typing import Final

import msgspec

from crossbook.services.trials.check import Wrong
from crossbook.services.trials.stage import Stage, staged
from crossbook.sim.chaos.lottery import draw_plan
from crossbook.sim.chaos.plan import AnyFault, Plan
from crossbook.sim.config import WORLD_VENUES
from crossbook.sim.world import World

SPAN_S: Final = 3.0
"""How long things go wrong."""
LOOK_EVERY_S: Final = 0.1
OPEN_S: Final = 20.0
"""All books are live for the first time within this."""
HEAL_S: Final = 15.0
"""All books are live again within this, when the faults are over."""
AFTER_S: Final = 0.3
"""How long books are looked at when all is well again."""
_WRONG_MAX: Final = 20


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What a seed tries."""

    seed: int
    venues: tuple[str, ...]
    redundancy: int

    @classmethod
    def of(cls, seed: int) -> "Setting":
        """Return what a seed tries: two to four venues, one or two sockets for each feed."""
        random = Random(seed)
        wanted = set(random.sample(WORLD_VENUES, random.randint(2, 4)))
        venues = tuple(venue for venue in WORLD_VENUES if venue in wanted)
        return cls(seed=seed, venues=venues, redundancy=random.randint(1, 2))


class Outcome(msgspec.Struct, kw_only=True):
    """What came of it."""

    setting: Setting
    plan: Plan = Plan()
    checks: int = 0
    """Live books that were compared with the truth, each time."""
    lost: int = 0
    """Books that said they cannot be trusted, each time."""
    wrong: list[Wrong] = []
    heal_s: float | None = None
    """From the end of the last fault until all books were live; `None`: they were not, in time."""
    problems: list[str] = []
    """What else was not as it must be."""

    @property
    def is_good(self) -> bool:
        """Whether nothing was wrong, and all healed."""
        return not self.wrong and not self.problems

    @property
    def kinds(self) -> list[str]:
        """The kinds of the faults, in the order in which they end."""
        return [str(each.__struct_config__.tag) for each in sorted(self.plan.faults, key=_end_s)]


async def run(setting: Setting) -> Outcome:
    """Try one seed."""
    outcome = Outcome(setting=setting)
    async with staged(setting.seed, setting.venues, redundancy=setting.redundancy) as stage:
        outcome.plan = _plan(setting.seed, stage.sim.world)
        try:
            await stage.all_live(OPEN_S)
        except TimeoutError:
            outcome.problems.append(f"not live at the start: {stage.lost()[:5]}")
        else:
            await _try(stage, outcome)
        outcome.checks, outcome.lost = stage.check.checks, stage.check.lost
        outcome.wrong = stage.check.wrong[:_WRONG_MAX]
        for name in ("faults", "restarts"):
            if count := stage.total(name):
                outcome.problems.append(f"{count} {name} of our own")
    return outcome


async def _try(stage: Stage, outcome: Outcome) -> None:
    looking = asyncio.create_task(_look_for_ever(stage))
    try:
        for fault in outcome.plan.faults:
            stage.sim.add_fault(fault)
        await asyncio.sleep(max(map(_end_s, outcome.plan.faults)))
        stage.sim.clear_faults()
        outcome.heal_s = round(await stage.all_live(HEAL_S), 3)
        await asyncio.sleep(AFTER_S)
        await stage.at_rest(HEAL_S)
    except TimeoutError:
        what = "not live again" if outcome.heal_s is None else "not right at rest"
        outcome.problems.append(f"{what}: {(stage.lost() or stage.check.different())[:5]}")
    finally:
        looking.cancel()
        await asyncio.wait([looking])
    if not looking.cancelled():
        looking.result()


def _plan(seed: int, world: World) -> Plan:
    """Return two plans at once: faults fall on venues that are at odds with others already."""
    drawn = (draw_plan(each, world, SPAN_S) for each in (2 * seed, 2 * seed + 1))
    return Plan(faults=tuple(fault for plan in drawn for fault in plan.faults))


def _end_s(fault: AnyFault) -> float:
    return fault.begin_s + (fault.duration_s or 0.0)


async def _look_for_ever(stage: Stage) -> None:
    while True:
        stage.check.look()
        await asyncio.sleep(LOOK_EVERY_S)
