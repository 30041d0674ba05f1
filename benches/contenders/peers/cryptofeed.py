"""cryptofeed: its exchange classes' `message_handler`, fed with the frames; its own order book.

The handler is a coroutine that never waits once the snapshot is there, so it is
run to its end by hand instead of by an event loop. Nothing is subscribed to the
book, so no callback is called.
"""

from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cryptofeed.defines import L2_BOOK
from cryptofeed.exchanges import OKX, Binance, Bybit, Gateio, Kraken
from cryptofeed.feed import Feed
from cryptofeed.symbols import Symbols

from benches.contenders.base import ReadBest
from benches.sessions import Session, Top


@dataclass(frozen=True)
class Exchange:
    """How one exchange class is set up."""

    feed_type: type[Feed]
    has_checksum: bool = False
    has_rest_snapshot: bool = False
    address: str = ""
    """Some handlers read the market from the address of the connection."""


EXCHANGES: Mapping[str, Exchange] = {
    "binance.combined": Exchange(Binance, has_rest_snapshot=True),
    "bybit.orderbook": Exchange(Bybit, address="linear"),
    "gateio.order_book_update": Exchange(Gateio, has_rest_snapshot=True),
    "kraken.v1": Exchange(Kraken, has_checksum=True),
    "okx.books": Exchange(OKX, has_checksum=True),
}


class Connection:
    """Stands for the websocket connection that handlers are told of."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.uuid = "bench"


class RecordedRest:
    """Answers a snapshot request with the recorded answer."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    async def read(self, _address: str) -> str:
        return self.body.decode()


class CryptofeedRun:
    """One exchange object with the session's books."""

    def __init__(self, session: Session, exchange: Exchange, *, is_proving: bool) -> None:
        # Standard names, one to one: what they are does not matter here, but they
        # must be known, or the class would fetch the list of symbols itself.
        self.names = {native: f"B{i}-QUOTE" for i, native in enumerate(session.books)}
        symbols = {name: native for native, name in self.names.items()}
        Symbols.set(exchange.feed_type.id, symbols, {"instrument_type": {}})
        self.feed = exchange.feed_type(
            symbols=list(symbols), channels=[L2_BOOK], checksum_validation=is_proving
        )
        self.connection = Connection(exchange.address)
        if exchange.has_rest_snapshot:
            self.feed._reset()  # noqa: SLF001 - subscribing does it.
        for snapshot in session.snapshots:
            if exchange.has_rest_snapshot:
                self.feed.http_conn = RecordedRest(snapshot.payload)
                # The handler does it by itself when the first diff comes; that would be timed.
                _finish(self.feed._snapshot(snapshot.native))  # noqa: SLF001 - as said above.
            else:
                self.on_frame(snapshot.payload, 0)

    def on_frame(self, frame: bytes, _ts_recv_ns: int) -> None:
        # The websocket library hands text frames over as `str`.
        _finish(self.feed.message_handler(frame.decode(), self.connection, 0.0))

    def reader(self, native: str) -> ReadBest:
        book = self._book(native)
        bids, asks = book.bids, book.asks

        def read() -> object:
            return bids.index(0), asks.index(0)

        return read

    def top(self, native: str) -> Top:
        book = self._book(native)
        return Top(*map(Decimal, (*book.bids.index(0), *book.asks.index(0))))

    def _book(self, native: str) -> Any:
        return self.feed._l2_book[self.names[native]].book  # noqa: SLF001 - users get it by callback.


class Cryptofeed:
    """cryptofeed with or without its checksum validation."""

    def __init__(self, name: str, note: str, *, is_proving: bool) -> None:
        self.name = name
        self.note = note
        self.is_proving = is_proving

    def refusal(self, session: Session) -> str | None:
        if session.channel not in EXCHANGES:
            return "no handler for this wire format"
        if self.is_proving and not EXCHANGES[session.channel].has_checksum:
            return "no checksum to validate"
        return None

    def open(self, session: Session) -> CryptofeedRun:
        return CryptofeedRun(session, EXCHANGES[session.channel], is_proving=self.is_proving)


def contenders() -> list[Cryptofeed]:
    """Return what is measured of this library."""
    note = "`Feed.message_handler` on each frame, best prices from its `order_book`"
    return [
        Cryptofeed("(c) cryptofeed", note, is_proving=False),
        Cryptofeed(
            "(c) cryptofeed, checksums", f"{note}; `checksum_validation=True`", is_proving=True
        ),
    ]


def _finish(coroutine: Coroutine[Any, Any, None]) -> None:
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise RuntimeError("the coroutine waits for something")
