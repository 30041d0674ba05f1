"""A circuit breaker: who does not answer is left alone for a while. Without a clock."""

from enum import Enum
from random import Random

import msgspec

__all__ = ["Breaker", "BreakerRules", "BreakerState", "Pass"]


class BreakerState(Enum):
    """What a breaker does with a request."""

    CLOSED = "closed"
    """It passes."""
    OPEN = "open"
    """It fails at once: nothing is sent."""
    HALF_OPEN = "half_open"
    """One passes as a probe, the others fail at once."""


class BreakerRules(msgspec.Struct, frozen=True, kw_only=True):
    """When a breaker opens, and for how long."""

    failures_max: int = 5
    """So many failures in a row open it."""
    open_s_min: float = 1.0
    """Longest time that it stays open the first time; the time doubles with each failed probe."""
    open_s_max: float = 30.0
    """Longest time of all."""


class Pass(msgspec.Struct, frozen=True):
    """Allows one request; whoever holds it says how it went."""

    is_probe: bool


class Breaker:
    """Counts failures in a row, opens, and lets single probes find out whether it may close.

    Times are nanoseconds of one monotonic clock, given by the caller.

    Args:
        random: for jitter, so that many processes do not probe together.
        rules: when it opens, and for how long.
    """

    __slots__ = (
        "_failures",
        "_is_probing",
        "_openings",
        "_random",
        "_rules",
        "_until_ns",
        "opened",
    )

    def __init__(self, random: Random, rules: BreakerRules | None = None) -> None:
        self._rules = rules if rules is not None else BreakerRules()
        self._random = random
        self._failures = 0
        self._openings = 0
        self._is_probing = False
        self._until_ns: int | None = None
        self.opened = 0
        """Times that it opened."""

    def state(self, now_ns: int) -> BreakerState:
        """Return what it does with a request now."""
        if self._until_ns is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if now_ns < self._until_ns else BreakerState.HALF_OPEN

    def remaining_s(self, now_ns: int) -> float:
        """Return how long it stays open; 0: it is not."""
        return 0.0 if self._until_ns is None else max(0, self._until_ns - now_ns) / 1e9

    def is_passable(self, now_ns: int) -> bool:
        """Return whether a request would pass now."""
        state = self.state(now_ns)
        return state is BreakerState.CLOSED or (
            state is BreakerState.HALF_OPEN and not self._is_probing
        )

    def enter(self, now_ns: int) -> Pass | None:
        """Let a request pass; `None`: it may not, and fails at once."""
        if not self.is_passable(now_ns):
            return None
        self._is_probing = self._until_ns is not None
        return Pass(self._is_probing)

    def succeed(self) -> None:
        """Take a success: the venue answered, be it with a refusal."""
        self._failures = 0
        self._openings = 0
        self._is_probing = False
        self._until_ns = None

    def fail(self, entry: Pass, now_ns: int) -> bool:
        """Take a failure: no answer, or one that says that the venue is down.

        Returns:
            Whether it opened by this.
        """
        self._failures += 1
        if entry.is_probe:
            self._is_probing = False
        elif self._until_ns is not None or self._failures < self._rules.failures_max:
            # What was sent before it opened says nothing new.
            return False
        longest_s = min(self._rules.open_s_max, self._rules.open_s_min * 2.0**self._openings)
        open_s = self._random.uniform(longest_s / 2, longest_s)
        self._until_ns = now_ns + round(open_s * 1e9)
        self._openings += 1
        self.opened += 1
        return True

    def abandon(self, entry: Pass) -> None:
        """Take back a request that was never sent, or whose end nobody waited for."""
        if entry.is_probe:
            self._is_probing = False
