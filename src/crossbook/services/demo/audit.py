"""Compare an engine's books with what they must be."""

from crossbook.books import Book, Engine
from crossbook.model.events import BookState
from crossbook.sim import Listing, SimulatedSession

__all__ = ["is_right", "live_books", "wrong_books"]


def live_books(engine: Engine) -> list[str]:
    """Return the ids of the books that say they can be trusted."""
    return [name for name, book in engine.books.items() if book.state is BookState.LIVE]


def wrong_books(engine: Engine, session: SimulatedSession) -> list[str]:
    """Return the ids of the books that say they can be trusted and must not be.

    Every level of both sides is compared with the simulator's own book.
    """
    live = set(live_books(engine))
    return [
        listing.instrument_id
        for listing in session.metadata()
        if listing.instrument_id in live
        and not is_right(engine.book(listing.instrument_id), session, listing)
    ]


def is_right(book: Book, session: SimulatedSession, listing: Listing) -> bool:
    """Return whether a book is, level by level, what a client must know that missed nothing."""
    truth = session.truth(listing.venue, listing.native, listing.outcome)
    ours = [
        [(book.price(price), book.size(size)) for price, size in side] for side in book.levels()
    ]
    return ours == [truth.bids, truth.asks]
