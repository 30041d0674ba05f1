"""The exact books of a world, now and a while back: what a client's book must be."""

from array import array
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from crossbook.sim.client import Levels, TrueBook
from crossbook.sim.desk import Quote, Update
from crossbook.sim.ladder import Side
from crossbook.sim.wire.number import fixed
from crossbook.sim.world import World

__all__ = ["CHANGES_KEPT", "PastBook", "Truth", "UnknownVersionError"]

CHANGES_KEPT: Final = 8_192
"""So many of the latest changes of a book can be undone, unless another number is given."""

Rows = Sequence[tuple[Decimal, Decimal]]


class UnknownVersionError(LookupError):
    """A book never had that version, or too long ago."""


class _Changes:
    """The latest changes of one book: a ring of plain numbers, 32 bytes each."""

    __slots__ = ("_kept", "_next", "_rows")

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._rows = array("q")
        self._next = 0
        """Where the next one goes when the ring is full."""

    def add(self, update: Update) -> None:
        ts_ns = update.ts_ns
        for is_ask, price, _, before, _, _ in update.changes:
            row = array("q", (ts_ns, is_ask, price, before))
            if len(self._rows) < 4 * self._kept:
                self._rows += row
            else:
                self._rows[self._next : self._next + 4] = row
                self._next = (self._next + 4) % len(self._rows)

    def latest_first(self) -> Iterator[tuple[int, int, int, int]]:
        """Yield time, whether it was an ask, its price, and the size before."""
        rows = self._rows
        for start in (*range(self._next - 4, -1, -4), *range(len(rows) - 4, self._next - 1, -4)):
            yield rows[start], rows[start + 1], rows[start + 2], rows[start + 3]


class PastBook:
    """A book as it was, in the market's own units.

    Args:
        quote: whose book; it starts as it is now.
    """

    __slots__ = ("asks", "bids", "last_id", "ts_ns")

    def __init__(self, quote: Quote) -> None:
        self.bids = quote.market.bids.copy()
        self.asks = quote.market.asks.copy()
        self.last_id = quote.last_id
        self.ts_ns = quote.ts_ns

    def undo(self, change: tuple[int, int, int, int]) -> None:
        """Go back before the last change that the book holds."""
        ts_ns, is_ask, price, before = change
        side = self.asks if is_ask else self.bids
        side.put(side.sign * price, before)
        self.last_id -= 1
        self.ts_ns = ts_ns


