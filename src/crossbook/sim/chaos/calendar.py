"""Which faults of a venue hold at the moment."""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from crossbook.sim.chaos.log import Entry, FaultLog
from crossbook.sim.chaos.plan import (
    AnyFault,
    Corrupt,
    Delay,
    Disconnect,
    Drop,
    Duplicate,
    Endless,
    Freeze,
    Html,
    NewMarket,
    Redirect,
    Reorder,
    Resolve,
    SlowRest,
    StaleSnapshot,
    Storm,
    Trickle,
    WrongChecksum,
)
from crossbook.sim.desk import Quote
from crossbook.sim.draws import Draws

__all__ = ["Calendar", "Standing", "Turn"]

_FRAMES: Final = (Drop, Duplicate, Reorder, Delay, Corrupt, WrongChecksum, Freeze, Trickle)
_REST: Final = (StaleSnapshot, SlowRest, Storm, Html, Redirect, Endless)
_MOMENTS: Final = (Disconnect, NewMarket, Resolve)
"""What happens once, unless it is said how long it goes on."""
_SECOND_NS: Final = 1_000_000_000


class Standing:
    """A fault that was asked for, on the axis of time.

    Attributes:
        number: counts the faults of a session from 1.
        fault: what it is.
        begin_ns: when it begins.
        end_ns: when it ends; `None`: when it is removed.
        draws: whom it strikes.
        targets: the books that it struck, for its end to undo it.
    """

    __slots__ = (
        "_share_ppm",
        "begin_ns",
        "draws",
        "end_ns",
        "fault",
        "has_begun",
        "number",
        "targets",
    )

    def __init__(self, number: int, fault: AnyFault, now_ns: int, draws: Draws) -> None:
        self.number = number
        self.fault = fault
        self.begin_ns = now_ns + int(fault.begin_s * _SECOND_NS)
        duration_s = fault.duration_s
        if duration_s is None and isinstance(fault, _MOMENTS):
            duration_s = 0.0
        self.end_ns = None if duration_s is None else self.begin_ns + int(duration_s * _SECOND_NS)
        self.draws = draws
        self.has_begun = False
        self.targets: list[Quote] = []
        self._share_ppm = round(fault.share * 1_000_000)

    @property
    def kind(self) -> str:
        """The fault's kind, as in a plan."""
        return str(self.fault.__struct_config__.tag)

    def strikes(self) -> bool:
        """Draw whether it strikes this time."""
        return self.draws.hits(self._share_ppm)

    def concerns(self, native: str) -> bool:
        """Return whether it may strike something that is about an instrument, or (empty) none."""
        return bool(native) if not self.fault.native else native == self.fault.native


class Turn(NamedTuple):
    """A fault that began or ended."""

    standing: Standing
    is_begin: bool


class Calendar:
    """The faults of one venue: to come, in force and over.

    Args:
        venue: lower-case id.
        seed: of the draws; two venues never share theirs.
        log: where what happens is noted.
        numbers: gives the next fault's number.

    Attributes:
        frames: the faults in force that strike frames, in the order in which they began.
        rest: those that strike requests.
        standing: all that are to come or in force.
    """

    def __init__(self, venue: str, seed: int, log: FaultLog, numbers: Callable[[], int]) -> None:
        self.venue = venue
        self.log = log
        self.seed = seed
        self._numbers = numbers
        self.standing: list[Standing] = []
        self.frames: tuple[Standing, ...] = ()
        self.rest: tuple[Standing, ...] = ()
        self._due_ns: int | None = None

    def add(self, fault: AnyFault, now_ns: int) -> Standing:
        """Take a fault; it begins at the first `turn` at or after its time."""
        number = self._numbers()
        draws = Draws(self.seed, f"chaos:{self.venue}:{number}")
        standing = Standing(number, fault, now_ns, draws)
        self.standing.append(standing)
        self._plan()
        return standing

    def clear(self, now_ns: int) -> None:
        """End all faults and forget those to come, at the next `turn`."""
        self.standing = [standing for standing in self.standing if standing.has_begun]
        for standing in self.standing:
            standing.end_ns = now_ns
        self._plan()

    def turn(self, now_ns: int) -> list[Turn]:
        """Return what begins and ends now, in the order in which it was due."""
        if self._due_ns is None or now_ns < self._due_ns:
            return []
        turns: list[tuple[int, int, Turn]] = []
        for standing in self.standing:
            if not standing.has_begun and standing.begin_ns <= now_ns:
                standing.has_begun = True
                turns.append((standing.begin_ns, standing.number, Turn(standing, is_begin=True)))
            if standing.has_begun and standing.end_ns is not None and standing.end_ns <= now_ns:
                turns.append((standing.end_ns, standing.number, Turn(standing, is_begin=False)))
        turns.sort(key=lambda each: each[:2])
        over = {turn.standing for _, _, turn in turns if not turn.is_begin}
        self.standing = [standing for standing in self.standing if standing not in over]
        self._plan()
        for _, _, (standing, is_begin) in turns:
            self.note(standing, now_ns, detail="begin" if is_begin else "end")
        return [turn for _, _, turn in turns]

    def active(self, kind: type[AnyFault]) -> list[Standing]:
        """Return the faults of a kind that are in force."""
        return [each for each in self.standing if each.has_begun and isinstance(each.fault, kind)]

    def note(
        self,
        standing: Standing,
        now_ns: int,
        *,
        native: str = "",
        client: int = 0,
        detail: str = "",
    ) -> None:
        """Write down that a fault struck."""
        entry = Entry(now_ns, self.venue, standing.kind, standing.number, native, client, detail)
        self.log.add(entry)

    def _plan(self) -> None:
        active = [standing for standing in self.standing if standing.has_begun]
        self.frames = _those(active, _FRAMES)
        self.rest = _those(active, _REST)
        times = [s.end_ns if s.has_begun else s.begin_ns for s in self.standing]
        self._due_ns = min((ts_ns for ts_ns in times if ts_ns is not None), default=None)


def _those(standing: Iterable[Standing], kinds: tuple[type, ...]) -> tuple[Standing, ...]:
    return tuple(each for each in standing if isinstance(each.fault, kinds))
