"""Kraken websocket v2: books cut to the subscribed depth, numbers as JSON numbers."""

from collections.abc import Mapping

import msgspec

from benches.contenders.careful.books import Book
from benches.contenders.careful.kraken_checksum import Checksum

DEPTH = 10


class Level(msgspec.Struct, gc=False):
    """A level."""

    price: float
    qty: float


class Data(msgspec.Struct, gc=False):
    """One book's changes, or all of its levels."""

    symbol: str
    bids: list[Level]
    asks: list[Level]
    checksum: int


class Message(msgspec.Struct, gc=False):
    """A message of the `book` channel."""

    type: str
    data: tuple[Data]


decode = msgspec.json.Decoder(Message).decode


class Feed:
    """A connection to the `book` channel at depth 10; checksums are not looked at."""

    def __init__(self, books: Mapping[str, Book]) -> None:
        self.books = books

    def on_snapshot(self, _native: str, payload: bytes) -> None:
        self.on_frame(payload, 0)

    def on_frame(self, frame: bytes, _ts_recv_ns: int) -> None:
        message = decode(frame)
        data = message.data[0]
        self._change(self.books[data.symbol], message.type, data)

    def _change(self, book: Book, kind: str, data: Data) -> None:
        bids, asks = book.bids, book.asks
        if kind == "update":
            for level in data.bids:
                bids.set(level.price, level.qty)
            for level in data.asks:
                asks.set(level.price, level.qty)
        else:
            bids.load((level.price, level.qty) for level in data.bids)
            asks.load((level.price, level.qty) for level in data.asks)
        # The venue says no more about a level that fell out of the subscribed depth.
        if len(bids) > DEPTH:
            bids.cut(DEPTH)
        if len(asks) > DEPTH:
            asks.cut(DEPTH)


class ProvingFeed(Feed):
    """The same, with each message's checksum compared."""

    def __init__(self, books: Mapping[str, Book]) -> None:
        super().__init__(books)
        self.checksums = {native: Checksum(book) for native, book in books.items()}

    def on_frame(self, frame: bytes, _ts_recv_ns: int) -> None:
        message = decode(frame)
        data = message.data[0]
        checksum = self.checksums[data.symbol]
        self._change(checksum.book, message.type, data)
        checksum.note(data.bids, data.asks)
        checksum.compare(data.checksum)
