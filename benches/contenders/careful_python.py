"""Contender (a): the careful pure-Python design, with and without the venue's proof."""

from collections.abc import Callable, Mapping
from typing import Protocol

from benches.contenders.base import ReadBest
from benches.contenders.careful import (
    binance,
    bybit,
    coinbase,
    gateio,
    kalshi,
    kraken_v1,
    kraken_v2,
    okx,
    polymarket,
)
from benches.contenders.careful.books import Book
from benches.contenders.careful.ladders import Ladder, ListLadder, SortedDictLadder
from benches.sessions import Session, Top


class Feed(Protocol):
    """What each venue's file offers."""

    def __init__(self, books: Mapping[str, Book]) -> None: ...

    def on_snapshot(self, native: str, payload: bytes, /) -> None: ...

    def on_frame(self, frame: bytes, ts_recv_ns: int, /) -> None: ...


FEEDS: Mapping[str, type[Feed]] = {
    "binance.combined": binance.CombinedFeed,
    "binance.raw": binance.RawFeed,
    "bybit.orderbook": bybit.Feed,
    "coinbase.exchange": coinbase.ExchangeFeed,
    "gateio.order_book_update": gateio.Feed,
    "kalshi.orderbook_delta": kalshi.Feed,
    "kraken.v1": kraken_v1.Feed,
    "kraken.v2": kraken_v2.Feed,
    "okx.books": okx.Feed,
    "polymarket.market": polymarket.Feed,
}
DECODERS: Mapping[str, Callable[[bytes], object]] = {
    "binance.combined": binance.decode_combined,
    "binance.raw": binance.decode_raw,
    "bybit.orderbook": bybit.decode,
    "coinbase.exchange": coinbase.decode,
    "gateio.order_book_update": gateio.decode,
    "kalshi.orderbook_delta": kalshi.decode,
    "kraken.v1": kraken_v1.decode,
    "kraken.v2": kraken_v2.decode,
    "okx.books": okx.decode,
    "polymarket.market": polymarket.decode,
}
"""What the feeds parse their frames with."""
PROVING_FEEDS: Mapping[str, type[Feed]] = {
    "kraken.v1": kraken_v1.ProvingFeed,
    "kraken.v2": kraken_v2.ProvingFeed,
    "polymarket.market": polymarket.ProvingFeed,
}


class CarefulRun:
    """Books of one session."""

    def __init__(self, session: Session, feed_type: type[Feed], ladder_type: type[Ladder]) -> None:
        self.books = {native: Book(spec, ladder_type) for native, spec in session.books.items()}
        feed = feed_type(self.books)
        for snapshot in session.snapshots:
            feed.on_snapshot(snapshot.native, snapshot.payload)
        self.on_frame = feed.on_frame

    def reader(self, native: str) -> ReadBest:
        return self.books[native].best

    def top(self, native: str) -> Top:
        return self.books[native].top()


class CarefulPython:
    """One choice of ladder, with or without proof."""

    def __init__(
        self,
        name: str,
        note: str,
        feeds: Mapping[str, type[Feed]],
        ladder_type: type[Ladder],
    ) -> None:
        self.name = name
        self.note = note
        self.feeds = feeds
        self.ladder_type = ladder_type

    def refusal(self, session: Session) -> str | None:
        if session.channel in self.feeds:
            return None
        return "the frames carry no proof, or (OKX) one that needs the text as it was sent"

    def open(self, session: Session) -> CarefulRun:
        return CarefulRun(session, self.feeds[session.channel], self.ladder_type)


REFERENCE = CarefulPython(
    "(a) careful Python",
    "typed msgspec decode, two SortedDicts of scaled integers, cached best prices",
    FEEDS,
    SortedDictLadder,
)
PROVING = CarefulPython(
    "(a) with proof",
    "the same, and each message's checksum (Kraken) or best prices (Polymarket) compared",
    PROVING_FEEDS,
    SortedDictLadder,
)
LISTS = CarefulPython(
    "(a) sorted lists",
    "the same without proof, but a dict and a list kept with bisect instead of a SortedDict",
    FEEDS,
    ListLadder,
)
