"""Requests that wait for their budget, served by priority."""

import asyncio
from bisect import insort
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count

from crossbook.errors import ConfigError, RateLimitError
from crossbook.live.rest.budget import Budget, Taken, Wait
from crossbook.live.rest.priority import Priority

__all__ = ["Gate"]

_BEHIND = Wait(60.0)
"""Who is not the first is woken when that one leaves."""


class _Waiter:
    __slots__ = ("key", "woken")

    def __init__(self, key: tuple[int, int]) -> None:
        self.key = key
        self.woken = asyncio.Event()

    def __lt__(self, other: "_Waiter") -> bool:
        return self.key < other.key


class Gate:
    """The only way to one group's budget.

    Only the first in the queue asks the budget: nobody overtakes a more urgent or an earlier one,
    and a heavy request is not starved by light ones.

    Args:
        venue: for errors.
        group: whose budget.
        budget: the venue's budgets.
        waiting_max: requests that may wait. When so many do, a more urgent one takes the place
            of the least urgent, and that one, or else the new one, fails.
    """

    def __init__(self, venue: str, group: str, budget: Budget, waiting_max: int) -> None:
        self._venue = venue
        self._group = group
        self._budget = budget
        self._waiting_max = waiting_max
        self._numbers = count()
        self._queue: list[_Waiter] = []
        self._removed: set[_Waiter] = set()
        self.waited = 0
        """Requests that were not let through at once."""
        self.turned_away = 0
        """Requests that failed because too many waited."""

    @property
    def waiting(self) -> int:
        """Requests in the queue."""
        return len(self._queue)

    @asynccontextmanager
    async def passing(
        self, weight: int, priority: Priority, *, hold_s: float, patience_s: float
    ) -> AsyncIterator[None]:
        """Wait for a request's units and hold them within the block.

        Args:
            weight: its units.
            priority: its place in the queue.
            hold_s: the block ends within this time.
            patience_s: it waits no longer than this.

        Raises:
            RateLimitError: too many wait already (code `queue`), or it would have to wait for
                longer (code `budget`): that is said at once, not when the time is over.
            ConfigError: the request is larger than what is used of a window: it can never go.
        """
        until_s = asyncio.get_running_loop().time() + patience_s
        taken = await self._enter(weight, priority, hold_s, until_s)
        try:
            yield
        finally:
            await self._budget.end(taken)

    async def _enter(self, weight: int, priority: Priority, hold_s: float, until_s: float) -> Taken:
        waiter = _Waiter((priority, next(self._numbers)))
        self._join(waiter)
        try:
            is_first_look = True
            while True:
                if waiter in self._removed:
                    raise self._full()
                answer = await self._look(waiter, weight, priority, hold_s)
                if isinstance(answer, Taken):
                    return answer
                if answer.wait_s > self._left_s(until_s) and answer is not _BEHIND:
                    raise self._late(answer.wait_s)
                self.waited += is_first_look
                is_first_look = False
                waiter.woken.clear()
                with suppress(TimeoutError):
                    wait_s = min(answer.wait_s, max(0.0, self._left_s(until_s)))
                    await asyncio.wait_for(waiter.woken.wait(), wait_s)
        finally:
            self._leave(waiter)

    async def _look(
        self, waiter: _Waiter, weight: int, priority: Priority, hold_s: float
    ) -> Taken | Wait:
        if self._queue[0] is not waiter:
            return _BEHIND
        try:
            return await self._budget.take(self._group, weight, priority, hold_s)
        except ValueError as error:
            path = f"$.venues.{self._venue}.rest.budget_share"
            raise ConfigError(path, str(error)) from error

    def _join(self, waiter: _Waiter) -> None:
        if len(self._queue) >= self._waiting_max:
            last = self._queue[-1]
            if not waiter < last:
                raise self._full()
            self._queue.pop()
            self._removed.add(last)
            last.woken.set()
        insort(self._queue, waiter)

    def _leave(self, waiter: _Waiter) -> None:
        if waiter in self._removed:
            self._removed.discard(waiter)
            return
        self._queue.remove(waiter)
        if self._queue:
            self._queue[0].woken.set()

    @staticmethod
    def _left_s(until_s: float) -> float:
        return until_s - asyncio.get_running_loop().time()

    def _late(self, wait_s: float) -> RateLimitError:
        text = f"{self._group} lets nothing through for {wait_s:.1f} s"
        return RateLimitError(self._venue, "budget", text, wait_s)

    def _full(self) -> RateLimitError:
        self.turned_away += 1
        text = f"{self._waiting_max} requests wait for {self._group}"
        return RateLimitError(self._venue, "queue", text)
