"""What the venues' publishers have in common: an agenda and a way to the client."""

import heapq
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import ClassVar, Final

from crossbook.sim.catalogue import QUESTIONS, SPOT_ASSETS, Question, SpotAsset
from crossbook.sim.client import TrueBook
from crossbook.sim.config import START_NS, SessionConfig
from crossbook.sim.delay import Delay
from crossbook.sim.draws import Draws
from crossbook.sim.event import FRAME, OPEN, Emission, Kind, Patch, WireEvent
from crossbook.sim.listing import Listing
from crossbook.sim.market import Market
from crossbook.sim.terms import Terms

Action = Callable[[int], Iterable[Emission]]

SECOND_NS: Final = 1_000_000_000


class Publisher(ABC):
    """One connection to one venue: a schedule of actions that emit frames.

    Args:
        seed: the session's seed.
        config: the session's knobs.
    """

    venue: ClassVar[str]
    base_ns: ClassVar[int] = 30_000_000
    """Shortest time from the venue to the client."""
    jitter_ns: ClassVar[int] = 12_000_000
    """What may come on top."""

    def __init__(self, seed: int, config: SessionConfig) -> None:
        self.seed = seed
        self.config = config
        self.connection = f"{self.venue}-1"
        self.draws = Draws(seed, f"publisher:{self.venue}")
        self._delay = Delay(
            Draws(seed, f"delay:{self.venue}"), base_ns=self.base_ns, jitter_ns=self.jitter_ns
        )
        self._agenda: list[tuple[int, int, Action]] = []
        self._entries = 0

    @abstractmethod
    def listings(self) -> list[Listing]:
        """Return what the venue lists in this session."""

    @abstractmethod
    def read(self, native: str, outcome: str) -> TrueBook:
        """Return the client's book; a `KeyError` when there is none of that name."""

    def emissions(self) -> Iterator[Emission]:
        """Yield everything that reaches the client, for ever, by time of arrival."""
        while self._agenda:
            now_ns, _, action = heapq.heappop(self._agenda)
            yield from action(now_ns)

    def spot_assets(self) -> tuple[SpotAsset, ...]:
        """Return the pairs that take part."""
        return SPOT_ASSETS[: self.config.spot_assets]

    def questions(self) -> tuple[Question, ...]:
        """Return the questions that take part."""
        return QUESTIONS[: self.config.questions]

    def market(self, name: str, terms: Terms) -> Market:
        """Return a new market of this venue."""
        return Market(self.seed, f"{self.venue}:{name}", terms, START_NS)

    def at(self, ts_ns: int, action: Action) -> None:
        """Put an action on the agenda."""
        self._entries += 1
        heapq.heappush(self._agenda, (ts_ns, self._entries, action))

    def every(self, period_ns: int, first_ns: int, action: Action) -> None:
        """Put an action on the agenda again and again."""
        self.at(first_ns, partial(self._repeat, period_ns, action))

    def at_random(self, first_ns: int, action: Action) -> None:
        """Put an action on the agenda at the rate at which orders arrive."""
        self.at(first_ns + self._pause_ns(), partial(self._wander, action))

    def opened(self, ts_ns: int, url: bytes) -> Emission:
        """Return the opening of the connection."""
        return Emission(self._event(OPEN, ts_ns, url))

    def frame(self, ts_ns: int, payload: bytes, *patches: Patch) -> Emission:
        """Return a frame that leaves the venue now."""
        return Emission(self._event(FRAME, ts_ns, payload), patches)

    def _event(self, kind: Kind, ts_ns: int, payload: bytes) -> WireEvent:
        arrival_ns = self._delay.receive(ts_ns)
        return WireEvent(arrival_ns, self.venue, self.connection, kind, "", payload)

    def _repeat(self, period_ns: int, action: Action, now_ns: int) -> Iterable[Emission]:
        self.at(now_ns + period_ns, partial(self._repeat, period_ns, action))
        return action(now_ns)

    def _wander(self, action: Action, now_ns: int) -> Iterable[Emission]:
        self.at(now_ns + self._pause_ns(), partial(self._wander, action))
        return action(now_ns)

    def _pause_ns(self) -> int:
        return self.draws.between(1, 2 * SECOND_NS // self.config.steps_per_s)
