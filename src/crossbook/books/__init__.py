"""Order books: the engine, views of its books, the events it reports."""

from crossbook.books.book import Book, Level
from crossbook.books.consolidated import ConsolidatedBook, ConsolidatedLevel, Opportunity
from crossbook.books.digest import EventDigest
from crossbook.books.engine import Engine, Feed
from crossbook.books.events import EventBatch

__all__ = [
    "Book",
    "ConsolidatedBook",
    "ConsolidatedLevel",
    "Engine",
    "EventBatch",
    "EventDigest",
    "Feed",
    "Level",
    "Opportunity",
]