class Truth:
    """The books of a world at every version of the near past.

    A version is the number of the last change that a book holds, as `Update.last_id` counts them.
    Nothing is copied as the world goes on: a past book is the present one with the changes since
    then undone.

    Args:
        world: whose books. Every update that it yields must be given to `add`.
        changes_kept: how many of the latest changes of a book can be undone.
    """

    def __init__(self, world: World, changes_kept: int = CHANGES_KEPT) -> None:
        self._world = world
        self._kept = changes_kept
        self._past: dict[int, _Changes] = {}

    def add(self, update: Update) -> None:
        """Keep what the world's last update changed."""
        if not update.changes:
            return
        past = self._past.get(id(update.quote))
        if past is None:
            past = self._past[id(update.quote)] = _Changes(self._kept)
        past.add(update)

    def book(
        self,
        venue: str,
        native: str,
        outcome: str = "",
        *,
        sequence: int | None = None,
        depth: int | None = None,
    ) -> TrueBook:
        """Return a book as it is, or as it was at a version.

        Args:
            venue: lower-case id.
            native: symbol, token id or ticker.
            outcome: `YES` or `NO`; needed for Kalshi, whose ticker means both.
            sequence: the version; `None`: now.
            depth: levels a side; `None`: all.

        Raises:
            KeyError: there is no such book.
            UnknownVersionError: it never had that version, or too long ago.
        """
        quote, is_no = self._world.find(venue, native, outcome)
        past = PastBook(quote)
        if sequence is not None and sequence != past.last_id:
            past = self._at(quote, sequence)
        return _true(quote, past, is_no=is_no, depth=depth)

    def version(self, venue: str, native: str) -> int:
        """Return the version that a book has now; a `KeyError`: there is no such book."""
        return self._world.find(venue, native)[0].last_id

    def before(self, quote: Quote, ts_ns: int) -> PastBook:
        """Return a book as it was at a time, or as long ago as is known."""
        past = PastBook(quote)
        for change in self._undone(quote):
            if change[0] <= ts_ns:
                break
            past.undo(change)
        return past

    def was_true(
        self,
        venue: str,
        native: str,
        outcome: str,
        bids: Rows,
        asks: Rows,
        *,
        since_ns: int,
        depth: int | None = None,
    ) -> bool:
        """Return whether a book is what the venue's book was at some moment since a time.

        For venues whose messages carry no numbers of changes. Books between two changes of one
        update count as well: some venues publish each level in a message of its own.

        Args:
            venue: lower-case id.
            native: symbol, token id or ticker.
            outcome: `YES` or `NO`; needed for Kalshi.
            bids: `(price, size)`, best first.
            asks: `(price, size)`, best first.
            since_ns: how far to look back, UTC nanoseconds.
            depth: levels a side to which the venue cuts its book; `None`: it does not.

        Raises:
            KeyError: there is no such book.
        """
        quote, is_no = self._world.find(venue, native, outcome)
        found = _units(quote, bids, asks, is_no=is_no)
        if found is None:
            return False
        wanted_bids, wanted_asks = found
        return any(
            past.bids.levels(1) == wanted_bids[:1]
            and past.asks.levels(1) == wanted_asks[:1]
            and past.bids.levels(depth) == wanted_bids
            and past.asks.levels(depth) == wanted_asks
            for past in self._since(quote, since_ns)
        )

    def _since(self, quote: Quote, since_ns: int) -> Iterator[PastBook]:
        """Yield one book again and again, each time with one more change undone."""
        past = PastBook(quote)
        yield past
        for change in self._undone(quote):
            # The book that stood when the time came counts, too.
            if change[0] < since_ns:
                return
            past.undo(change)
            yield past

    def _at(self, quote: Quote, version: int) -> PastBook:
        past = PastBook(quote)
        for change in self._undone(quote):
            if version >= past.last_id:
                break
            past.undo(change)
        if version != past.last_id:
            raise UnknownVersionError(version, past.last_id)
        return past

    def _undone(self, quote: Quote) -> Iterator[tuple[int, int, int, int]]:
        """Yield the changes that can be undone, the latest one first."""
        past = self._past.get(id(quote))
        return iter(()) if past is None else past.latest_first()


def _true(quote: Quote, past: PastBook, *, is_no: bool, depth: int | None) -> TrueBook:
    terms = quote.market.terms
    decimals = terms.price_decimals
    one = 10**decimals

    def rows(side: Side) -> Levels:
        return [
            (
                Decimal(fixed(one - price if is_no else price, decimals)),
                Decimal(fixed(size, terms.size_decimals)),
            )
            for price, size in side.levels(depth)
        ]

    if is_no:
        return TrueBook(bids=rows(past.asks), asks=rows(past.bids))
    return TrueBook(bids=rows(past.bids), asks=rows(past.asks))


def _units(
    quote: Quote, bids: Rows, asks: Rows, *, is_no: bool
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]] | None:
    """Return a client's book in the market's units; `None`: it holds a number that cannot be."""
    terms = quote.market.terms
    one, sizes = 10**terms.price_decimals, 10**terms.size_decimals
    sides = []
    for rows in (asks, bids) if is_no else (bids, asks):
        scaled = [(price * one, size * sizes) for price, size in rows]
        if any(price % 1 or size % 1 for price, size in scaled):
            return None
        sides.append(
            [(one - int(price) if is_no else int(price), int(size)) for price, size in scaled]
        )
    return sides[0], sides[1]
