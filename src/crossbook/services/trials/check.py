"""Whether the books that say they can be trusted are the venues' own."""

from collections import Counter
from decimal import Decimal
from typing import Final, NamedTuple

from crossbook.books import Book, Engine
from crossbook.model.events import BookState
from crossbook.services.demo import is_right
from crossbook.sim.host import SimulatedVenues
from crossbook.sim.truth import UnknownVersionError

EXACT: Final = frozenset({"binance", "mexc", "gateio", "okx"})
"""Venues whose update ids are the versions of the simulator's books."""

LATE_S: Final = 2.0
"""A change takes no longer from the market into a book that counts as live: half a second of
delay, a quarter of being overtaken, a second at most until the venue publishes it."""
UNNOTICED_S: Final = 5.0
"""A socket that brings nothing, though its market moves, is found out within this time."""

_NS: Final = 1_000_000_000


class Wrong(NamedTuple):
    """A book that says it can be trusted, and must not be."""

    instrument: str
    why: str
    ts_ns: int
    """When it was seen."""
    sequence: int | None
    """The venue's last update id in it."""


class BookCheck:
    """Compares an engine's books with what the simulated venues' are and were.

    A live book is right if the venue had exactly these levels, as deep as it sends them, at a time
    that agrees with when the book's last change came; and, where update ids are the versions of
    the venue's books, if that was the version that the book has the id of.

    Args:
        sim: the venues.
        engine: the books.

    Attributes:
        looks: how often all books were looked at.
        checks: books that were compared, each time.
        lost: books that were not live, each time.
        wrong: what was found.
        oldest_s: the greatest age of a live book's last change.
    """

    def __init__(self, sim: SimulatedVenues, engine: Engine) -> None:
        self._sim = sim
        self._engine = engine
        self.looks = 0
        self.checks = 0
        self.lost = 0
        self.by_reason: Counter[str] = Counter()
        self.wrong: list[Wrong] = []

    def is_live(self, instrument_id: str) -> bool:
        """Return whether a book says that it can be trusted."""
        return self._engine.book(instrument_id).state is BookState.LIVE

    def look(self) -> list[Wrong]:
        """Compare all live books with the truth, and return those that are wrong."""
        now_ns = self._sim.now_ns()
        self.looks += 1
        found = []
        for book in self._engine:
            if book.state is not BookState.LIVE:
                self.lost += 1
                self.by_reason[book.reason.value] += 1
                continue
            self.checks += 1
            why = self._why_wrong(book, now_ns)
            if why is not None:
                found.append(Wrong(str(book.instrument.id), why, now_ns, book.sequence))
        self.wrong += found
        return found

    def different(self) -> list[str]:
        """Return the books that are not the venue's of this moment: it must stand still."""
        truth = self._sim.truth
        return [str(book.instrument.id) for book in self._engine if not is_right(book, truth)]

    def _why_wrong(self, book: Book, now_ns: int) -> str | None:
        """Return what is wrong with a live book; `None`: nothing."""
        instrument, depth = book.instrument, book.depth or None
        native = instrument.book_native or instrument.native
        outcome = instrument.outcome.name if instrument.outcome else ""
        bids, asks = _rows(book)
        truth = self._sim.truth
        if instrument.venue in EXACT:
            if book.sequence is None:
                return "live without an update id"
            try:
                true = truth.book(
                    instrument.venue, native, outcome, sequence=book.sequence, depth=depth
                )
            except UnknownVersionError as error:
                return f"the venue had no such version: {error}"
            if [list(true.bids), list(true.asks)] != [bids, asks]:
                return f"not what the venue had at update id {book.sequence}"
        _, recv_ns = book.times_ns
        since_ns = max(recv_ns - int(LATE_S * _NS), now_ns - int(UNNOTICED_S * _NS))
        if not truth.was_true(
            instrument.venue, native, outcome, bids, asks, since_ns=since_ns, depth=depth
        ):
            age_s = (now_ns - recv_ns) / _NS
            return f"not what the venue had lately; its last change came {age_s:.3f} s ago"
        return None


def _rows(book: Book) -> tuple[list[tuple[Decimal, Decimal]], list[tuple[Decimal, Decimal]]]:
    bids, asks = (
        [(book.price(price), book.size(size)) for price, size in side] for side in book.levels()
    )
    return bids, asks
