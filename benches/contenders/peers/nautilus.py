"""nautilus_trader: its adapters' parsing into deltas and its Rust order book; and that book alone.

The adapters are driven as their data clients do it, up to the deltas: decode the
envelope, decode again by kind, build `OrderBookDeltas`. In place of the message
bus, the data engine and the cache stands one `OrderBook`, in its favour.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from importlib.util import find_spec
from typing import Any

import msgspec
from nautilus_trader.adapters.binance.common.schemas.market import (
    BinanceDataMsgWrapper,
    BinanceOrderBookMsg,
)
from nautilus_trader.adapters.bybit.schemas.ws import BybitWsMessageGeneral, decoder_ws_orderbook
from nautilus_trader.core.datetime import millis_to_nanos
from nautilus_trader.model.book import OrderBook
from nautilus_trader.model.data import BookOrder, OrderBookDelta, OrderBookDeltas
from nautilus_trader.model.enums import BookAction, BookType, OrderSide, RecordFlag
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
from nautilus_trader.model.objects import Price, Quantity

from benches.contenders.base import OnFrame, ReadBest
from benches.dialects import Change, changes
from benches.sessions import BookSpec, Session, Top


class Instrument:
    """The parts of a nautilus instrument that parsing asks for."""

    def __init__(self, session: Session, spec: BookSpec) -> None:
        self.id = InstrumentId(Symbol(spec.native), Venue(session.venue.upper()))
        self.price_precision = spec.price_decimals
        self.size_precision = spec.size_decimals

    def make_price(self, value: float) -> Price:
        return Price(value, self.price_precision)

    def make_qty(self, value: float) -> Quantity:
        return Quantity(value, self.size_precision)


class NautilusRun:
    """Books in the state that the snapshots give."""

    on_frame: OnFrame

    def __init__(self, session: Session) -> None:
        self.instruments = {
            native: Instrument(session, spec) for native, spec in session.books.items()
        }
        self.books = {
            native: OrderBook(instrument.id, BookType.L2_MBP)
            for native, instrument in self.instruments.items()
        }
        for snapshot in session.snapshots:
            for change in changes(session.channel, snapshot.payload):
                native = change.native or snapshot.native
                self.books[native].apply_deltas(self.deltas(native, change))

    def deltas(self, native: str, change: Change) -> OrderBookDeltas:
        """Build the library's own form of a change, from exact text."""
        instrument = self.instruments[native]
        sides = ((OrderSide.BUY, change.bids), (OrderSide.SELL, change.asks))
        orders = [
            BookOrder(
                side,
                Price.from_str(_padded(price, instrument.price_precision)),
                Quantity.from_str(_padded(size, instrument.size_precision)),
                0,
            )
            for side, levels in sides
            for price, size in levels
        ]
        deltas = [
            OrderBookDelta(
                instrument.id,
                BookAction.UPDATE if order.size > 0 else BookAction.DELETE,
                order,
                RecordFlag.F_LAST if index == len(orders) - 1 else 0,
                0,
                0,
                0,
            )
            for index, order in enumerate(orders)
        ]
        return OrderBookDeltas(instrument.id, deltas)

    def reader(self, native: str) -> ReadBest:
        book = self.books[native]
        bid_price, bid_size = book.best_bid_price, book.best_bid_size
        ask_price, ask_size = book.best_ask_price, book.best_ask_size

        def read() -> object:
            return bid_price(), bid_size(), ask_price(), ask_size()

        return read

    def top(self, native: str) -> Top:
        book = self.books[native]
        return Top(
            book.best_bid_price().as_decimal(),
            book.best_bid_size().as_decimal(),
            book.best_ask_price().as_decimal(),
            book.best_ask_size().as_decimal(),
        )


class AdapterRun(NautilusRun):
    """Frames parsed by the venue's adapter."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.on_frame = HANDLERS[session.channel](self)


class BareRun(NautilusRun):
    """Frames parsed before the run: only the book is timed."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.steps: Iterator[list[tuple[Callable[[Any], None], OrderBookDeltas]]] = iter(
            [
                [
                    (self.books[change.native].apply_deltas, self.deltas(change.native, change))
                    for change in changes(session.channel, frame.payload)
                ]
                for frame in session.frames
            ]
        )

    def on_frame(self, _frame: bytes, _ts_recv_ns: int) -> None:
        for apply, deltas in next(self.steps):
            apply(deltas)


