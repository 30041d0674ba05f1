"""One number for all that an engine reported."""

import hashlib

from crossbook.books.events import EventBatch

__all__ = ["EventDigest"]


class EventDigest:
    """SHA-256 over the records of all events, in their order.

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

    def hex(self) -> str:
        """Return the digest so far as 64 hexadecimal digits."""
        return self._hash.hexdigest()
