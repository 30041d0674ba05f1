"""What happens to the frames of one connection on their way to the client."""

import re
from collections import deque
from typing import Final, NamedTuple

from crossbook.sim.chaos.calendar import Calendar, Standing
from crossbook.sim.chaos.plan import (
    Corrupt,
    Delay,
    Drop,
    Duplicate,
    Freeze,
    Reorder,
    Trickle,
    WrongChecksum,
)
from crossbook.sim.draws import Draws

__all__ = ["Frame", "Wire"]

_DIGITS: Final = b"0123456789"
_HELD_NS: Final = 250_000_000
"""A frame that waits for another one to overtake it waits no longer than this."""
_WAITING_MAX: Final = 20_000
_CHECKSUM: Final = re.compile(rb'("(?:checksum|hash)"\s*:\s*"?)(-?[0-9a-fA-F]+)')
_PONG: Final = re.compile(rb"pong", re.IGNORECASE)
_PONG_WITHIN: Final = 200


class Frame(NamedTuple):
    """A frame as it goes out."""

    payload: bytes
    is_binary: bool


class Wire:
    """The way from a venue's desk to one client, on which faults strike.

    A connection keeps the order of what it carries, but for frames that are reordered.

    Args:
        calendar: the venue's faults.
        number: the connection's number.
        opened_ns: when it was opened.
    """

    def __init__(self, calendar: Calendar, number: int, opened_ns: int) -> None:
        self._calendar = calendar
        self._number = number
        self._opened_ns = opened_ns
        self._waiting: deque[tuple[int, Frame]] = deque()
        self._held: tuple[int, Frame] | None = None
        self._fates: dict[int, bool] = {}

    @property
    def is_clear(self) -> bool:
        """Whether a frame would go straight to the client."""
        return not (self._calendar.frames or self._waiting or self._held)

    @property
    def is_idle(self) -> bool:
        """Whether no frame waits."""
        return not (self._waiting or self._held)

    def is_struck(self, standing: Standing) -> bool:
        """Return whether this connection is one of those that a fault strikes as a whole."""
        fate = self._fates.get(standing.number)
        if fate is None:
            fault = standing.fault
            is_late = self._opened_ns > standing.begin_ns
            is_spared = is_late and not (isinstance(fault, Freeze) and fault.is_contagious)
            draws = Draws(self._calendar.seed, f"fate:{standing.number}:{self._number}")
            fate = not is_spared and draws.hits(round(fault.share * 1_000_000))
            self._fates[standing.number] = fate
        return fate

    def carry(self, now_ns: int, payload: bytes, native: str, *, is_binary: bool) -> list[Frame]:
        """Take a frame from the desk, and return what reaches the client now.

        Args:
            now_ns: the time.
            payload: the frame.
            native: the instrument that it is about; empty: none, and few faults strike it.
            is_binary: it is binary rather than text.
        """
        passage = _Passage(Frame(payload, is_binary))
        for standing in self._calendar.frames:
            if self._strikes(standing, payload, native) and passage.suffer(standing):
                note = self._calendar.note
                note(standing, now_ns, native=native, client=self._number)
                if not passage.frames:
                    break
        return self._queued(now_ns, passage)

    def due(self, now_ns: int) -> list[Frame]:
        """Return the frames that waited long enough."""
        out = []
        while self._waiting and (
            self._waiting[0][0] <= now_ns or len(self._waiting) > _WAITING_MAX
        ):
            out.append(self._waiting.popleft()[1])
        if self._held is not None and self._held[0] <= now_ns and not self._waiting:
            out.append(self._held[1])
            self._held = None
        return out

    def _strikes(self, standing: Standing, payload: bytes, native: str) -> bool:
        fault = standing.fault
        if not isinstance(fault, Freeze | Trickle):
            return standing.concerns(native) and standing.strikes()
        if fault.native and native != fault.native:
            return False
        # A frozen socket answers pings: that is why nobody notices.
        is_pong = not native and _PONG.search(payload, 0, _PONG_WITHIN) is not None
        return not (is_pong and isinstance(fault, Freeze)) and self.is_struck(standing)

    def _queued(self, now_ns: int, passage: "_Passage") -> list[Frame]:
        frames = passage.frames
        if passage.is_held and frames and self._held is None:
            self._held = (now_ns + _HELD_NS, frames[0])
            frames = frames[1:]
        elif self._held is not None and frames:
            frames = [*frames, self._held[1]]
            self._held = None
        if not self._waiting and not passage.delay_ns:
            return [*self.due(now_ns), *frames]
        ts_ns = now_ns + passage.delay_ns
        if self._waiting:
            ts_ns = max(ts_ns, self._waiting[-1][0])
        self._waiting.extend((ts_ns, frame) for frame in frames)
        return self.due(now_ns)


class _Passage:
    """What becomes of one frame."""

    __slots__ = ("delay_ns", "frames", "is_held")

    def __init__(self, frame: Frame) -> None:
        self.frames = [frame]
        self.delay_ns = 0
        self.is_held = False

    def suffer(self, standing: Standing) -> bool:
        """Let a fault strike; return whether it made a difference."""
        match standing.fault:
            case Drop() | Freeze() | Trickle():
                self.frames = []
            case Duplicate():
                self.frames = self.frames * 2
            case Delay(delay_s=delay_s):
                self.delay_ns = max(self.delay_ns, int(delay_s * 1e9))
            case Reorder():
                self.is_held = True
            case Corrupt(mode=mode):
                self.frames = [_damaged(frame, mode, standing.draws) for frame in self.frames]
            case WrongChecksum():
                before = self.frames
                self.frames = [_mistold(frame, standing.draws) for frame in before]
                return self.frames != before
        return True


def _damaged(frame: Frame, mode: str, draws: Draws) -> Frame:
    payload = frame.payload
    is_cut = mode == "cut" or (mode == "any" and draws.below(2) == 0)
    places = [] if is_cut else [place for place, octet in enumerate(payload) if octet in _DIGITS]
    if not places:
        return Frame(payload[: draws.below(max(len(payload), 1))], frame.is_binary)
    place = places[draws.below(len(places))]
    other = (payload[place] - _DIGITS[0] + draws.between(1, 9)) % 10
    return Frame(
        payload[:place] + _DIGITS[other : other + 1] + payload[place + 1 :], frame.is_binary
    )


def _mistold(frame: Frame, draws: Draws) -> Frame:
    """Return a frame whose checksums have another last digit."""

    def other(match: re.Match[bytes]) -> bytes:
        label, number = match.groups()
        digit = (int(number[-1:], 16) + draws.between(1, 9)) % 10
        return label + number[:-1] + _DIGITS[digit : digit + 1]

    return Frame(_CHECKSUM.sub(other, frame.payload), frame.is_binary)
