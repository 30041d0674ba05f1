"""Processes that share a file never use more together than one may alone."""

import asyncio
import signal
import sqlite3
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings

from crossbook.clock import ManualClock, SystemClock
from crossbook.errors import ConfigError
from crossbook.live.rest.budget import Taken, Use, Wait
from crossbook.live.rest.priority import Priority
from crossbook.live.rest.shared import FileBudget
from crossbook.venues.requests import Group, Window
from tests.unit.live.rest.sharing import (
    GROUPS,
    START_NS,
    STEPS,
    Machine,
    Steps,
    compare,
    take_together,
    taker,
    used,
)

NUMBERS = count()


def test_processes_together_stay_within_the_budget(tmp_path: Path) -> None:
    take_together(f"file://{tmp_path / 'new' / 'budgets'}")


def test_a_killed_process_gives_its_units_back_when_its_hold_is_over(tmp_path: Path) -> None:
    file = tmp_path / "budgets"
    process = taker(f"file://{file}", 1, hold_s=30.0)
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


@settings(max_examples=30)
@given(STEPS)
def test_it_decides_as_a_budget_in_memory_does(
    tmp_path_factory: pytest.TempPathFactory, steps: Steps
) -> None:
    file = tmp_path_factory.getbasetemp() / "budgets"
    clock = ManualClock(START_NS)
    shared = FileBudget(file, f"fake {next(NUMBERS)}", GROUPS, Machine(clock))

    async def run() -> None:
        await compare(shared, steps, clock.advance)
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
