"""Memory of a book: what crossbook counts itself, beside what Python allocates for (a)."""

import gc
import tracemalloc
from dataclasses import dataclass

from benches.contenders.careful_python import CarefulPython, CarefulRun
from benches.sessions import Session

MEASURED = ("polymarket.market", "binance.combined")
"""Channels of the sessions whose books are weighed: a small book and one of thousands of levels."""


@dataclass(frozen=True)
class Weight:
    """Memory of an average book of one session, after the last frame."""

    session: str
    contender: str
    bytes_per_book: float
    levels_per_book: float

    @property
    def bytes_per_level(self) -> float:
        """Memory of the book shared out to its levels."""
        return self.bytes_per_book / self.levels_per_book


def weigh_python(contender: CarefulPython, session: Session) -> Weight:
    """Replay a session and ask tracemalloc what the books hold in the end."""
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        run = _replayed(contender, session)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    levels = sum(len(book.bids) + len(book.asks) for book in run.books.values())
    books = len(run.books)
    return Weight(session.name, contender.name, (after - before) / books, levels / books)


def _replayed(contender: CarefulPython, session: Session) -> CarefulRun:
    run = contender.open(session)
    for frame in session.frames:
        run.on_frame(frame.payload, frame.ts_recv_ns)
    return run
