"""One number for all that an engine reported."""

import hashlib
import struct

from crossbook.books.book import Book
from crossbook.books.events import EventBatch

__all__ = ["EventDigest"]

_LEVEL = struct.Struct("<qq")


class EventDigest:
    """SHA-256 over the records of all events, in their order, and over books.

    How the events were cut into batches makes no difference.

    Examples:
        >>> digest = EventDigest()
        >>> digest.update(EventBatch(bytes(80)))
        >>> digest.events, digest.hex()[:16]
        (1, '5b6fb58e61fa4759')
    """

    __slots__ = ("_hash", "events")

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.events = 0

    def update(self, batch: EventBatch) -> None:
        """Add the next events."""
        self._hash.update(batch.raw)
        self.events += len(batch)

    def add_book(self, book: Book) -> None:
        """Add what a book holds now: its name, scale, state, sequence and levels."""
        instrument = book.instrument
        bids, asks = book.levels()
        head = (
            instrument.id,
            instrument.price_decimals,
            instrument.size_decimals,
            book.state.value,
            book.sequence,
            len(bids),
            len(asks),
        )
        self._hash.update("\n".join(map(str, head)).encode())
        for side in (bids, asks):
            self._hash.update(b"".join(_LEVEL.pack(*level) for level in side))

    def hex(self) -> str:
        """Return the digest so far as 64 hexadecimal digits."""
        return self._hash.hexdigest()
