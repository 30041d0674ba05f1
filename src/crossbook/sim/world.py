"""Every book of every simulated venue, from one seed, on one axis of time."""

import heapq
from collections.abc import Iterable, Iterator
from typing import Final

from crossbook.sim.catalogue import (
    LATER_ASSETS,
    SPOT_ASSETS,
    SPOT_VENUES,
    Question,
    SpotAsset,
    question,
    question_listings,
    question_terms,
    spot_listing,
    spot_terms,
)
from crossbook.sim.config import START_NS, WORLD_VENUES, WorldConfig
from crossbook.sim.desk import Desk, Quote, Update
from crossbook.sim.draws import Draws
from crossbook.sim.market import Market, Step
from crossbook.sim.terms import Terms
from crossbook.sim.tick import prediction_tick

__all__ = ["TRADES_KEPT", "World", "publish"]

TRADES_KEPT: Final = 1_000
"""So many of the latest trades of a book are kept."""

_SECOND_NS: Final = 1_000_000_000
_HISTORY_STEP_NS: Final = 100_000_000


class _Book:
    """A quote, and when the next order arrives at it."""

    __slots__ = ("draws", "is_due", "moves_tick", "number", "pause_ns", "quote")

    def __init__(self, number: int, quote: Quote, draws: Draws, steps_per_s: int) -> None:
        self.number = number
        self.quote = quote
        self.draws = draws
        # The tick of Polymarket follows its price.
        self.moves_tick = quote.listing.venue == "polymarket"
        self.pause_ns = 2 * _SECOND_NS // steps_per_s if steps_per_s else 0
        """Largest pause between two orders; 0: none arrives."""
        self.is_due = False
        """It stands on the agenda."""


