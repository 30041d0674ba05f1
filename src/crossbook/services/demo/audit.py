"""Compare books with what the simulated venues' books are."""

from crossbook.books import Book, Engine
from crossbook.model.events import BookState
from crossbook.sim.truth import Truth

__all__ = ["is_right", "live_books", "wrong_books"]


def live_books(engine: Engine) -> list[str]:
    """Return the ids of the books that say they can be trusted."""
    return [name for name, book in engine.books.items() if book.state is BookState.LIVE]


def wrong_books(engine: Engine, truth: Truth) -> list[str]:
    """Return the ids of the books that say they can be trusted and must not be.

    Every level of both sides is compared. The venues must stand still, and everything they sent
    must have arrived.
    """
    return [name for name in live_books(engine) if not is_right(engine.book(name), truth)]


def is_right(book: Book, truth: Truth) -> bool:
    """Return whether a book is, level by level, the venue's, as deep as the venue sends it."""
    instrument = book.instrument
    outcome = instrument.outcome.name if instrument.outcome else ""
    true = truth.book(instrument.venue, instrument.native, outcome, depth=book.depth or None)
    ours = [
        [(book.price(price), book.size(size)) for price, size in side] for side in book.levels()
    ]
    return ours == [list(true.bids), list(true.asks)]
