"""The demo: simulated venues on real sockets, and a feed that is connected to them."""

from crossbook.services.demo.audit import is_right, live_books, wrong_books
from crossbook.services.demo.demo import Demo
from crossbook.services.demo.summary import Best, Summary, summarise

__all__ = ["Best", "Demo", "Summary", "is_right", "live_books", "summarise", "wrong_books"]
