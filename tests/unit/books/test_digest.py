"""One number for all events, and for books."""

import hashlib

from crossbook import Engine, venue
from crossbook.books import Book, EventBatch, EventDigest

RECORDS = bytes(range(160)) + bytes(80)
ANSWER = b'{"lastUpdateId":%d,"bids":[["99.5","%d"]],"asks":[["100.5","1"]]}'


def book(update_id: int, size: int, *, price_decimals: int = 2, native: str = "BTCUSDT") -> Book:
    engine = Engine()
    instrument = venue("binance").symbols.instrument_from_native(
        native, price_decimals=price_decimals
    )
    found = engine.add_instrument(instrument)
    if update_id:
        body = ANSWER % (update_id, size)
        engine.open_feed("binance").on_snapshot(native, body, ts_recv_ns=1)
    return found


def digest_of(*books: Book) -> str:
    digest = EventDigest()
    for each in books:
        digest.add_book(each)
    return digest.hex()


def test_the_digest_is_sha256_over_all_records() -> None:
    digest = EventDigest()
    digest.update(EventBatch(RECORDS))
    assert digest.hex() == hashlib.sha256(RECORDS).hexdigest()
    assert digest.events == 3


def test_the_cut_into_batches_makes_no_difference() -> None:
    whole, parts = EventDigest(), EventDigest()
    whole.update(EventBatch(RECORDS))
    for start in range(0, len(RECORDS), 80):
        parts.update(EventBatch(RECORDS[start : start + 80]))
        parts.update(EventBatch(b""))
    assert (parts.hex(), parts.events) == (whole.hex(), whole.events)


def test_the_same_book_has_the_same_digest() -> None:
    assert digest_of(book(7, 2)) == digest_of(book(7, 2))


def test_whatever_differs_between_books_shows() -> None:
    books = [
        [book(7, 2)],
        [book(8, 2)],
        [book(7, 3)],
        [book(0, 0)],
        [book(7, 2, price_decimals=3)],
        [book(7, 2, native="ETHUSDT")],
        [book(7, 2), book(7, 2)],
        [],
    ]
    assert len({digest_of(*each) for each in books}) == len(books)
