"""Exact, proven order books from many venues, merged and scanned for prices that cross."""

from crossbook.books import Book, ConsolidatedBook, Engine, EventBatch, Feed, Opportunity
from crossbook.errors import CrossbookError
from crossbook.model import Instrument, InstrumentId
from crossbook.model.events import BookSide, BookState, EventKind
from crossbook.venues.registry import venue

__version__ = "0.1.0"

__all__ = [
    "Book",
    "BookSide",
    "BookState",
    "ConsolidatedBook",
    "CrossbookError",
    "Engine",
    "EventBatch",
    "EventKind",
    "Feed",
    "Instrument",
    "InstrumentId",
    "Opportunity",
    "__version__",
    "venue",
]
