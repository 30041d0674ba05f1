"""Processes that share a file never use more together than one may alone."""

import asyncio
import json
import signal
import sqlite3
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossbook.clock import ManualClock, SystemClock
from crossbook.errors import ConfigError
from crossbook.live.rest.budget import LocalBudget, Taken, Use, Wait
from crossbook.live.rest.priority import Priority
from crossbook.live.rest.shared import FileBudget
from crossbook.venues.requests import Group, Usage, Window

GROUPS = (Group("public", (Window(10, 0.3), Window(25, 2.0))), Group("orders", (Window(5, 1.0),)))
START_NS = 10**15
NUMBERS = count()

TAKER = """
import asyncio, json, sys, time
from pathlib import Path
from crossbook.clock import SystemClock
from crossbook.live.rest.budget import Taken
from crossbook.live.rest.priority import Priority
from crossbook.live.rest.shared import FileBudget
from crossbook.venues.requests import Group, Window

async def main(file, wanted, hold):
    budget = FileBudget(Path(file), "fake", [Group("public", (Window(20, 0.25),))], SystemClock())
    times = []
    while len(times) < wanted:
        taken = await budget.take("public", 1, Priority.CANCEL, 30.0)
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

asyncio.run(main(sys.argv[1], int(sys.argv[2]), len(sys.argv) > 3))
"""


def taker(file: Path, wanted: int, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", TAKER, str(file), str(wanted), *more],
        stdout=subprocess.PIPE,
        text=True,
    )


def test_processes_together_stay_within_the_budget(tmp_path: Path) -> None:
    processes = [taker(tmp_path / "new" / "budgets", 25) for _ in range(3)]
    times: list[float] = []
    for process in processes:
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        times += json.loads(output)
    assert len(times) == 75
    for begin in times:
        assert sum(begin <= at < begin + 0.25 for at in times) <= 20


def test_a_killed_process_gives_its_units_back_when_its_hold_is_over(tmp_path: Path) -> None:
    file = tmp_path / "budgets"
    process = taker(file, 1, "hold")
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    clock = ManualClock(SystemClock().monotonic_ns())
    budget = FileBudget(file, "fake", [Group("public", (Window(20, 0.25),))], Machine(clock))

    async def run() -> None:
        assert await used(budget) == 1
        clock.advance(31 * 10**9)
        assert await used(budget) == 0
        await budget.close()

    asyncio.run(run())


async def used(budget: FileBudget) -> int:
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


@settings(max_examples=30)
@given(STEPS)
def test_it_decides_as_a_budget_in_memory_does(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int, Priority]]
) -> None:
    file = tmp_path_factory.getbasetemp() / "budgets"
    clock = ManualClock(START_NS)
    shared = FileBudget(file, f"fake {next(NUMBERS)}", GROUPS, Machine(clock))
    local = LocalBudget(GROUPS, Machine(clock))

    async def run() -> None:
        held: list[tuple[Taken, Taken]] = []
        for what, gap_ms, weight, priority in steps:
            clock.advance(gap_ms * 1_000_000)
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
            elif what == "observe":
                await shared.observe([Usage("public", weight * 3, 0.3), Usage("strange", 9, 0.3)])
                await local.observe([Usage("public", weight * 3, 0.3), Usage("strange", 9, 0.3)])
            elif what == "pause":
                await shared.pause("public", weight / 10)
                await local.pause("public", weight / 10)
        assert await shared.use() == await local.use()
        await shared.close()

    asyncio.run(run())


def test_a_pause_holds_in_every_process_and_for_one_venue_alone(tmp_path: Path) -> None:
    clock = SystemClock()
    mine, theirs = (FileBudget(tmp_path / "b", "fake", GROUPS, clock) for _ in range(2))
    other = FileBudget(tmp_path / "b", "else", GROUPS, clock)

    async def run() -> None:
        await mine.pause("", 60.0)
        assert isinstance(await theirs.take("public", 1, Priority.CANCEL, 1.0), Wait)
        assert isinstance(await theirs.take("orders", 1, Priority.CANCEL, 1.0), Wait)
        assert isinstance(await other.take("public", 1, Priority.CANCEL, 1.0), Taken)
        for budget in (mine, theirs, other):
            await budget.close()

    asyncio.run(run())


def test_a_file_that_is_held_up_means_wait_and_a_pause_is_kept_meanwhile(tmp_path: Path) -> None:
    budget = FileBudget(tmp_path / "b", "fake", GROUPS, SystemClock())

    async def run() -> None:
        taken = await budget.take("public", 1, Priority.DATA, 5.0)
        assert isinstance(taken, Taken)
        blocker = sqlite3.connect(tmp_path / "b", isolation_level=None)
        blocker.execute("BEGIN EXCLUSIVE")
        assert await budget.take("public", 1, Priority.DATA, 5.0) == Wait(0.25)
        assert await budget.use() == []
        await budget.end(taken)
        await budget.pause("public", 60.0)
        blocker.execute("ROLLBACK")
        blocker.close()
        assert isinstance(await budget.take("public", 1, Priority.DATA, 5.0), Wait)
        assert await budget.use() == [
            Use("public", 0.3, 1, 10),
            Use("public", 2.0, 1, 25),
            Use("orders", 1.0, 0, 5),
        ]
        await budget.close()

    asyncio.run(run())


def test_a_file_that_is_no_budget_is_named(tmp_path: Path) -> None:
    file = tmp_path / "b"
    file.write_text("this is a diary, " * 100)
    budget = FileBudget(file, "fake", GROUPS, SystemClock())
    folder = FileBudget(tmp_path, "fake", GROUPS, SystemClock())

    async def run() -> None:
        for each in (budget, folder):
            with pytest.raises(ConfigError, match="no budget"):
                await each.take("public", 1, Priority.DATA, 1.0)
            await each.close()

    asyncio.run(run())


def test_what_cannot_be_asked_for_is_an_error(tmp_path: Path) -> None:
    budget = FileBudget(tmp_path / "b", "fake", GROUPS, SystemClock())

    async def run() -> None:
        with pytest.raises(ValueError, match="no budget 'x'"):
            await budget.take("x", 1, Priority.DATA, 1.0)
        with pytest.raises(ValueError, match="weight 11 is more than 10"):
            await budget.take("public", 11, Priority.DATA, 1.0)
        await budget.close()

    asyncio.run(run())


def test_what_nobody_asks_for_any_more_is_dropped(tmp_path: Path) -> None:
    clock = ManualClock(START_NS)

    def budget(key: str) -> FileBudget:
        return FileBudget(tmp_path / "b", key, GROUPS, Machine(clock))

    async def run() -> None:
        old = budget("old")
        await old.take("public", 1, Priority.DATA, 1.0)
        await old.pause("public", 5.0)
        await old.close()
        clock.advance(3 * 86_400 * 10**9)
        new = budget("new")
        await new.use()
        await new.close()

    asyncio.run(run())
    file = sqlite3.connect(tmp_path / "b")
    assert file.execute("SELECT count(*) FROM used").fetchone() == (0,)
    assert file.execute("SELECT count(*) FROM paused").fetchone() == (0,)
    file.close()
