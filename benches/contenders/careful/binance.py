"""Binance: depth diffs, bare or in a combined stream, on a REST snapshot."""

from collections.abc import Mapping

import msgspec

from benches.contenders.careful.books import Book, GapError

Pairs = list[tuple[float, float]]


class Depth(msgspec.Struct, gc=False):
    """`depthUpdate`: all levels that changed since the last one."""

    s: str
    U: int
    u: int
    b: Pairs
    a: Pairs


class Combined(msgspec.Struct, gc=False):
    """The envelope of a combined stream."""

    data: Depth


class RestDepth(msgspec.Struct, gc=False):
    """The answer of `GET /api/v3/depth`."""

    lastUpdateId: int  # noqa: N815 - the venue's name
    bids: Pairs
    asks: Pairs


decode_raw = msgspec.json.Decoder(Depth, strict=False).decode
decode_combined = msgspec.json.Decoder(Combined, strict=False).decode
_decode_rest = msgspec.json.Decoder(RestDepth, strict=False).decode


class DepthFeed:
    """Diffs applied to the books of a connection."""

    def __init__(self, books: Mapping[str, Book]) -> None:
        self.books = books

    def on_snapshot(self, native: str, payload: bytes) -> None:
        answer = _decode_rest(payload)
        book = self.books[native]
        book.bids.load(answer.bids)
        book.asks.load(answer.asks)
        book.last_id = answer.lastUpdateId

    def on_depth(self, depth: Depth) -> None:
        book = self.books[depth.s]
        # Of the first diff after a snapshot the beginning may be older than it.
        if book.last_id + 1 < depth.U:
            raise GapError(depth.s, book.last_id + 1, depth.U)
        book.last_id = depth.u
        if depth.b:
            book.bids.apply(depth.b)
        if depth.a:
            book.asks.apply(depth.a)


class RawFeed(DepthFeed):
    """A connection to one raw stream."""

    def on_frame(self, frame: bytes, _ts_recv_ns: int) -> None:
        self.on_depth(decode_raw(frame))


class CombinedFeed(DepthFeed):
    """A connection to a combined stream."""

    def on_frame(self, frame: bytes, _ts_recv_ns: int) -> None:
        self.on_depth(decode_combined(frame).data)
