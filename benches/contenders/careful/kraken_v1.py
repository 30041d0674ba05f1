"""Kraken websocket v1: book messages as arrays, each with a checksum of the ten best levels."""

from collections.abc import Mapping

import msgspec

from benches.contenders.careful.books import Book
from benches.contenders.careful.kraken_checksum import Checksum

DEPTH = 1000


class Level(msgspec.Struct, array_like=True, gc=False):
    """A level; time and the mark of a repeated one follow and are skipped."""

    price: float
    size: float


class Sides(msgspec.Struct, gc=False):
    """`a` and `b` of an update, `as` and `bs` of a snapshot."""

    b: list[Level] = []
    a: list[Level] = []
    c: int = 0
    asks: list[Level] = msgspec.field(default_factory=list, name="as")
    bids: list[Level] = msgspec.field(default_factory=list, name="bs")


class Message(msgspec.Struct, array_like=True, gc=False):
    """`[id, sides, channel, pair]`; when both sides changed, `[id, asks, bids, channel, pair]`."""

    channel_id: int
    sides: Sides
    second: str | Sides
    third: str
    fourth: str = ""


decode = msgspec.json.Decoder(Message, strict=False).decode


class Feed:
    """A connection to the `book` channel; checksums are not looked at."""

    def __init__(self, books: Mapping[str, Book]) -> None:
        self.books = books

    def on_snapshot(self, _native: str, payload: bytes) -> None:
        message = decode(payload)
        book = self.books[message.third]
        book.bids.load((level.price, level.size) for level in message.sides.bids)
        book.asks.load((level.price, level.size) for level in message.sides.asks)

    def on_frame(self, frame: bytes, _ts_recv_ns: int) -> None:
        message = decode(frame)
        second = message.second
        if isinstance(second, str):
            self._change(self.books[message.third], message.sides)
        else:
            book = self.books[message.fourth]
            self._change(book, message.sides)
            self._change(book, second)

    def _change(self, book: Book, sides: Sides) -> None:
        if sides.b:
            bids = book.bids
            for level in sides.b:
                bids.set(level.price, level.size)
            if len(bids) > DEPTH:
                bids.cut(DEPTH)
        if sides.a:
            asks = book.asks
            for level in sides.a:
                asks.set(level.price, level.size)
            if len(asks) > DEPTH:
                asks.cut(DEPTH)


class ProvingFeed(Feed):
    """The same, with each message's checksum compared."""

    def __init__(self, books: Mapping[str, Book]) -> None:
        super().__init__(books)
        self.checksums = {native: Checksum(book) for native, book in books.items()}

    def on_frame(self, frame: bytes, _ts_recv_ns: int) -> None:
        message = decode(frame)
        second = message.second
        sides = message.sides
        if isinstance(second, str):
            checksum = self.checksums[message.third]
            self._change(checksum.book, sides)
        else:
            checksum = self.checksums[message.fourth]
            self._change(checksum.book, sides)
            self._change(checksum.book, second)
            checksum.note(second.b, second.a)
            sides.c = sides.c or second.c
        checksum.note(sides.b, sides.a)
        checksum.compare(sides.c)
