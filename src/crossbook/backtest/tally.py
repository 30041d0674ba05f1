"""Events counted, digested and passed on, batch by batch."""

from collections.abc import Callable, Iterable

from crossbook.books import Book, EventBatch
from crossbook.books.digest import EventDigest
from crossbook.model.events import EventKind, OpportunityPhase

__all__ = ["OnEvents", "Tally"]

OnEvents = Callable[[EventBatch], None]
"""Told the next events."""

_RECORD_BYTES = 80
_KINDS = tuple(EventKind)
_OPPORTUNITY = _KINDS.index(EventKind.OPPORTUNITY)
_OPENED = tuple(OpportunityPhase).index(OpportunityPhase.OPENED)


class Tally:
    """What the events of a replay come to."""

    def __init__(self, on_events: OnEvents | None = None) -> None:
        self._on_events = on_events
        self._digest = EventDigest()
        self._counts = [0] * len(_KINDS)
        self.opportunities = 0

    def take(self, batch: EventBatch) -> None:
        """Take the next events."""
        self._digest.update(batch)
        # The first byte of a record is its kind: no event is made to count it.
        kinds = batch.raw[::_RECORD_BYTES]
        for kind in set(kinds):
            self._counts[kind] += kinds.count(kind)
        if _OPPORTUNITY in kinds:
            phases = batch.raw[2::_RECORD_BYTES]
            self.opportunities += sum(
                kind == _OPPORTUNITY and phase == _OPENED
                for kind, phase in zip(kinds, phases, strict=True)
            )
        if self._on_events is not None:
            self._on_events(batch)

    def finish(self, books: Iterable[Book]) -> str:
        """Return the digest of all events and of the books at the end."""
        for book in books:
            self._digest.add_book(book)
        return self._digest.hex()

    @property
    def counts(self) -> dict[str, int]:
        """Events by kind, without those that never came."""
        return {
            kind.value: count for kind, count in zip(_KINDS, self._counts, strict=True) if count
        }
