"""Kalshi `orderbook_delta`: bids of YES and of NO; a delta adds to a level.

One book a market: a bid of NO at p is kept as an ask of YES at 1 - p.
"""

from collections.abc import Mapping

import msgspec

from benches.contenders.careful.books import Book, GapError

Pairs = list[tuple[float, float]]


class SnapshotData(msgspec.Struct, gc=False):
    """All bids of a market."""

    market_ticker: str
    yes_dollars_fp: Pairs = []
    no_dollars_fp: Pairs = []


class DeltaData(msgspec.Struct, gc=False):
    """A change of one level."""

    market_ticker: str
    price_dollars: float
    delta_fp: float
    side: str


class Snapshot(msgspec.Struct, tag="orderbook_snapshot", gc=False):
    """The first message of a market."""

    seq: int
    msg: SnapshotData


class Delta(msgspec.Struct, tag="orderbook_delta", gc=False):
    """The messages after it."""

    seq: int
    msg: DeltaData


decode = msgspec.json.Decoder(Delta | Snapshot, strict=False).decode


class Feed:
    """A subscription: all its markets share one sequence."""

    def __init__(self, books: Mapping[str, Book]) -> None:
        self.books = books
        self.seq = 0

    def on_snapshot(self, _native: str, payload: bytes) -> None:
        self.on_frame(payload, 0)

    def on_frame(self, frame: bytes, _ts_recv_ns: int) -> None:
        message = decode(frame)
        if message.seq != self.seq + 1:
            raise GapError(message.msg.market_ticker, self.seq + 1, message.seq)
        self.seq = message.seq
        if type(message) is Delta:
            delta = message.msg
            book = self.books[delta.market_ticker]
            if delta.side == "yes":
                book.bids.add(delta.price_dollars, delta.delta_fp)
            else:
                book.asks.add(1.0 - delta.price_dollars, delta.delta_fp)
        elif type(message) is Snapshot:
            snapshot = message.msg
            book = self.books[snapshot.market_ticker]
            book.bids.load(snapshot.yes_dollars_fp)
            book.asks.load((1.0 - price, size) for price, size in snapshot.no_dollars_fp)
