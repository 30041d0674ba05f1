"""What a REST client counts."""

import msgspec

from crossbook.live.rest.breaker import BreakerState
from crossbook.live.rest.budget import Use

__all__ = ["BreakerStats", "RestStats"]


class BreakerStats(msgspec.Struct, frozen=True):
    """A circuit breaker, seen from outside."""

    purpose: str
    """`trade` or `data`."""
    state: BreakerState
    opened: int
    """Times that it opened."""


class RestStats(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one venue's client since it was made."""

    venue: str
    requests: int
    """Requests that somebody asked for."""
    answered: int
    """Those that ended with an answer."""
    failed: dict[str, int]
    """Those that ended with an error, by its class."""
    tries: int
    """HTTP requests that were sent."""
    repeated: int
    """Tries that followed a failed one."""
    rate_limited: int
    """Answers that said that we ask too much."""
    bans: int
    """Those of them that cut us off."""
    waited: int
    """Tries that the budget let through only later."""
    turned_away: int
    """Requests that failed because too many waited."""
    waiting: int
    """Requests that wait for a budget now."""
    connections_opened: int
    """Connections that were made."""
    connections_reused: int
    """Tries that went over a connection that was there."""
    bytes_received: int
    """Bytes of answers, after they were unpacked."""
    breakers: tuple[BreakerStats, ...]
    use: tuple[Use, ...]
    """How full each budget is."""
