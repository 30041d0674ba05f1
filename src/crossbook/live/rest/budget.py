"""The budgets of one venue, as one process or several draw on them."""

from collections.abc import Iterable, Mapping
from typing import Protocol

import msgspec

from crossbook.clock import Clock
from crossbook.live.rest.ledger import Ledger
from crossbook.live.rest.priority import Priority
from crossbook.venues.requests import Group, Usage

__all__ = ["Budget", "LocalBudget", "Taken", "Use", "Wait"]


class Taken(msgspec.Struct, frozen=True):
    """Units that a request holds until it is answered."""

    group: str
    weight: int
    id: int = 0
    """Names them where several processes share the budget."""


class Wait(msgspec.Struct, frozen=True):
    """Not now."""

    wait_s: float
    """Ask again after this long."""


class Use(msgspec.Struct, frozen=True):
    """How full a window is."""

    group: str
    span_s: float
    used: int
    count: int
    """Units that it has."""


class Budget(Protocol):
    """What a venue allows, shared by all who ask it from one address.

    An implementation may be slow (a file, another machine): everything is awaited.
    """

    async def take(
        self, group: str, weight: int, priority: Priority, hold_s: float
    ) -> Taken | Wait:
        """Take the units of a request, or say when to ask again.

        Args:
            group: whose budget.
            weight: units, at most the smallest window's count.
            priority: how much of the budget it may use up.
            hold_s: the request ends within this time, even if nobody comes back to say so.

        Raises:
            ValueError: the venue has no such group, or the request is larger than a window.
        """
        ...

    async def end(self, taken: Taken) -> None:
        """Say that a request was answered, or given up."""
        ...

    async def observe(self, usage: Iterable[Usage]) -> None:
        """Take what the venue says of its budgets."""
        ...

    async def pause(self, group: str, pause_s: float) -> None:
        """Let nothing through for a while: the venue asked for it.

        Args:
            group: whose budget; empty: all of the venue's.
            pause_s: how long from now. A longer pause that runs already goes on.
        """
        ...

    async def use(self) -> list[Use]:
        """Return how full each window is."""
        ...

    async def close(self) -> None:
        """Give back what it has open."""
        ...


class LocalBudget:
    """A budget that this process has for itself.

    Args:
        groups: the venue's budgets.
        clock: tells how long ago something was.
    """

    def __init__(self, groups: Iterable[Group], clock: Clock) -> None:
        self._clock = clock
        self._ledgers = {group.name: Ledger(group.windows) for group in groups}
        self._paused_ns: dict[str, int] = {}

    @property
    def ledgers(self) -> Mapping[str, Ledger]:
        """What is used, by group."""
        return self._ledgers

    async def take(
        self,
        group: str,
        weight: int,
        priority: Priority,
        hold_s: float,  # noqa: ARG002 -- who takes here and goes, takes the whole budget along
    ) -> Taken | Wait:
        """Take the units of a request, or say when to ask again; see `Budget.take`."""
        ledger = self._ledger(group)
        now_ns = self._clock.monotonic_ns()
        pause_ns = self._paused_ns.get(group, now_ns) - now_ns
        wait_ns = max(pause_ns, ledger.wait_ns(weight, priority, now_ns))
        if wait_ns > 0:
            return Wait(wait_ns / 1e9)
        ledger.take(weight)
        return Taken(group, weight)

    async def end(self, taken: Taken) -> None:
        """Say that a request was answered, or given up."""
        self._ledger(taken.group).end(taken.weight, self._clock.monotonic_ns())

    async def observe(self, usage: Iterable[Usage]) -> None:
        """Take what the venue says of its budgets; groups that it has not are left alone."""
        for each in usage:
            if (ledger := self._ledgers.get(each.group)) is not None:
                ledger.observe(each.used, each.span_s, self._clock.monotonic_ns())

    async def pause(self, group: str, pause_s: float) -> None:
        """Let nothing through for a while; see `Budget.pause`."""
        until_ns = self._clock.monotonic_ns() + round(pause_s * 1e9)
        for name in (group,) if group else self._ledgers:
            self._paused_ns[name] = max(until_ns, self._paused_ns.get(name, until_ns))

    async def use(self) -> list[Use]:
        """Return how full each window is."""
        now_ns = self._clock.monotonic_ns()
        return [
            Use(name, window.span_s, used, window.count)
            for name, ledger in self._ledgers.items()
            for window, used in zip(ledger.windows, ledger.used(now_ns), strict=True)
        ]

    async def close(self) -> None:
        """Nothing is open."""

    def _ledger(self, group: str) -> Ledger:
        if (ledger := self._ledgers.get(group)) is None:
            raise ValueError(f"no budget {group!r}: there are {', '.join(self._ledgers)}")
        return ledger
