"""Polymarket market channel: `book` events, then `price_change` with absolute sizes."""

from collections.abc import Mapping

import msgspec

from benches.contenders.careful.books import Book, ProofError


class Change(msgspec.Struct, gc=False):
    """One level of one token, with the best prices after the change."""

    asset_id: str
    price: float
    size: float
    side: str
    best_bid: float
    best_ask: float


class Level(msgspec.Struct, gc=False):
    """A level of a `book` event."""

    price: float
    size: float


class Event(msgspec.Struct, gc=False):
    """Either event. The kind stands last in the message, so it is no use as a tag to decode by."""

    price_changes: list[Change] = []
    asset_id: str = ""
    bids: list[Level] = []
    asks: list[Level] = []


decode = msgspec.json.Decoder(Event | list[Event], strict=False).decode


class Feed:
    """A connection to the market channel; the best prices that it repeats are not looked at."""

    def __init__(self, books: Mapping[str, Book]) -> None:
        self.books = books

    def on_snapshot(self, _native: str, payload: bytes) -> None:
        self.on_frame(payload, 0)

    def on_frame(self, frame: bytes, _ts_recv_ns: int) -> None:
        message = decode(frame)
        if type(message) is list:
            for event in message:
                self._change(event)
        elif type(message) is Event:
            self._change(message)

    def _change(self, event: Event) -> None:
        books = self.books
        for change in event.price_changes:
            book = books[change.asset_id]
            if change.side == "BUY":
                book.bids.set(change.price, change.size)
            else:
                book.asks.set(change.price, change.size)
        if event.bids or event.asks:
            book = books[event.asset_id]
            book.bids.load((level.price, level.size) for level in event.bids)
            book.asks.load((level.price, level.size) for level in event.asks)


class ProvingFeed(Feed):
    """The same, with the best prices in each change compared."""

    def _change(self, event: Event) -> None:
        super()._change(event)
        for change in event.price_changes:
            book = self.books[change.asset_id]
            bids, asks = book.bids, book.asks
            if (
                round(change.best_bid * bids.price_scale) != bids.px
                or round(change.best_ask * asks.price_scale) != asks.px
            ):
                raise ProofError(change.asset_id, (change.best_bid, change.best_ask), book.best())
