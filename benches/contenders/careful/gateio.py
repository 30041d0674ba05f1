"""Gate.io `spot.order_book_update`: diffs with contiguous ids on a REST snapshot."""

from collections.abc import Mapping

import msgspec

from benches.contenders.careful.books import Book, GapError

Pairs = list[tuple[float, float]]


class Result(msgspec.Struct, gc=False):
    """Levels that changed."""

    s: str
    U: int
    u: int
    b: Pairs
    a: Pairs


class Message(msgspec.Struct, gc=False):
    """A message of the channel."""

    result: Result


class RestBook(msgspec.Struct, gc=False):
    """The answer of `GET /spot/order_book` with `with_id=true`."""

    id: int
    asks: Pairs
    bids: Pairs


decode = msgspec.json.Decoder(Message, strict=False).decode
_decode_rest = msgspec.json.Decoder(RestBook, strict=False).decode


class Feed:
    """A connection to the channel."""

    def __init__(self, books: Mapping[str, Book]) -> None:
        self.books = books

    def on_snapshot(self, native: str, payload: bytes) -> None:
        answer = _decode_rest(payload)
        book = self.books[native]
        book.bids.load(answer.bids)
        book.asks.load(answer.asks)
        book.last_id = answer.id

    def on_frame(self, frame: bytes, _ts_recv_ns: int) -> None:
        result = decode(frame).result
        book = self.books[result.s]
        # Of the first diff after a snapshot the beginning may be older than it.
        if book.last_id + 1 < result.U:
            raise GapError(result.s, book.last_id + 1, result.U)
        book.last_id = result.u
        if result.b:
            book.bids.apply(result.b)
        if result.a:
            book.asks.apply(result.a)
