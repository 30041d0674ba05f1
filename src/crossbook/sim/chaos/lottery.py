"""Plans by chance: what may go wrong at venues without any client being to blame."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from crossbook.sim.chaos.plan import (
    AnyFault,
    ClockSkew,
    Corrupt,
    Delay,
    Disconnect,
    Drop,
    Duplicate,
    Endless,
    Freeze,
    Halt,
    Html,
    Lifetime,
    Maintenance,
    NewMarket,
    Plan,
    Redirect,
    Reorder,
    SlowRest,
    StaleSnapshot,
    Storm,
    TickChange,
    Trickle,
    WrongChecksum,
)
from crossbook.sim.draws import Draws
from crossbook.sim.world import World

__all__ = ["FAULTS_MAX", "draw_plan"]

FAULTS_MAX: Final = 8
"""Most faults of one plan."""

_NUMBERED: Final = frozenset({"binance", "coinbase", "mexc", "gateio", "bybit", "okx", "kalshi"})
"""Venues that number what they send, so that a client can tell what is missing. Kraken proves ten
levels and Polymarket the touch: what is lost below comes to light later, or never."""
_REST_BASED: Final = frozenset({"binance", "mexc"})
"""Venues whose books have their base from REST."""

T = TypeVar("T")


class _Lot:
    """One fault to be drawn: where, when, and the chance to draw it with."""

    def __init__(self, draws: Draws, world: World, span_s: float) -> None:
        self.draws = draws
        self.venue = self.one_of(world.venues)
        self.is_numbered = self.venue in _NUMBERED
        natives = list(world.quotes[self.venue])
        self.native = self.one_of(natives) if natives else ""
        begin_s = span_s * draws.below(800) / 1_000
        self.begin_s = round(begin_s, 3)
        self.duration_s = round((span_s - begin_s) * draws.between(50, 1_000) / 1_000, 3)

    def one_of(self, choices: Sequence[T]) -> T:
        return choices[self.draws.below(len(choices))]

    def hits(self, percent: int) -> bool:
        return self.draws.below(100) < percent

    def seconds(self, most_s: float) -> float:
        return round(most_s * self.draws.between(1, 100) / 100, 3)

    def share(self) -> float:
        return self.draws.between(1, 30) / 100


def draw_plan(seed: int, world: World, span_s: float) -> Plan:
    """Return a plan of one to eight faults that are over when the span is.

    Nothing is in it that no client could notice: frames get lost where the venue numbers them, and
    are cut rather than misspelt. A book that says that it can be trusted must be right then,
    whatever happens; and when the span is over, every book must become live again.

    Args:
        seed: any integer; the same seed, venues and span give the same plan.
        world: says who takes part, and what they list.
        span_s: how long things may go wrong, in seconds.

    Examples:
        >>> world = World(1, ["kraken", "okx"])
        >>> plan = draw_plan(4, world, 10.0)
        >>> plan == draw_plan(4, world, 10.0), 1 <= len(plan.faults) <= FAULTS_MAX
        (True, True)
    """
    draws = Draws(seed, "lottery")
    return Plan(
        faults=tuple(
            _fault(_Lot(draws, world, span_s)) for _ in range(draws.between(1, FAULTS_MAX))
        )
    )


def _fault(lot: _Lot) -> AnyFault:
    kinds = [
        kind
        for kind in _SETTINGS
        if (kind not in _LOSING or lot.is_numbered)
        and (kind is not StaleSnapshot or lot.venue in _REST_BASED)
        # Kalshi's ticks are not changed while a market trades.
        and (kind is not TickChange or lot.venue != "kalshi")
    ]
    kind = lot.one_of(kinds)
    settings: dict[str, Any] = {
        "venue": lot.venue,
        "begin_s": lot.begin_s,
        "duration_s": lot.duration_s,
    }
    return kind(**(settings | _SETTINGS[kind](lot)))


def _thaws(lot: _Lot) -> bool:
    # A socket that thaws has lost frames, and not every venue's clients can tell.
    return lot.is_numbered and lot.hits(50)


_LOSING: Final = frozenset({Drop, Reorder, Corrupt})
"""Frames are missing, or not where they belong."""

_SETTINGS: Final[dict[type[AnyFault], Callable[[_Lot], dict[str, Any]]]] = {
    Disconnect: lambda lot: {
        "code": lot.one_of((0, 1001, 1012)),
        # For a moment, or so long that nobody gets in.
        "duration_s": lot.one_of((0.0, lot.duration_s)),
    },
    Freeze: lambda lot: {
        "is_contagious": lot.hits(25),
        "ends": "thaw" if _thaws(lot) else "cut",
    },
    Lifetime: lambda lot: {"age_s": lot.seconds(3)},
    Maintenance: lambda lot: {"notice_s": lot.seconds(min(1.0, lot.duration_s))},
    Drop: lambda lot: {"share": lot.share()},
    Duplicate: lambda lot: {"share": lot.share()},
    Reorder: lambda lot: {"share": lot.share()},
    Delay: lambda lot: {"share": lot.share(), "delay_s": lot.seconds(0.5)},
    Corrupt: lambda lot: {"share": lot.share(), "mode": "cut"},
    WrongChecksum: lambda lot: {"share": lot.share()},
    Trickle: lambda _: {"every_s": 0.1},
    StaleSnapshot: lambda lot: {"age_s": lot.seconds(3)},
    SlowRest: lambda lot: {"delay_s": lot.seconds(2)},
    Storm: lambda lot: {
        "share": lot.draws.between(30, 100) / 100,
        "status": lot.one_of((418, 429, 500, 502, 503, 504)),
        "retry_after_s": 1,
        "strikes": lot.one_of(("rest", "ws", "all")),
    },
    Html: lambda _: {},
    Redirect: lambda _: {},
    Endless: lambda _: {},
    ClockSkew: lambda lot: {"skew_s": lot.draws.between(-30, 30)},
    Halt: lambda lot: {"native": lot.native},
    TickChange: lambda lot: {"native": lot.native},
    NewMarket: lambda _: {"duration_s": None},
}
