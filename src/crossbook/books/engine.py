"""The engine: frames in; proved books, merged books and events out."""

from collections.abc import Iterator, Mapping
from decimal import ROUND_FLOOR, Decimal
from types import MappingProxyType

from crossbook import _core
from crossbook.books.book import Book
from crossbook.books.consolidated import ConsolidatedBook, ConsolidatedLevel, Opportunity
from crossbook.books.events import EventBatch
from crossbook.errors import PrecisionError, UnknownInstrumentError
from crossbook.model import AssetKey, FeeCurve, Instrument, InstrumentId, Outcome
from crossbook.model.events import EventKind

__all__ = ["Engine", "Feed"]

Feed = _core.Feed
"""One connection: `on_frame(frame, ts_recv_ns)`, `on_snapshot(native, body, ts_recv_ns)`,
`on_open(ts_recv_ns)`, `on_close(ts_recv_ns)`, `take_controls()`, `unsynced()`, `counts()`.

Several open feeds may bring one book: it stays live as long as one of them is healthy, and each
change is applied once."""

_OUTCOMES = {None: 0, Outcome.YES: 1, Outcome.NO: 2}


class Engine:
    """All books of a process, fed frame by frame.

    It has no clock and opens no socket: whoever owns a connection calls
    `feed.on_frame(frame, ts_recv_ns)` once a frame. Whatever the frame holds, that call does not
    raise: faults are counted by kind, reported as events and never change a book. The same calls
    in the same order give the same events.

    Args:
        events_max: events that are kept until `drain`; the oldest are dropped, and counted in
            `events_dropped`, when there are more.

    Examples:
        >>> from crossbook import Engine, venue
        >>> engine = Engine()
        >>> book = engine.add_instrument(venue("binance").symbols.instrument_from_native("BTCUSDT"))
        >>> feed = engine.open_feed("binance")
        >>> engine.subscribe(EventKind.STATE)
        >>> answer = b'{"lastUpdateId":7,"bids":[["99.5","2"]],"asks":[["100.5","1"]]}'
        >>> feed.on_snapshot("BTCUSDT", answer, ts_recv_ns=1)
        1
        >>> frame = (b'{"e":"depthUpdate","E":1672515782136,"s":"BTCUSDT","U":8,"u":9,'
        ...          b'"b":[["99.6","3"]],"a":[]}')
        >>> feed.on_frame(frame, ts_recv_ns=2)
        1
        >>> price, size = book.best_bid
        >>> str(book.price(price).normalize()), str(book.size(size).normalize())
        ('99.6', '3')
        >>> [event.state.value for event in engine.drain()]
        ['live']
    """

    def __init__(self, *, events_max: int = 65_536) -> None:
        self._core = _core.Engine(events_max)
        self._books: dict[str, Book] = {}
        self._numbers: dict[str, int] = {}
        self._instruments: list[Instrument] = []

    def add_instrument(self, instrument: Instrument) -> Book:
        """Register an instrument and return the view of its book.

        Its events carry a number: how many instruments were registered before it.

        Raises:
            DuplicateInstrumentError: its id or one of its native symbols is registered.
            ScaleMismatchError: its asset has another storage scale.
            PrecisionError: one of its rules is finer than its storage scale.
        """
        fee = instrument.fee
        number = self._core.add_instrument(
            str(instrument.id),
            instrument.venue,
            _natives(instrument),
            _OUTCOMES[instrument.outcome],
            (instrument.price_decimals, instrument.size_decimals),
            (
                _scaled(instrument.tick, instrument.price_decimals),
                _scaled(instrument.lot, instrument.size_decimals),
            ),
            (
                _scaled(instrument.min_size, instrument.size_decimals),
                _bounded(instrument.max_size, instrument.size_decimals),
                _scaled(
                    instrument.min_notional, instrument.price_decimals + instrument.size_decimals
                ),
            ),
            (fee.taker_ppm, fee.curve is FeeCurve.QUADRATIC, fee.rounding_decimals),
            str(instrument.asset),
            0,
            _printed(instrument),
        )
        book = Book(instrument, self._core.book(number))
        self._books[str(instrument.id)] = book
        self._numbers[str(instrument.id)] = number
        self._instruments.append(instrument)
        return book

    def open_feed(self, venue: str) -> Feed:
        """Return a new connection to a venue: one for each socket.

        Raises:
            UnknownVenueError: no venue has that id.
        """
        return self._core.open_feed(venue)

    def book(self, instrument_id: str | InstrumentId) -> Book:
        """Return the view of an instrument's book.

        Raises:
            UnknownInstrumentError: it is not registered.
        """
        try:
            return self._books[str(instrument_id)]
        except KeyError:
            raise UnknownInstrumentError(str(instrument_id)) from None

    @property
    def books(self) -> Mapping[str, Book]:
        """All books by instrument id, in the order of registration."""
        return MappingProxyType(self._books)

    def __iter__(self) -> Iterator[Book]:
        return iter(self._books.values())

    def consolidated(self, asset: AssetKey, depth: int = 10) -> ConsolidatedBook:
        """Return the books of an asset as one: those that are live, with the size of each.

        Args:
            asset: `instrument.asset` of any of its instruments.
            depth: at most so many levels a side; 0: all.

        Raises:
            UnknownInstrumentError: no instrument of that asset is registered.
        """
        sides = self._core.consolidated(str(asset), depth)
        if sides is None:
            raise UnknownInstrumentError(str(asset))
        bids, asks = ([self._merged(*level) for level in side] for side in sides)
        return ConsolidatedBook(bids, asks)

    def _merged(self, price: int, size: int, sizes: list[tuple[int, int]]) -> ConsolidatedLevel:
        named = {str(self._instruments[number].id): size for number, size in sizes}
        return ConsolidatedLevel(price, size, named)

    def opportunities(self) -> list[Opportunity]:
        """Return what pays after fees now, over all assets."""
        return [
            Opportunity(
                buy=self._instruments[buy],
                sell=self._instruments[sell],
                size=size,
                buy_limit=limits[0],
                sell_limit=limits[1],
                cost=money[0],
                proceeds=money[1],
                buy_fee=money[2],
                sell_fee=money[3],
                profit=money[4],
            )
            for buy, sell, size, limits, money in self._core.opportunities()
        ]

    def instrument(self, number: int) -> Instrument:
        """Return the instrument that events call by this number."""
        return self._instruments[number]

    def subscribe(self, *kinds: EventKind) -> None:
        """Keep events of exactly these kinds from now on; none of them is kept before."""
        self._core.subscribe([kind.value for kind in kinds])

    def drain(self) -> EventBatch:
        """Return the waiting events, oldest first, and forget them."""
        return EventBatch(self._core.drain())

    @property
    def events_waiting(self) -> int:
        """How many events wait."""
        return self._core.events_waiting

    @property
    def events_dropped(self) -> int:
        """How many events were dropped because nobody drained in time."""
        return self._core.events_dropped

    def expire(self, now_ns: int, silence_ns: int) -> None:
        """Mark books stale to which nothing happened in the last `silence_ns`."""
        self._core.expire(now_ns, silence_ns)

    def silence(self, instrument_id: str | InstrumentId, ts_recv_ns: int) -> None:
        """Mark one book stale: nothing came for it for too long, by the caller's measure.

        What comes next makes it what it was before.

        Raises:
            UnknownInstrumentError: it is not registered.
        """
        self._core.silence(self._number(instrument_id), ts_recv_ns)

    def distrust(self, instrument_id: str | InstrumentId, ts_recv_ns: int) -> None:
        """Mark one live book suspect: another source says something else of it.

        Raises:
            UnknownInstrumentError: it is not registered.
        """
        self._core.distrust(self._number(instrument_id), ts_recv_ns)

    def reset(self, instrument_id: str | InstrumentId, ts_recv_ns: int) -> None:
        """Empty one book: nobody brings it any more.

        Raises:
            UnknownInstrumentError: it is not registered.
        """
        self._core.reset(self._number(instrument_id), ts_recv_ns)

    def _number(self, instrument_id: str | InstrumentId) -> int:
        try:
            return self._numbers[str(instrument_id)]
        except KeyError:
            raise UnknownInstrumentError(str(instrument_id)) from None

    @property
    def memory_bytes(self) -> int:
        """Bytes that all books hold in the core."""
        return self._core.memory_bytes


def _bounded(value: Decimal | None, decimals: int) -> int:
    """Return a largest size as a scaled integer; 0 where no order could reach it."""
    if value is None or value.scaleb(decimals) >= 2**63:
        return 0
    return int(value.scaleb(decimals).to_integral_value(ROUND_FLOOR))


def _natives(instrument: Instrument) -> list[str]:
    """All spellings under which frames may name the instrument, each once."""
    names = [instrument.native, *instrument.aliases]
    if instrument.book_native is not None:
        names.append(instrument.book_native)
    return list(dict.fromkeys(names))


def _printed(instrument: Instrument) -> tuple[int, int] | None:
    if instrument.printed_scale is None:
        return None
    return (instrument.printed_scale.price_decimals, instrument.printed_scale.size_decimals)


def _scaled(value: Decimal | None, decimals: int) -> int:
    """Return a rule as a scaled integer; 0 means that there is no such rule."""
    if value is None:
        return 0
    scaled = value.scaleb(decimals)
    if scaled != scaled.to_integral_value():
        raise PrecisionError(str(value), decimals)
    return int(scaled)
