"""OKX v5 `books`: a snapshot, then updates with absolute sizes (recorded before `seqId`)."""

from collections.abc import Mapping

import msgspec

from benches.contenders.careful.books import Book


class Level(msgspec.Struct, array_like=True, gc=False):
    """A level; two counts follow and are skipped."""

    price: float
    size: float


class Argument(msgspec.Struct, gc=False):
    """Which book a message is about."""

    instId: str  # noqa: N815 - the venue's name


class Data(msgspec.Struct, gc=False):
    """Levels of one book."""

    asks: list[Level]
    bids: list[Level]


class Message(msgspec.Struct, gc=False):
    """A message of the `books` channel."""

    arg: Argument
    action: str
    data: tuple[Data]


decode = msgspec.json.Decoder(Message, strict=False).decode


class Feed:
    """A connection to the `books` channel; checksums are not looked at."""

    def __init__(self, books: Mapping[str, Book]) -> None:
        self.books = books

    def on_snapshot(self, _native: str, payload: bytes) -> None:
        self.on_frame(payload, 0)

    def on_frame(self, frame: bytes, _ts_recv_ns: int) -> None:
        message = decode(frame)
        book = self.books[message.arg.instId]
        data = message.data[0]
        bids = [(level.price, level.size) for level in data.bids]
        asks = [(level.price, level.size) for level in data.asks]
        if message.action == "update":
            book.bids.apply(bids)
            book.asks.apply(asks)
        else:
            book.bids.load(bids)
            book.asks.load(asks)
