"""What was done to whom, for tests to read and people to look up."""

from collections import Counter, deque
from typing import Final

import msgspec

__all__ = ["ENTRIES_KEPT", "Entry", "FaultLog"]

ENTRIES_KEPT: Final = 10_000
"""So many of the latest entries are kept; all are counted."""


class Entry(msgspec.Struct, frozen=True):
    """One thing that went wrong."""

    ts_ns: int
    venue: str
    kind: str
    """The fault's kind."""
    fault: int
    """The fault's number; those of one session count from 1."""
    native: str = ""
    """The instrument that it struck; empty: none."""
    client: int = 0
    """The number of the connection that it struck; 0: none."""
    detail: str = ""
    """What else there is to say: `begin`, `end`, a path."""


class FaultLog:
    """The faults of a session, by time."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=ENTRIES_KEPT)
        self.counts: Counter[str] = Counter()
        """How often each kind struck; begin and end are not counted."""

    def add(self, entry: Entry) -> None:
        """Note an entry."""
        self.entries.append(entry)
        if entry.detail not in {"begin", "end"}:
            self.counts[entry.kind] += 1
