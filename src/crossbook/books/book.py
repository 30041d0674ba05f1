"""One instrument's book, read from the engine."""

from decimal import Decimal

from crossbook import _core
from crossbook.model import Instrument
from crossbook.model.events import BookSide, BookState, StateReason

__all__ = ["Book", "Level"]

Level = tuple[int, int]
"""Price and size of a level, as integers at the instrument's storage scale."""


class Book:
    """A view of one instrument's book: it always shows the engine's present state.

    Prices and sizes are integers at the instrument's storage scale; `price` and `size` turn them
    into `Decimal` for people. The view of a book that is not `live` can still be read.

    Args:
        instrument: what the book is of.
        core: the compiled view.

    Attributes:
        best: call it for `(bid, bid_size, ask, ask_size)`, or `None` unless both sides have a
            level. It is the core's own method: the cheapest way to read best prices.
    """

    __slots__ = ("_core", "best", "instrument")

    def __init__(self, instrument: Instrument, core: _core.Book) -> None:
        self.instrument = instrument
        self._core = core
        self.best = core.best

    def __repr__(self) -> str:
        return f"<Book {self.instrument.id} {self.state.value} {self.level_counts}>"

    @property
    def best_bid(self) -> Level | None:
        """Highest bid and its size; `None`: nobody bids."""
        return self._core.best_bid

    @property
    def best_ask(self) -> Level | None:
        """Lowest ask and its size; `None`: nobody asks."""
        return self._core.best_ask

    def levels(self, depth: int = 0) -> tuple[list[Level], list[Level]]:
        """Return bids and asks, best first: at most `depth` of each, all for 0."""
        return self._core.levels(depth)

    def size_at(self, side: BookSide, price: int) -> int:
        """Return the size at a price; 0 if there is no such level."""
        return self._core.size_at(side is BookSide.ASK, price)

    @property
    def level_counts(self) -> tuple[int, int]:
        """How many bids and asks there are."""
        return self._core.level_counts

    @property
    def depth(self) -> int:
        """Levels a side that the venue keeps; 0: all, or not known."""
        return self._core.depth

    @property
    def state(self) -> BookState:
        """How far the book can be trusted."""
        return BookState(self._core.state)

    @property
    def reason(self) -> StateReason:
        """Why it is in its state."""
        return StateReason(self._core.reason)

    @property
    def sequence(self) -> int | None:
        """The venue's last update id in the book; `None`: it numbers nothing, or a gap is open."""
        return self._core.sequence

    @property
    def times_ns(self) -> tuple[int, int]:
        """Venue time and receive time of the last change, in UTC nanoseconds."""
        return self._core.times_ns

    @property
    def tick(self) -> Decimal | None:
        """The price step as the stream last said it, else as listed; `None`: not known."""
        return self.price(self._core.tick) if self._core.tick else None

    @property
    def memory_bytes(self) -> int:
        """Bytes that the book holds in the core."""
        return self._core.memory_bytes

    def counts(self) -> dict[str, int]:
        """Return what was counted: snapshots, applied and old changes, gaps, proofs, and so on."""
        return self._core.counts()

    def price(self, scaled: int) -> Decimal:
        """Return a scaled price as an exact decimal."""
        return Decimal(scaled).scaleb(-self.instrument.price_decimals)

    def size(self, scaled: int) -> Decimal:
        """Return a scaled size as an exact decimal."""
        return Decimal(scaled).scaleb(-self.instrument.size_decimals)
