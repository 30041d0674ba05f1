"""Talking with a venue's conduct of a socket in literal frames."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from crossbook.model import Instrument, Outcome
from crossbook.venues.registry import VENUES
from crossbook.venues.stream import Action, Send, Stream

__all__ = ["T0", "S", "bare", "conduct", "said"]

T0 = 1_767_225_600_000_000_000
S = 1_000_000_000


def bare(venue: str, *natives: str, outcome: Outcome | None = None) -> list[Instrument]:
    """Return instruments of which only the names are known."""
    make = VENUES[venue].symbols.instrument_from_native
    return [make(native, outcome) for native in natives]


def conduct(venue: str, wanted: Sequence[Instrument], **settings: object) -> Stream:
    """Return the conduct of a new socket under some settings."""
    return VENUES[venue].stream(msgspec.convert(settings, VENUES[venue].config), wanted)


def said(actions: Sequence[Action]) -> list[Any]:
    """Return what the frames among actions say; those that are no JSON as text."""
    frames = [action.payload for action in actions if isinstance(action, Send)]
    return [json.loads(frame) if frame[:1] in {b"{", b"["} else frame.decode() for frame in frames]
