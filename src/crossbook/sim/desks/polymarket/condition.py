"""One market of Polymarket: a condition, its two tokens, and their mirrored books."""

from typing import Final

from crossbook.sim.desk import Quote
from crossbook.sim.draws import Draws
from crossbook.sim.market import Change, Trade
from crossbook.sim.wire import polymarket as wire
from crossbook.sim.wire.number import fixed, trimmed
from crossbook.sim.wire.scale import Levels, Scale

__all__ = ["Condition", "Outcome"]

_MIN_ORDER_SIZE: Final = "5"


class Outcome:
    """One of the two tokens.

    Args:
        condition: its market.
        index: 0 is YES, 1 is NO.
        token: the token id.
    """

    __slots__ = ("condition", "index", "is_no", "label", "token")

    def __init__(self, condition: "Condition", index: int, token: str) -> None:
        self.condition = condition
        self.index = index
        self.is_no = index == 1
        self.label = ("Yes", "No")[index]
        self.token = wire.Token(condition.id, token)

    @property
    def asset(self) -> str:
        """The token id."""
        return self.token.asset

    def price(self, price: int) -> int:
        """Return what a price of YES is on this token."""
        return self.condition.one - price if self.is_no else price

    def sides(self) -> tuple[Levels, Levels]:
        """Return bids and asks, best first."""
        market = self.condition.quote.market
        bids, asks = market.bids.levels(), market.asks.levels()
        if not self.is_no:
            return bids, asks
        one = self.condition.one
        return [(one - price, size) for price, size in asks], [
            (one - price, size) for price, size in bids
        ]

    def top(self) -> tuple[int, int]:
        """Return best bid and best ask."""
        (bid, _), (ask, _) = self.condition.quote.market.top()
        return (self.price(ask), self.price(bid)) if self.is_no else (bid, ask)

    def summary(self, ts_ns: int) -> wire.Summary:
        """Return the book as it is written, with all that its hash covers."""
        condition = self.condition
        bids, asks = self.sides()
        return wire.Summary(
            token=self.token,
            timestamp=str(ts_ns // 1_000_000),
            bids=wire.levels(bids, condition.scale),
            asks=wire.levels(asks, condition.scale),
            min_order_size=_MIN_ORDER_SIZE,
            tick_size=condition.tick,
            neg_risk=False,
            last_trade_price=trimmed(self.price(condition.last), condition.scale.price),
        )

    def entry(self, change: Change, digest: str) -> wire.Entry:
        """Return what a changed level of YES means for this token."""
        bid, ask = change.best_bid, change.best_ask
        if self.is_no:
            bid, ask = self.price(ask), self.price(bid)
        return wire.Entry(
            self.asset,
            change.is_ask != self.is_no,
            self.price(change.price),
            change.size,
            digest,
            bid,
            ask,
        )


class Condition:
    """A quote with Polymarket's names for it.

    Args:
        quote: the book of YES.
        number: counts the markets from 0.
        seed: the session's seed.
    """

    def __init__(self, quote: Quote, number: int, seed: int) -> None:
        question, terms = quote.question, quote.market.terms
        assert question is not None, "a prediction market asks something"
        self.quote = quote
        self.question = question
        self.id = question.condition
        self.number = number
        self.gamma_id = str(500_000 + number)
        self.slug = f"{question.aggregate_id}-{question.market_id}"
        self.scale = Scale(terms.price_decimals, terms.size_decimals)
        self.one: int = 10**terms.price_decimals
        self.draws = Draws(seed, f"desk:polymarket:{self.id}")
        self.volume = sum(trade.size for _, trade in quote.trades)
        """What was traded since the session began, in the wire's units of size."""
        self._first = quote.market.asks.best
        yes, no = (
            Outcome(self, index, question.token(name)) for index, name in enumerate(("YES", "NO"))
        )
        self.outcomes = (yes, no)
        self._top = yes.top()

    @property
    def tick(self) -> str:
        """The price step as text."""
        return self.tick_text(self.quote.market.tick)

    def tick_text(self, tick: int) -> str:
        """Return a price step as text."""
        return trimmed(tick, self.scale.price)

    @property
    def last(self) -> int:
        """Price of the last trade, of YES."""
        trades = self.quote.trades
        return trades[-1][1].price if trades else self._first

    @property
    def is_open(self) -> bool:
        """Whether orders are taken."""
        return not (self.quote.is_halted or self.quote.is_resolved)

    @property
    def winner(self) -> Outcome | None:
        """The outcome that came true: the one that was more likely; `None`: undecided."""
        if not self.quote.is_resolved:
            return None
        (bid, _), (ask, _) = self.quote.market.top()
        return self.outcomes[0 if bid + ask >= self.one else 1]

    def is_new_top(self) -> bool:
        """Return whether best prices are others than at the last call."""
        before, self._top = self._top, self.outcomes[0].top()
        return before != self._top

    def taken(self, trade: Trade) -> Outcome:
        """Return on which of the two tokens the taker's order stood."""
        return self.outcomes[1 if trade.number % 4 == 0 else 0]

    def transaction(self, trade: Trade) -> str:
        """Return the hash of the transaction that settles a trade, without `0x`."""
        return Draws(trade.number, f"transaction:{self.id}").octets(32).hex()

    def text(self, price: int) -> str:
        """Return a price as it is written."""
        return trimmed(price, self.scale.price)

    def mid(self, outcome: Outcome) -> str:
        """Return the mean of best bid and best ask."""
        bid, ask = outcome.top()
        return fixed((bid + ask) * 5, self.scale.price + 1).rstrip("0")
