"""Polymarket: one book shown twice, as YES and, mirrored, as NO."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from crossbook.sim.catalogue import Question, question_listings, question_terms
from crossbook.sim.client import ClientBook, TrueBook
from crossbook.sim.config import START_NS, SessionConfig
from crossbook.sim.event import Emission, Patch, marked
from crossbook.sim.listing import Listing
from crossbook.sim.market import Change, Trade
from crossbook.sim.publisher.base import SECOND_NS, Publisher
from crossbook.sim.tick import prediction_tick
from crossbook.sim.wire import polymarket as wire
from crossbook.sim.wire.number import fixed
from crossbook.sim.wire.scale import Levels, Scale

_ONE: Final = 1_000
"""A price of one, in thousandths."""
_COARSE: Final = 10
_PING_NS: Final = 10 * SECOND_NS
"""The client sends a `PING` this often."""


class _Outcome:
    """One of a market's two tokens, as a client knows it."""

    def __init__(self, question: Question, outcome: str, scale: Scale) -> None:
        self.token = wire.Token(question.condition, question.token(outcome))
        self.client = ClientBook(scale.price, scale.size)
        self.is_no = outcome == "NO"


class _Question:
    """One market: a book of YES and two tokens."""

    def __init__(self, publisher: Publisher, question: Question) -> None:
        terms = question_terms("polymarket", question)
        self.listings = question_listings("polymarket", question)
        self.scale = Scale(terms.price_decimals, terms.size_decimals)
        self.market = publisher.market(question.market_id, terms)
        self.outcomes = [_Outcome(question, outcome, self.scale) for outcome in ("YES", "NO")]
        self.last = self.market.asks.best

    def sides(self, outcome: _Outcome) -> tuple[Levels, Levels]:
        """Return bids and asks of a token, best first."""
        bids, asks = self.market.bids.levels(), self.market.asks.levels()
        if not outcome.is_no:
            return bids, asks
        return [(_ONE - price, size) for price, size in asks], [
            (_ONE - price, size) for price, size in bids
        ]


class PolymarketPublisher(Publisher):
    """The market channel of both tokens of every question.

    A book comes first, then each change of a level in a frame of its own, with
    both tokens in it; a trade brings its price and fresh books. When the price
    comes near zero or one the tick changes, and each token's book starts anew.
    """

    venue = "polymarket"
    base_ns = 40_000_000
    jitter_ns = 25_000_000

    def __init__(self, seed: int, config: SessionConfig) -> None:
        super().__init__(seed, config)
        self._questions = [_Question(self, question) for question in self.questions()]
        self._clients = {
            outcome.token.asset: outcome.client
            for question in self._questions
            for outcome in question.outcomes
        }
        self.at(START_NS, self._open)
        self.every(_PING_NS, START_NS + _PING_NS, self._pong)
        for question in self._questions:
            self.at_random(START_NS, partial(self._step, question))
            if config.snapshot_every_ns is not None:
                period_ns = config.snapshot_every_ns
                self.every(period_ns, START_NS + period_ns, partial(self._books, question))

    def listings(self) -> list[Listing]:
        """Return both tokens of every question."""
        return [listing for question in self._questions for listing in question.listings]

    def read(self, native: str, outcome: str) -> TrueBook:
        """Return the client's book of a token; the token alone says which outcome."""
        del outcome
        return self._clients[native].read()

    def _open(self, now_ns: int) -> Iterator[Emission]:
        yield self.opened(now_ns, wire.URL)
        for question in self._questions:
            pairs = [self._summary(question, side, now_ns) for side in question.outcomes]
            payload = wire.books([summary for summary, _ in pairs])
            yield self.frame(now_ns, payload, *(patch for _, patch in pairs))

    def _pong(self, now_ns: int) -> Iterator[Emission]:
        yield self.frame(now_ns, wire.PONG)

    def _step(self, question: _Question, now_ns: int) -> Iterator[Emission]:
        step = question.market.step(now_ns)
        for trade in step.trades:
            question.last = trade.price
            yield self.frame(now_ns, self._trade(question, trade, now_ns))
        for change in step.changes:
            yield self._changed(question, change, now_ns)
        if step.trades:
            yield from self._books(question, now_ns)
        tick = prediction_tick(question.market.tick, question.market.bids.best)
        if tick != question.market.tick:
            yield from self._regrid(question, tick, now_ns)

    def _changed(self, question: _Question, change: Change, now_ns: int) -> Emission:
        # The order stood on one token; its twin on the other is listed behind it.
        own = self.draws.below(2)
        entries, patches = [], []
        for outcome in (question.outcomes[own], question.outcomes[1 - own]):
            is_ask, price = change.is_ask, change.price
            best_bid, best_ask = change.best_bid, change.best_ask
            if outcome.is_no:
                is_ask, price = not is_ask, _ONE - price
                best_bid, best_ask = _ONE - best_ask, _ONE - best_bid
            digest = self.draws.octets(20).hex()
            entries.append(
                wire.Entry(
                    outcome.token.asset, is_ask, price, change.size, digest, best_bid, best_ask
                )
            )
            patches.append(
                Patch(outcome.client, replaces=False, levels=[(is_ask, price, change.size)])
            )
        payload = wire.price_change(
            question.outcomes[0].token.market,
            entries,
            ts_ms=now_ns // 1_000_000,
            scale=question.scale,
        )
        return self.frame(now_ns, payload, *patches)

    def _trade(self, question: _Question, trade: Trade, now_ns: int) -> bytes:
        return wire.last_trade_price(
            question.outcomes[0].token,
            price=trade.price,
            size=trade.size,
            taker_buys=trade.taker_buys,
            ts_ms=now_ns // 1_000_000,
            transaction=self.draws.octets(32).hex(),
            scale=question.scale,
        )

    def _books(self, question: _Question, now_ns: int) -> Iterator[Emission]:
        for outcome in question.outcomes:
            summary, patch = self._summary(question, outcome, now_ns)
            yield self.frame(now_ns, summary.book().encode(), patch)

    def _summary(
        self, question: _Question, outcome: _Outcome, now_ns: int
    ) -> tuple[wire.Summary, Patch]:
        bids, asks = question.sides(outcome)
        last = _ONE - question.last if outcome.is_no else question.last
        summary = wire.Summary(
            token=outcome.token,
            timestamp=str(now_ns // 1_000_000),
            bids=wire.levels(bids, question.scale),
            asks=wire.levels(asks, question.scale),
            min_order_size="5",
            tick_size=_tick_text(question.market.tick),
            neg_risk=False,
            last_trade_price=fixed(last, 3),
        )
        levels = marked(bids, asks)
        return summary, Patch(outcome.client, replaces=True, levels=levels)

    def _regrid(self, question: _Question, tick: int, now_ns: int) -> Iterator[Emission]:
        old = _tick_text(question.market.tick)
        question.market.regrid(tick)
        for outcome in question.outcomes:
            payload = wire.tick_size_change(
                outcome.token, old=old, new=_tick_text(tick), ts_ms=now_ns // 1_000_000
            )
            yield self.frame(now_ns, payload, Patch(outcome.client, replaces=True, levels=()))
        yield from self._books(question, now_ns)


def _tick_text(tick: int) -> str:
    return "0.01" if tick == _COARSE else "0.001"
