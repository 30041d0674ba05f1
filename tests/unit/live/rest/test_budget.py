"""A process's own budget."""

import asyncio

import pytest

from crossbook.clock import ManualClock
from crossbook.live.rest.budget import LocalBudget, Taken, Use, Wait
from crossbook.live.rest.priority import Priority
from crossbook.venues.requests import Group, Usage, Window

GROUPS = (Group("public", (Window(10, 1.0), Window(100, 60.0))), Group("orders", (Window(5, 1.0),)))


def test_units_are_taken_held_and_given_back() -> None:
    clock = ManualClock()
    budget = LocalBudget(GROUPS, clock)

    async def run() -> None:
        taken = await budget.take("public", 8, Priority.DATA, 5.0)
        assert taken == Taken("public", 8)
        clock.advance(3_000_000_000)
        # Nobody answered yet: the venue may count it only now.
        assert isinstance(await budget.take("public", 1, Priority.DATA, 5.0), Wait)
        await budget.end(Taken("public", 8))
        clock.advance(999_999_999)
        assert await budget.take("public", 1, Priority.DATA, 5.0) == Wait(2e-9)
        clock.advance(2)
        assert await budget.take("public", 1, Priority.DATA, 5.0) == Taken("public", 1)
        assert await budget.use() == [
            Use("public", 1.0, 1, 10),
            Use("public", 60.0, 9, 100),
            Use("orders", 1.0, 0, 5),
        ]
        await budget.close()

    asyncio.run(run())


def test_what_the_venue_says_counts_and_strange_groups_are_left_alone() -> None:
    budget = LocalBudget(GROUPS, ManualClock())

    async def run() -> None:
        await budget.observe([Usage("public", 8, 1.0), Usage("else", 8, 1.0)])
        assert isinstance(await budget.take("public", 1, Priority.DATA, 1.0), Wait)
        assert isinstance(await budget.take("orders", 1, Priority.DATA, 1.0), Taken)

    asyncio.run(run())


def test_a_budget_that_is_not_there_is_an_error() -> None:
    budget = LocalBudget(GROUPS, ManualClock())
    with pytest.raises(ValueError, match="no budget 'weight': there are public, orders"):
        asyncio.run(budget.take("weight", 1, Priority.DATA, 1.0))
