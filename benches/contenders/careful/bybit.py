"""Bybit v5 `orderbook`: a snapshot, then deltas whose update ids have no gap."""

from collections.abc import Mapping

import msgspec

from benches.contenders.careful.books import Book, GapError


class Data(msgspec.Struct, gc=False):
    """Levels of one book."""

    s: str
    b: list[tuple[float, float]]
    a: list[tuple[float, float]]
    u: int


class Message(msgspec.Struct, gc=False):
    """A message of an `orderbook` topic."""

    type: str
    data: Data


decode = msgspec.json.Decoder(Message, strict=False).decode


class Feed:
    """A connection to one or more `orderbook` topics."""

    def __init__(self, books: Mapping[str, Book]) -> None:
        self.books = books

    def on_snapshot(self, _native: str, payload: bytes) -> None:
        self.on_frame(payload, 0)

    def on_frame(self, frame: bytes, _ts_recv_ns: int) -> None:
        message = decode(frame)
        data = message.data
        book = self.books[data.s]
        if message.type == "delta":
            if data.u != book.last_id + 1:
                raise GapError(data.s, book.last_id + 1, data.u)
            if data.b:
                book.bids.apply(data.b)
            if data.a:
                book.asks.apply(data.a)
        else:
            book.bids.load(data.b)
            book.asks.load(data.a)
        book.last_id = data.u
