from crossbook import Engine, venue
from crossbook.books import Book, EventBatch
from crossbook.books.digest import EventDigest

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


def digest(*books: Book) -> str:
    made = EventDigest()
    for each in books:
        made.add_book(each)
    return made.hex()


def test_the_same_book_has_the_same_digest() -> None:
    assert digest(book(7, 2)) == digest(book(7, 2))


def test_whatever_differs_shows() -> None:
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
    assert len({digest(*each) for each in books}) == len(books)


def test_batches_make_no_difference() -> None:
    whole, parts = EventDigest(), EventDigest()
    whole.update(EventBatch(bytes(range(160))))
    parts.update(EventBatch(bytes(range(80))))
    parts.update(EventBatch(bytes(range(80, 160))))
    assert whole.hex() == parts.hex()
    assert whole.events == parts.events == 2
