"""What all budgets have in common, and processes that draw on one that they share."""

import json
import subprocess
import sys
from collections.abc import Callable

from hypothesis import strategies as st

from crossbook.clock import ManualClock
from crossbook.live.rest.budget import Budget, LocalBudget, Taken, Wait
from crossbook.live.rest.priority import Priority
from crossbook.venues.requests import Group, Usage, Window

GROUPS = (Group("public", (Window(10, 0.3), Window(25, 2.0))), Group("orders", (Window(5, 1.0),)))
START_NS = 10**15

TAKER = """
import asyncio, json, sys, time
from pathlib import Path
from crossbook.clock import SystemClock
from crossbook.live.rest.budget import Taken
from crossbook.live.rest.opening import open_budget
from crossbook.live.rest.priority import Priority
from crossbook.venues.requests import Group, Window

async def main(url, wanted, hold):
    groups = [Group("public", (Window(20, 0.25),))]
    budget = open_budget(url, "fake", groups, Path(), SystemClock())
    times = []
    while len(times) < wanted:
        taken = await budget.take("public", 1, Priority.CANCEL, hold or 30.0)
        if isinstance(taken, Taken):
            times.append(time.monotonic())
            if hold:
                print("held", flush=True)
                time.sleep(60)
            await budget.end(taken)
        else:
            await asyncio.sleep(taken.wait_s)
    await budget.close()
    print(json.dumps(times))

asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
"""


def taker(url: str, wanted: int, hold_s: float = 0.0) -> subprocess.Popen[str]:
    """Start a process that takes so many units, or takes one and holds it until it is killed."""
    return subprocess.Popen(
        [sys.executable, "-c", TAKER, url, str(wanted), str(hold_s)],
        stdout=subprocess.PIPE,
        text=True,
    )


def take_together(url: str) -> None:
    """Let three processes take as fast as they may, and count what each window saw."""
    processes = [taker(url, 25) for _ in range(3)]
    times: list[float] = []
    for process in processes:
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        times += json.loads(output)
    assert len(times) == 75
    for begin in times:
        assert sum(begin <= at < begin + 0.25 for at in times) <= 20


async def used(budget: Budget) -> int:
    """Return the units in use in all windows."""
    return sum(use.used for use in await budget.use())


class Machine:
    """A clock whose monotonic time is not counted from its own start."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock

    def now_ns(self) -> int:
        return self._clock.now_ns()

    def monotonic_ns(self) -> int:
        return self._clock.now_ns()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["take", "take", "take", "end", "observe", "pause"]),
        st.integers(0, 400),
        st.integers(1, 4),
        st.sampled_from(Priority),
    ),
    max_size=25,
)
Steps = list[tuple[str, int, int, Priority]]


async def compare(shared: Budget, steps: Steps, advance: Callable[[int], None]) -> None:
    """Ask a budget and one in memory the same, and compare what they say."""
    clock = ManualClock(START_NS)
    local = LocalBudget(GROUPS, Machine(clock))
    held: list[tuple[Taken, Taken]] = []
    for what, gap_ms, weight, priority in steps:
        clock.advance(gap_ms * 1_000_000)
        advance(gap_ms * 1_000_000)
        if what == "take":
            one = await shared.take("public", weight, priority, 3_000.0)
            other = await local.take("public", weight, priority, 3_000.0)
            assert type(one) is type(other)
            if isinstance(one, Taken) and isinstance(other, Taken):
                held.append((one, other))
            elif isinstance(one, Wait) and isinstance(other, Wait):
                assert 0 < one.wait_s <= 0.5
        elif what == "end" and held:
            one, other = held.pop(0)
            await shared.end(one)
            await local.end(other)
        for budget in (shared, local):
            if what == "observe":
                said = [Usage("public", weight * 3, 0.3), Usage("strange", 9, 0.3)]
                await budget.observe(said)
            elif what == "pause":
                await budget.pause("public", weight / 10)
    assert await shared.use() == await local.use()
