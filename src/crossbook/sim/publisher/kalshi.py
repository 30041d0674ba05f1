"""Kalshi: bids for YES and bids for NO, signed changes, one sequence a subscription."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from crossbook.sim.catalogue import Question, question_listings, question_terms
from crossbook.sim.client import ClientBook, TrueBook
from crossbook.sim.config import START_NS, SessionConfig
from crossbook.sim.event import Emission, Patch, marked
from crossbook.sim.listing import Listing
from crossbook.sim.market import Change, Trade
from crossbook.sim.publisher.base import Publisher
from crossbook.sim.wire import kalshi as wire

_ONE: Final = 100
"""A dollar, in cents."""
_BOOK_SID: Final = 1
_TRADE_SID: Final = 2


class _Question:
    """One market. Asks of YES are what the venue calls bids for NO."""

    def __init__(self, publisher: Publisher, question: Question) -> None:
        terms = question_terms("kalshi", question)
        self.listings = question_listings("kalshi", question)
        self.name = wire.Ticker(question.ticker, question.kalshi_id)
        self.market = publisher.market(question.market_id, terms)
        self.client = ClientBook(terms.price_decimals, terms.size_decimals)


class KalshiPublisher(Publisher):
    """`orderbook_delta` and `trade` of every question on one connection.

    The last question is added to the subscription later, so that an `ok` takes
    its place in the sequence.
    """

    venue = "kalshi"
    base_ns = 28_000_000

    def __init__(self, seed: int, config: SessionConfig) -> None:
        super().__init__(seed, config)
        self._questions = {
            question.name.ticker: question
            for question in (_Question(self, question) for question in self.questions())
        }
        self._requests = 2
        self._seq = {_BOOK_SID: 0, _TRADE_SID: 0}
        self._subscribed: set[str] = set()
        self.at(START_NS, self._open)
        for question in self._questions.values():
            self.at_random(START_NS, partial(self._step, question))
            if config.snapshot_every_ns is not None:
                period_ns = config.snapshot_every_ns
                self.every(period_ns, START_NS + period_ns, partial(self._resend, question))

    def listings(self) -> list[Listing]:
        """Return both sides of every question."""
        return [listing for question in self._questions.values() for listing in question.listings]

    def read(self, native: str, outcome: str) -> TrueBook:
        """Return the client's book of one side of a ticker."""
        client = self._questions[native].client
        if outcome not in {"YES", "NO"}:
            raise KeyError(outcome)
        return client.read() if outcome == "YES" else client.read_complement()

    def _next(self, sid: int) -> wire.Envelope:
        self._seq[sid] += 1
        return wire.Envelope(sid, self._seq[sid])

    def _open(self, now_ns: int) -> Iterator[Emission]:
        yield self.opened(now_ns, wire.URL)
        yield self.frame(now_ns, wire.subscribed("orderbook_delta", sid=_BOOK_SID, request=1))
        yield self.frame(now_ns, wire.subscribed("trade", sid=_TRADE_SID, request=1))
        *first, last = self._questions.values()
        for question in first:
            yield self._snapshot(question, now_ns)
        self.at(now_ns + 120_000_000, partial(self._add, last))

    def _add(self, question: _Question, now_ns: int) -> Iterator[Emission]:
        tickers = list(self._questions)
        payload = wire.ok(tickers, envelope=self._next(_BOOK_SID), request=2)
        yield self.frame(now_ns, payload)
        yield self._snapshot(question, now_ns)

    def _resend(self, question: _Question, now_ns: int) -> Iterator[Emission]:
        """Answer a `get_snapshot`."""
        self._requests += 1
        yield self._snapshot(question, now_ns, request=self._requests)

    def _snapshot(
        self, question: _Question, now_ns: int, *, request: int | None = None
    ) -> Emission:
        self._subscribed.add(question.name.ticker)
        bids, asks = question.market.bids.levels(), question.market.asks.levels()
        payload = wire.snapshot(
            question.name,
            envelope=self._next(_BOOK_SID),
            yes=bids[::-1],
            no=[(_ONE - price, size) for price, size in asks[::-1]],
            request=request,
        )
        levels = marked(bids, asks)
        return self.frame(now_ns, payload, Patch(question.client, replaces=True, levels=levels))

    def _step(self, question: _Question, now_ns: int) -> Iterator[Emission]:
        step = question.market.step(now_ns)
        if question.name.ticker not in self._subscribed:
            return
        for trade in step.trades:
            yield self._trade(question, trade, now_ns)
        for change in step.changes:
            yield self._changed(question, change, now_ns)

    def _changed(self, question: _Question, change: Change, now_ns: int) -> Emission:
        payload = wire.delta(
            question.name,
            envelope=self._next(_BOOK_SID),
            is_no=change.is_ask,
            price=_ONE - change.price if change.is_ask else change.price,
            change=change.size - change.before,
            ts_ns=now_ns,
        )
        level = (change.is_ask, change.price, change.size)
        return self.frame(now_ns, payload, Patch(question.client, replaces=False, levels=[level]))

    def _trade(self, question: _Question, trade: Trade, now_ns: int) -> Emission:
        text = self.draws.octets(16).hex()
        payload = wire.trade(
            question.name,
            envelope=self._next(_TRADE_SID),
            trade_id=f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}",
            yes_price=trade.price,
            size=trade.size,
            taker_buys_yes=trade.taker_buys,
            ts_ns=now_ns,
        )
        return self.frame(now_ns, payload)
