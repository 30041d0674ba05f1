"""What goes wrong between a venue and its client."""

from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from crossbook.sim.config import START_NS, Faults
from crossbook.sim.draws import Draws
from crossbook.sim.event import FRAME, Emission, WireEvent

_MILLION: Final = 1_000_000
_DIGITS: Final = b"0123456789"


class Fault(msgspec.Struct, frozen=True):
    """One thing that went wrong."""

    ts_recv_ns: int
    """When the frame arrived, or would have."""
    connection: str
    kind: Literal["drop", "repeat", "digit", "cut"]
    index: int
    """The frame's place among those that the venue sent on this connection, from 0."""


class Line:
    """A way on which frames get lost, doubled and damaged, by seed.

    Args:
        faults: the shares.
        seed: the session's seed.
        connection: the label of the draws: other connections are not touched.
    """

    def __init__(self, faults: Faults, seed: int, connection: str) -> None:
        self._draws = Draws(seed, f"faults:{connection}")
        self._from_ns = START_NS + faults.after_ns
        self._until_ns = None if faults.until_ns is None else START_NS + faults.until_ns
        shares = (faults.drop_ppm, faults.repeat_ppm, faults.digit_ppm, faults.cut_ppm)
        self._shares = shares
        self._frames = -1
        self.log: list[Fault] = []

    def carry(self, emissions: Iterator[Emission]) -> Iterator[tuple[Emission, list[WireEvent]]]:
        """Yield each emission with the events that the client gets of it."""
        for emission in emissions:
            yield emission, self._arrivals(emission.event)

    def _arrivals(self, event: WireEvent) -> list[WireEvent]:
        if event.kind != FRAME:
            return [event]
        self._frames += 1
        if event.ts_recv_ns < self._from_ns:
            return [event]
        if self._until_ns is not None and event.ts_recv_ns >= self._until_ns:
            return [event]
        return self._damaged(event)

    def _damaged(self, event: WireEvent) -> list[WireEvent]:
        drop, repeat, digit, cut = self._shares
        chance = self._draws.below(_MILLION)
        if chance < drop:
            self._note(event, "drop")
            return []
        if chance < drop + repeat:
            self._note(event, "repeat")
            return [event, event]
        if chance < drop + repeat + digit:
            self._note(event, "digit")
            return [msgspec.structs.replace(event, payload=self._misread(event.payload))]
        if chance < drop + repeat + digit + cut:
            self._note(event, "cut")
            end = self._draws.below(len(event.payload))
            return [msgspec.structs.replace(event, payload=event.payload[:end])]
        return [event]

    def _misread(self, payload: bytes) -> bytes:
        places = [place for place, octet in enumerate(payload) if octet in _DIGITS]
        if not places:
            return payload[:-1]
        place = places[self._draws.below(len(places))]
        other = (payload[place] - _DIGITS[0] + self._draws.between(1, 9)) % 10
        return payload[:place] + _DIGITS[other : other + 1] + payload[place + 1 :]

    def _note(self, event: WireEvent, kind: Literal["drop", "repeat", "digit", "cut"]) -> None:
        self.log.append(Fault(event.ts_recv_ns, event.connection, kind, self._frames))
