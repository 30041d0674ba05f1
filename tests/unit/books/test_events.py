"""Batches of events: by kind, without reading all of them."""

from crossbook.books import EventBatch
from crossbook.model.events import EventKind

KINDS = list(EventKind)


def record(kind: EventKind, number: int) -> bytes:
    """Return a record of a kind that can be told from others by a number."""
    return bytes([KINDS.index(kind)]) + bytes(78) + bytes([number])


MIXED = [EventKind.TOP, EventKind.TRADE, EventKind.LEVEL, EventKind.TRADE, EventKind.SNAPSHOT]
BATCH = EventBatch(b"".join(record(kind, number) for number, kind in enumerate(MIXED)))


def test_events_are_counted_by_kind() -> None:
    counts = {kind: BATCH.count(kind) for kind in EventKind}
    assert counts == {kind: MIXED.count(kind) for kind in EventKind}


def test_the_events_of_a_kind_keep_their_order() -> None:
    trades = BATCH.of(EventKind.TRADE)
    assert trades.raw == record(EventKind.TRADE, 1) + record(EventKind.TRADE, 3)
    # Snapshots are kind 0, as are most bytes of a record.
    assert BATCH.of(EventKind.SNAPSHOT).raw == record(EventKind.SNAPSHOT, 4)
    assert len(BATCH.of(EventKind.GAP)) == 0
