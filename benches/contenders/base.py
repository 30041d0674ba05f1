"""What a contender is: something that can take a session's frames, one call a frame."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from benches.sessions import Session, Top

OnFrame = Callable[[bytes, int], object]
"""Takes a frame and its receive time in ns; afterwards the books are up to date."""
ReadBest = Callable[[], object]
"""Reads best bid, its size, best ask, its size, in the contender's own numbers."""


class Run(Protocol):
    """One fresh set of books, in the state that the session's snapshots give."""

    @property
    def on_frame(self) -> OnFrame:
        """The call that is timed: read once per repetition, called once per frame."""

    def reader(self, native: str) -> ReadBest:
        """Return what reads the best prices of one book: the call that is timed."""

    def top(self, native: str) -> Top:
        """Return the same as exact decimals, to be compared with the expected ones."""


class Contender(Protocol):
    """A way to keep books, measured from frame bytes to best prices read."""

    @property
    def name(self) -> str:
        """How the table calls it."""

    @property
    def note(self) -> str:
        """What the table's reader should know about how it is driven."""

    def refusal(self, session: Session) -> str | None:
        """Say why this session cannot be run, or `None` where it can."""

    def open(self, session: Session) -> Run:
        """Make new books and load the session's snapshots; not timed."""


@dataclass(frozen=True)
class Parser:
    """A floor: parses frames and keeps nothing."""

    name: str
    note: str
    parse: Callable[[Session], Callable[[bytes], object]]
    """Returns the function to call per frame, for one session."""


class RefusedError(Exception):
    """Nothing is timed: what would come out would not be true."""


class ContenderMissingError(Exception):
    """A contender's library cannot be imported."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name = name
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.name} is not measured: {self.reason}"
