"""What the driver needs of an engine. `crossbook.books.Engine` has it all."""

from collections.abc import Callable
from typing import Protocol

from crossbook.model import Instrument
from crossbook.model.events import BookState, StateReason

__all__ = ["BookView", "Feed", "Scratch", "Sink"]


class Feed(Protocol):
    """One connection, as the books see it. Reused when a socket is opened again."""

    def on_open(self, ts_recv_ns: int) -> None:
        """Say that the socket opened."""
        ...

    def on_close(self, ts_recv_ns: int) -> None:
        """Say that the socket closed."""
        ...

    def on_frame(self, frame: bytes, ts_recv_ns: int) -> int:
        """Take a frame; never raises. Return how many events wait."""
        ...

    def on_snapshot(self, native: str, body: bytes, ts_recv_ns: int) -> int:
        """Take the answer to a REST request for a book. Return how many events wait."""
        ...

    def take_controls(self) -> list[tuple[str, bytes]]:
        """Return the venue's answers and notices since the last call: kind and frame."""
        ...

    def unsynced(self) -> list[int]:
        """Return numbers of the instruments of which it keeps a copy that is not live."""
        ...

    def counts(self) -> dict[str, int | dict[str, int]]:
        """Return what was counted of it: `frames`, `messages`, `controls`, and so on."""
        ...


class BookView(Protocol):
    """One book, cheap to look at."""

    @property
    def state(self) -> BookState:
        """How far it can be trusted."""
        ...

    @property
    def reason(self) -> StateReason:
        """Why."""
        ...

    @property
    def sequence(self) -> int | None:
        """The venue's last update id in it."""
        ...

    @property
    def times_ns(self) -> tuple[int, int]:
        """Venue time and receive time of its last change; 0: none."""
        ...

    def levels(self, depth: int = 0) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Return bids and asks, best first."""
        ...


class Sink(Protocol):
    """Where frames go and books are."""

    def open_feed(self, venue: str) -> Feed:
        """Return a further connection to a venue."""
        ...

    def book(self, instrument_id: str) -> BookView:
        """Return the view of an instrument's book.

        Raises:
            UnknownInstrumentError: it is not registered.
        """
        ...

    def instrument(self, number: int) -> Instrument:
        """Return the instrument of a number."""
        ...

    def silence(self, instrument_id: str, ts_recv_ns: int) -> None:
        """Mark a book stale: nothing came for too long."""
        ...

    def distrust(self, instrument_id: str, ts_recv_ns: int) -> None:
        """Mark a book suspect: another source says something else of it."""
        ...

    def reset(self, instrument_id: str, ts_recv_ns: int) -> None:
        """Empty a book: nobody brings it any more."""
        ...


Scratch = Callable[[Instrument], tuple[Feed, BookView]]
"""Makes a book of an instrument, and a feed to it, apart from all others: for audits."""
