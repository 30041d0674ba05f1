import struct

from crossbook import Engine, EventKind, venue
from crossbook.backtest.tally import Tally
from crossbook.books import EventBatch
from crossbook.model.events import OpportunityPhase

RECORD = struct.Struct("<BBBxI9q")
KINDS = list(EventKind)


def event(kind: EventKind, detail: int = 0) -> bytes:
    return RECORD.pack(KINDS.index(kind), 255, detail, 0, *range(9))


def opportunity(phase: OpportunityPhase) -> bytes:
    return event(EventKind.OPPORTUNITY, list(OpportunityPhase).index(phase))


RECORDS = [
    event(EventKind.TRADE),
    event(EventKind.LEVEL, detail=2),
    opportunity(OpportunityPhase.OPENED),
    opportunity(OpportunityPhase.UPDATED),
    event(EventKind.TRADE, detail=0),
    opportunity(OpportunityPhase.CLOSED),
    opportunity(OpportunityPhase.OPENED),
]


def test_events_are_counted_by_kind() -> None:
    tally = Tally()
    tally.take(EventBatch(b"".join(RECORDS)))
    assert tally.counts == {"level": 1, "trade": 2, "opportunity": 4}
    assert tally.opportunities == 2


def test_batches_make_no_difference() -> None:
    whole, parts = Tally(), Tally()
    whole.take(EventBatch(b"".join(RECORDS)))
    for record in RECORDS:
        parts.take(EventBatch(record))
        parts.take(EventBatch(b""))
    assert whole.finish([]) == parts.finish([])
    assert whole.counts == parts.counts
    assert whole.opportunities == parts.opportunities


def test_the_order_of_events_makes_a_difference() -> None:
    there, back = Tally(), Tally()
    there.take(EventBatch(b"".join(RECORDS)))
    back.take(EventBatch(b"".join(reversed(RECORDS))))
    assert there.finish([]) != back.finish([])


def test_batches_are_passed_on() -> None:
    seen: list[EventBatch] = []
    tally = Tally(seen.append)
    batch = EventBatch(RECORDS[0])
    tally.take(batch)
    assert seen == [batch]


def test_the_books_are_part_of_the_digest() -> None:
    engine = Engine()
    book = engine.add_instrument(venue("binance").symbols.instrument_from_native("BTCUSDT"))
    assert Tally().finish([book]) != Tally().finish([])