def _binance(run: AdapterRun) -> OnFrame:
    """`BinanceCommonDataClient._handle_ws_message` and `_handle_book_diff_update`."""
    decode_wrapper = msgspec.json.Decoder(BinanceDataMsgWrapper).decode
    decode = msgspec.json.Decoder(BinanceOrderBookMsg).decode
    books = run.books
    ids = {native: instrument.id for native, instrument in run.instruments.items()}

    def on_frame(frame: bytes, ts_recv_ns: int) -> None:
        if "@depth@" in decode_wrapper(frame).stream:
            data = decode(frame).data
            deltas = data.parse_to_order_book_deltas(instrument_id=ids[data.s], ts_init=ts_recv_ns)
            books[data.s].apply_deltas(deltas)

    return on_frame


def _bybit(run: AdapterRun) -> OnFrame:
    """`BybitDataClient._handle_ws_message` and `_handle_orderbook`."""
    decode_general = msgspec.json.Decoder(BybitWsMessageGeneral).decode
    decode = decoder_ws_orderbook().decode
    books, instruments = run.books, run.instruments

    def on_frame(frame: bytes, ts_recv_ns: int) -> None:
        if "orderbook" in decode_general(frame).topic:
            message = decode(frame)
            instrument = instruments[message.data.s]
            deltas = message.data.parse_to_deltas(
                instrument_id=instrument.id,
                price_precision=instrument.price_precision,
                size_precision=instrument.size_precision,
                ts_event=millis_to_nanos(message.ts),
                ts_init=ts_recv_ns,
            )
            books[message.data.s].apply_deltas(deltas)

    return on_frame


def _polymarket(run: AdapterRun) -> OnFrame:
    """`PolymarketDataClient._handle_raw_ws_message` and `_handle_quote`."""
    # Its adapter comes with an extra of its own (`nautilus_trader[polymarket]`).
    from nautilus_trader.adapters.polymarket.schemas.book import (  # noqa: PLC0415
        PolymarketBookSnapshot,
        PolymarketQuotes,
    )

    message_type = list[PolymarketBookSnapshot] | PolymarketBookSnapshot | PolymarketQuotes
    decode = msgspec.json.Decoder(message_type).decode
    books, instruments = run.books, run.instruments

    def on_frame(frame: bytes, ts_recv_ns: int) -> None:
        message = decode(frame)
        for change in message.price_changes:
            instrument = instruments[change.asset_id]
            order = BookOrder(
                side=OrderSide.BUY if change.side.value == "BUY" else OrderSide.SELL,
                price=instrument.make_price(float(change.price)),
                size=instrument.make_qty(float(change.size)),
                order_id=0,
            )
            delta = OrderBookDelta(
                instrument_id=instrument.id,
                action=BookAction.UPDATE if order.size > 0 else BookAction.DELETE,
                order=order,
                flags=RecordFlag.F_LAST,
                sequence=0,
                ts_event=millis_to_nanos(float(message.timestamp)),
                ts_init=ts_recv_ns,
            )
            books[change.asset_id].apply(OrderBookDeltas(instrument.id, [delta]))

    return on_frame


HANDLERS: Mapping[str, Callable[[AdapterRun], OnFrame]] = {
    "binance.combined": _binance,
    "bybit.orderbook": _bybit,
    "polymarket.market": _polymarket,
}


class NautilusAdapter:
    """nautilus_trader from frame to book."""

    name = "(c) nautilus_trader adapter"
    note = "its adapter's structs and deltas, then its Rust `OrderBook`"

    def refusal(self, session: Session) -> str | None:
        if session.channel not in HANDLERS:
            return "no Python parsing of this wire format"
        if session.venue == "polymarket" and find_spec("py_clob_client") is None:
            return "the adapter needs the extra nautilus_trader[polymarket]"
        return None

    def open(self, session: Session) -> AdapterRun:
        return AdapterRun(session)


class NautilusBook:
    """nautilus_trader's book without any parsing."""

    name = "(c) nautilus_trader bare book"
    note = "its Rust `OrderBook` on deltas made before the run: no parsing at all"

    def refusal(self, session: Session) -> str | None:
        return "deltas add to a level" if session.channel.startswith("kalshi") else None

    def open(self, session: Session) -> BareRun:
        return BareRun(session)


def contenders() -> list[NautilusAdapter | NautilusBook]:
    """Return what is measured of this library."""
    return [NautilusAdapter(), NautilusBook()]


def _padded(text: str, decimals: int) -> str:
    """Write a number with a fixed count of decimals: they are its precision."""
    return f"{Decimal(text):.{decimals}f}"