class World:
    """The markets of all venues: who steps when depends on the seed alone.

    A venue's books are the same whichever other venues take part. All venues follow the same
    fair values, each with its own delay, spread and dislocations.

    Args:
        seed: any integer.
        venues: which venues take part.
        config: how large and how busy the world is.

    Attributes:
        quotes: the books of each venue, by native symbol (of a question: that of YES).
        now_ns: the time up to which it was advanced, UTC nanoseconds.

    Raises:
        ValueError: a venue is unknown.

    Examples:
        >>> world = World(1, ["kraken"])
        >>> list(world.quotes["kraken"])
        ['BTC/USDT', 'ETH/USDT', 'SOL/USDT']
        >>> updates = world.advance(world.now_ns + 1_000_000_000)
        >>> updates[0].last_id - updates[0].first_id + 1 == len(updates[0].changes)
        True
    """

    def __init__(
        self,
        seed: int,
        venues: Iterable[str] = WORLD_VENUES,
        config: WorldConfig | None = None,
    ) -> None:
        wanted = set(venues)
        if unknown := wanted - set(WORLD_VENUES):
            raise ValueError(f"no such simulated venue: {', '.join(sorted(unknown))}")
        self.seed = seed
        self.config = config or WorldConfig()
        self.venues = tuple(venue for venue in WORLD_VENUES if venue in wanted)
        """The venues that take part, in their fixed order."""
        self.quotes: dict[str, dict[str, Quote]] = {venue: {} for venue in self.venues}
        self.now_ns = self.config.start_ns
        self._base_ns = self.config.start_ns
        self._books: dict[tuple[str, str], _Book] = {}
        self._tokens: dict[str, Quote] = {}
        """The books of questions by the token of NO."""
        self._agenda: list[tuple[int, int, _Book]] = []
        for venue in self.venues:
            if venue in SPOT_VENUES:
                for asset in SPOT_ASSETS[: self.config.spot_assets]:
                    self._add_pair(venue, asset)
            else:
                for number in range(self.config.questions):
                    self._add_question(venue, question(number))

    def quote(self, venue: str, native: str) -> Quote:
        """Return a book; a `KeyError` when there is none of that name."""
        return self.quotes[venue][native]

    def find(self, venue: str, native: str, outcome: str = "") -> tuple[Quote, bool]:
        """Return the book that an instrument is read from, and whether it is its mirror image.

        Args:
            venue: lower-case id.
            native: symbol, ticker, or the token id of either outcome.
            outcome: `YES` or `NO`; needed where the native name means both.

        Raises:
            KeyError: there is no such instrument.
        """
        quotes = self.quotes[venue]
        if (quote := quotes.get(native)) is not None:
            return quote, outcome == "NO"
        if native not in self._tokens:
            raise KeyError(native)
        return self._tokens[native], True

    def run(self, until_ns: int) -> Iterator[Update]:
        """Let orders arrive up to a time, and yield what each changed right when it did.

        Between two updates the books stand as the first of them left them. Whoever stops before
        the end goes on from there by running it again.

        Args:
            until_ns: UTC nanoseconds; a time that has passed changes nothing.
        """
        agenda = self._agenda
        limit_ns = self._market_ns(until_ns)
        while agenda and agenda[0][0] <= limit_ns:
            due_ns, number, book = agenda[0]
            if not book.pause_ns:
                heapq.heappop(agenda)
                book.is_due = False
                continue
            heapq.heapreplace(agenda, (due_ns + book.draws.between(1, book.pause_ns), number, book))
            if book.quote.is_halted:
                continue
            ts_ns = self._real_ns(due_ns)
            self.now_ns = max(self.now_ns, ts_ns)
            step = book.quote.market.step(due_ns)
            if step.changes or step.trades:
                yield self._update(book.quote, step, ts_ns)
            if book.moves_tick and (update := self._moved(book.quote, ts_ns)):
                yield update
        self.now_ns = max(self.now_ns, until_ns)

    def advance(self, until_ns: int) -> list[Update]:
        """Do what `run` does at once: the books stand as the last update left them."""
        return list(self.run(until_ns))

    def step(self, venue: str, native: str) -> Update:
        """Let one order arrive at a book right now, and return what it changed."""
        quote = self.quotes[venue][native]
        step = quote.market.step(self._market_ns(self.now_ns))
        return self._update(quote, step, self.now_ns)

    def skip(self, until_ns: int) -> None:
        """Let time pass in which no order arrives anywhere."""
        self._base_ns += max(0, until_ns - self.now_ns)
        self.now_ns = max(self.now_ns, until_ns)

    def set_rate(self, venue: str, native: str, steps_per_s: int) -> None:
        """Let that many orders a second arrive at a book from now on; 0: none."""
        book = self._books[venue, native]
        book.pause_ns = 2 * _SECOND_NS // steps_per_s if steps_per_s else 0
        self._schedule(book, self._market_ns(self.now_ns))

    def change_tick(self, venue: str, native: str, tick: int) -> Update:
        """Give a book another tick, in price units; `Update.old_tick` tells the one it had.

        From then on the tick does not follow the price; `free_tick` lets it again.
        """
        quote = self.quotes[venue][native]
        self._books[venue, native].moves_tick = False
        old_tick = quote.market.tick
        step = quote.market.retick(tick)
        return self._update(quote, step, self.now_ns, old_tick)

    def free_tick(self, venue: str, native: str) -> None:
        """Let the tick follow the price again, where the venue has it so."""
        self._books[venue, native].moves_tick = venue == "polymarket"

    def halt(self, venue: str, native: str) -> Quote:
        """Let no order arrive at a book until it is resumed."""
        quote = self.quotes[venue][native]
        quote.is_halted = True
        return quote

    def resume(self, venue: str, native: str) -> Quote:
        """Let orders arrive at a halted book again; a question that is decided stays closed."""
        quote = self.quotes[venue][native]
        quote.is_halted = quote.is_resolved
        return quote

    def resolve(self, venue: str, native: str) -> Quote:
        """Decide a question: its market is closed for good."""
        quote = self.halt(venue, native)
        quote.is_resolved = True
        return quote

    def enlist(self, venue: str) -> Quote:
        """Let a venue list one more pair or question, and return its book.

        Raises:
            IndexError: the exchange has no more currencies to list.
        """
        count = len(self.quotes[venue])
        if venue in SPOT_VENUES:
            assets = SPOT_ASSETS[: self.config.spot_assets] + LATER_ASSETS
            return self._add_pair(venue, assets[count])
        return self._add_question(venue, question(count))

    def _add_pair(self, venue: str, asset: SpotAsset) -> Quote:
        listing = spot_listing(venue, asset)
        market = self._market(venue, listing.native, spot_terms(venue, asset))
        return self._add(Quote(listing=listing, market=market, last_id=0, ts_ns=0, trades=[]))

    def _add_question(self, venue: str, asked: Question) -> Quote:
        listing, _ = question_listings(venue, asked)
        market = self._market(venue, asked.market_id, question_terms(venue, asked))
        quote = Quote(listing=listing, market=market, question=asked, last_id=0, ts_ns=0, trades=[])
        return self._add(quote)

    def _market(self, venue: str, name: str, terms: Terms) -> Market:
        history_ns = self.config.history_steps * _HISTORY_STEP_NS
        begin_ns = self._market_ns(self.now_ns) - history_ns
        return Market(self.seed, f"{venue}:{name}", terms, begin_ns)

    def _add(self, quote: Quote) -> Quote:
        venue, native = quote.listing.venue, quote.listing.native
        draws = Draws(self.seed, f"world:{venue}:{native}")
        quote.last_id = 1_000_000_000 + draws.below(1_000_000_000)
        quote.ts_ns = self.now_ns
        self.quotes[venue][native] = quote
        if venue == "polymarket" and quote.question is not None:
            self._tokens[quote.question.token("NO")] = quote
        rates = self.config.steps_per_s_of
        rate = rates.get(f"{venue}:{native}", rates.get(venue, self.config.steps_per_s))
        book = self._books[venue, native] = _Book(len(self._books), quote, draws, rate)
        now_ns = self._market_ns(self.now_ns)
        for ago in range(self.config.history_steps, 0, -1):
            ts_ns = now_ns - ago * _HISTORY_STEP_NS
            self._update(quote, quote.market.step(ts_ns), self._real_ns(ts_ns))
        self._schedule(book, now_ns)
        return quote

    def _schedule(self, book: _Book, now_ns: int) -> None:
        if book.pause_ns and not book.is_due:
            book.is_due = True
            entry = (now_ns + book.draws.between(1, book.pause_ns), book.number, book)
            heapq.heappush(self._agenda, entry)

    def _moved(self, quote: Quote, ts_ns: int) -> Update | None:
        """Change the tick, if the price moved so far."""
        market = quote.market
        tick = prediction_tick(market.tick, market.bids.best)
        if tick == market.tick:
            return None
        old_tick = market.tick
        return self._update(quote, market.retick(tick), ts_ns, old_tick)

    def _update(self, quote: Quote, step: Step, ts_ns: int, old_tick: int = 0) -> Update:
        changes, trades = step
        quote.last_id += len(changes)
        quote.ts_ns = ts_ns
        if trades:
            quote.trades += [(ts_ns, trade) for trade in trades]
            del quote.trades[:-TRADES_KEPT]
        return Update(
            quote=quote,
            ts_ns=ts_ns,
            first_id=quote.last_id + 1 - len(changes),
            last_id=quote.last_id,
            changes=changes,
            trades=trades,
            old_tick=old_tick,
        )

    def _market_ns(self, ts_ns: int) -> int:
        """Return the markets' own time, which is the same in every world of a seed."""
        return START_NS + int((ts_ns - self._base_ns) * self.config.speed)

    def _real_ns(self, market_ns: int) -> int:
        return self._base_ns + int((market_ns - START_NS) / self.config.speed)


def publish(update: Update, desk: Desk) -> None:
    """Give an update of one of its books to a desk, as a host does."""
    if update.changes or update.trades:
        desk.on_update(update)
    if update.old_tick:
        desk.on_tick_change(update.quote, update.old_tick, update.ts_ns)
