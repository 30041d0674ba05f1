"""Coinbase Exchange: `snapshot`, then `l2update` with absolute sizes and no sequence number."""

from collections.abc import Mapping

import msgspec

from benches.contenders.careful.books import Book


class Snapshot(msgspec.Struct, tag="snapshot", gc=False):
    """All levels of a product."""

    product_id: str
    asks: list[tuple[float, float]]
    bids: list[tuple[float, float]]


class L2Update(msgspec.Struct, tag="l2update", gc=False):
    """Levels that changed."""

    product_id: str
    changes: list[tuple[str, float, float]]


decode = msgspec.json.Decoder(L2Update | Snapshot, strict=False).decode


class ExchangeFeed:
    """A connection to the Exchange feed."""

    def __init__(self, books: Mapping[str, Book]) -> None:
        self.books = books

    def on_snapshot(self, _native: str, payload: bytes) -> None:
        self.on_frame(payload, 0)

    def on_frame(self, frame: bytes, _ts_recv_ns: int) -> None:
        message = decode(frame)
        book = self.books[message.product_id]
        if type(message) is L2Update:
            for side, price, size in message.changes:
                if side == "buy":
                    book.bids.set(price, size)
                else:
                    book.asks.set(price, size)
        elif type(message) is Snapshot:
            book.bids.load(message.bids)
            book.asks.load(message.asks)
