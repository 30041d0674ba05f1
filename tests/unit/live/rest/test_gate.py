"""Requests wait in order of urgency, boundedly, and give their place back."""

import asyncio

import pytest

from crossbook.errors import ConfigError, RateLimitError
from crossbook.live.rest import LocalBudget, Priority
from crossbook.live.rest.gate import Gate
from crossbook.venues.requests import Group, Window
from tests.unit.live.rest.virtual import LoopClock, run

GROUP = Group("public", (Window(1, 1.0),))


def gate(waiting_max: int = 100, group: Group = GROUP) -> Gate:
    return Gate("fake", "public", LocalBudget([group], LoopClock()), waiting_max)


class Passages:
    """Requests at a gate, and the order in which they passed."""

    def __init__(self, at: Gate, patience_s: float = 1_000.0) -> None:
        self.gate = at
        self.patience_s = patience_s
        self.order: list[tuple[float, str]] = []

    async def go(self, name: str, priority: Priority, weight: int = 1) -> None:
        async with self.gate.passing(weight, priority, hold_s=1.0, patience_s=self.patience_s):
            self.order.append((round(asyncio.get_running_loop().time(), 3), name))


def test_the_more_urgent_go_first_and_equals_in_turn() -> None:
    async def main() -> None:
        passages = Passages(gate())
        async with asyncio.TaskGroup() as tasks:
            for number, priority in enumerate(
                (Priority.DATA, Priority.DATA, Priority.ORDER, Priority.CANCEL, Priority.UNWIND)
            ):
                tasks.create_task(passages.go(f"{priority.name} {number}", priority))
        assert passages.order == [
            (0.0, "DATA 0"),
            (1.0, "CANCEL 3"),
            (2.0, "UNWIND 4"),
            (3.0, "ORDER 2"),
            (4.0, "DATA 1"),
        ]

    run(main())


def test_a_heavy_one_is_not_starved_by_light_ones() -> None:
    async def main() -> None:
        passages = Passages(gate(group=Group("public", (Window(10, 1.0),))))
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(passages.go("light", Priority.CANCEL, 6))
            tasks.create_task(passages.go("heavy", Priority.CANCEL, 10))
            for _ in range(3):
                tasks.create_task(passages.go("light", Priority.CANCEL, 1))
        assert passages.order == [
            (0.0, "light"),
            (1.0, "heavy"),
            (2.0, "light"),
            (2.0, "light"),
            (2.0, "light"),
        ]

    run(main())


def test_one_that_gives_up_lets_the_next_one_go() -> None:
    async def main() -> None:
        passages = Passages(gate())
        await passages.go("first", Priority.DATA)
        waiting = asyncio.create_task(passages.go("cancelled", Priority.CANCEL))
        after = asyncio.create_task(passages.go("after", Priority.DATA))
        await asyncio.sleep(0.5)
        waiting.cancel()
        await after
        assert [name for _, name in passages.order] == ["first", "after"]
        assert passages.gate.waiting == 0

    run(main())


def test_a_full_queue_turns_away_the_least_urgent() -> None:
    async def main() -> None:
        passages = Passages(gate(waiting_max=2))
        await passages.go("first", Priority.DATA)
        waiting = [
            asyncio.create_task(passages.go(name, Priority.DATA)) for name in ("old", "young")
        ]
        await asyncio.sleep(0)
        with pytest.raises(RateLimitError, match="2 requests wait for public"):
            await passages.go("more", Priority.DATA)
        urgent = asyncio.create_task(passages.go("urgent", Priority.CANCEL))
        results = await asyncio.gather(*waiting, urgent, return_exceptions=True)
        assert [type(result) for result in results] == [type(None), RateLimitError, type(None)]
        assert [name for _, name in passages.order] == ["first", "urgent", "old"]
        assert passages.gate.turned_away == 2
        assert passages.gate.waited == 3

    run(main())


def test_who_would_wait_too_long_hears_it_at_once() -> None:
    async def main() -> None:
        passages = Passages(gate(), patience_s=0.5)
        await passages.go("first", Priority.DATA)
        with pytest.raises(RateLimitError, match="lets nothing through") as raised:
            await passages.go("second", Priority.DATA)
        assert asyncio.get_running_loop().time() == 0.0
        assert raised.value.retry_after_s == pytest.approx(1.0)

    run(main())


def test_a_pause_holds_everybody_back() -> None:
    async def main() -> None:
        budget = LocalBudget([Group("public", (Window(100, 1.0),))], LoopClock())
        passages = Passages(Gate("fake", "public", budget, 100))
        await budget.pause("public", 7.0)
        await budget.pause("", 3.0)
        await passages.go("after", Priority.CANCEL)
        assert passages.order == [(7.0, "after")]

    run(main())


def test_one_that_can_never_go_is_an_error() -> None:
    async def main() -> None:
        with pytest.raises(ConfigError, match=r"\$\.venues\.fake\.rest\.budget_share: weight 2"):
            await Passages(gate()).go("heavy", Priority.DATA, 2)

    run(main())
