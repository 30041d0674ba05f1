"""One market of Kalshi: bids for YES and bids for NO."""

from typing import Any, Final

from crossbook.sim.candles import Candle, candles
from crossbook.sim.desk import Quote
from crossbook.sim.draws import Draws
from crossbook.sim.market import Trade
from crossbook.sim.wire import kalshi as wire
from crossbook.sim.wire.instant import micros
from crossbook.sim.wire.number import fixed
from crossbook.sim.wire.scale import Levels

__all__ = ["ONE", "Contract"]

ONE: Final = 100
"""A dollar, in cents: the wire's unit of a price."""
_OPEN: Final = "2025-12-01T15:00:00Z"
_CLOSE: Final = "2027-12-31T15:00:00Z"
_EXPIRES: Final = "2028-01-07T15:00:00Z"


class Contract:
    """A quote with Kalshi's names for it.

    Args:
        quote: the book of YES.
    """

    def __init__(self, quote: Quote) -> None:
        question = quote.question
        assert question is not None, "a prediction market asks something"
        assert quote.market.terms.price_decimals == quote.market.terms.size_decimals == 2
        self.quote = quote
        self.question = question
        self.ticker = quote.listing.native
        self.name = wire.Ticker(self.ticker, question.kalshi_id)
        parts = self.ticker.split("-")
        self.series = parts[0]
        self.event = "-".join(parts[:2])
        self.volume = sum(trade.size for _, trade in quote.trades)
        """Contracts that were traded since the session began, in hundredths."""
        self._first = quote.market.asks.best
        self._top = quote.market.top()

    def is_new_top(self) -> bool:
        """Return whether the best levels are others than at the last call."""
        before, self._top = self._top, self.quote.market.top()
        return before != self._top

    def sides(self, *, in_yes_price: bool = False) -> tuple[Levels, Levels]:
        """Return bids for YES and for NO, lowest price first.

        Args:
            in_yes_price: the bids for NO show the price of YES, one minus theirs.
        """
        market = self.quote.market
        no = [
            (price if in_yes_price else ONE - price, size) for price, size in market.asks.levels()
        ]
        return market.bids.levels()[::-1], no if in_yes_price else no[::-1]

    def snapshot(self, *, in_yes_price: bool, request: int | None = None) -> bytes:
        """Return the book, without its place in a subscription."""
        yes, no = self.sides(in_yes_price=in_yes_price)
        return wire.snapshot(self.name, envelope=wire.LATER, yes=yes, no=no, request=request)

    @property
    def last(self) -> tuple[int, int]:
        """Price and size of the last trade."""
        trades = self.quote.trades
        return (trades[-1][1].price, trades[-1][1].size) if trades else (self._first, 0)

    @property
    def result(self) -> str:
        """What came true, the likelier outcome; empty: it is not decided."""
        if not self.quote.is_resolved:
            return ""
        (bid, _), (ask, _) = self.quote.market.top()
        return "yes" if bid + ask >= ONE else "no"

    @property
    def status(self) -> str:
        """The status of the market."""
        if self.quote.is_resolved:
            return "finalized"
        return "inactive" if self.quote.is_halted else "active"

    def trade_id(self, trade: Trade) -> str:
        """Return the id of a trade: a UUID."""
        text = Draws(trade.number, f"trade:{self.ticker}").octets(16).hex()
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"

    def trade_row(self, trade: Trade, ts_ns: int) -> dict[str, Any]:
        """Return a trade as REST lists it."""
        return {
            "trade_id": self.trade_id(trade),
            "ticker": self.ticker,
            "count_fp": fixed(trade.size, 2),
            "yes_price_dollars": wire.dollars(trade.price),
            "no_price_dollars": wire.dollars(ONE - trade.price),
            "taker_outcome_side": "yes" if trade.taker_buys else "no",
            "taker_book_side": "bid" if trade.taker_buys else "ask",
            "taker_side": "yes" if trade.taker_buys else "no",
            "is_block_trade": False,
            "created_time": micros(ts_ns),
        }

    def price_ranges(self) -> list[dict[str, str]]:
        """Return the steps of the price."""
        step = wire.dollars(self.quote.market.tick)
        return [{"start": "0.0000", "end": "1.0000", "step": step}]

    def book(self, depth: int) -> dict[str, list[list[str]]]:
        """Return the book as REST writes it, `depth` levels a side, 0 for all."""
        yes, no = (
            [[wire.dollars(price), fixed(size, 2)] for price, size in side[-depth:]]
            for side in self.sides()
        )
        return {"yes_dollars": yes, "no_dollars": no}

    def candles(self, span_ns: int, now_ns: int) -> list[Candle]:
        """Return candles, oldest first."""
        return candles(self.quote.trades, span_ns, now_ns, price=self._first)

    def row(self, updated: str) -> dict[str, Any]:
        """Return the market as REST lists it.

        Args:
            updated: time of the last change, ISO 8601.
        """
        (bid, bid_size), (ask, ask_size) = self.quote.market.top()
        last, _ = self.last
        volume = fixed(self.volume, 2)
        result = self.result
        return {
            "ticker": self.ticker,
            "event_ticker": self.event,
            "series_ticker": self.series,
            "market_type": "binary",
            "title": self.question.title,
            "subtitle": "",
            "yes_sub_title": "Yes",
            "no_sub_title": "No",
            "created_time": _OPEN,
            "updated_time": updated,
            "open_time": _OPEN,
            "close_time": _CLOSE,
            "expected_expiration_time": _CLOSE,
            "latest_expiration_time": _EXPIRES,
            "settlement_timer_seconds": 3600,
            "status": self.status,
            "notional_value_dollars": "1.0000",
            "yes_bid_dollars": wire.dollars(bid),
            "yes_ask_dollars": wire.dollars(ask),
            "no_bid_dollars": wire.dollars(ONE - ask),
            "no_ask_dollars": wire.dollars(ONE - bid),
            "yes_bid_size_fp": fixed(bid_size, 2),
            "yes_ask_size_fp": fixed(ask_size, 2),
            "last_price_dollars": wire.dollars(last),
            "previous_price_dollars": wire.dollars(self._first),
            "volume_fp": volume,
            "volume_24h_fp": volume,
            "open_interest_fp": volume,
            "result": result,
            "settlement_value_dollars": {"yes": "1.0000", "no": "0.0000"}.get(result),
            "expiration_value": result,
            "can_close_early": True,
            "strike_type": "custom",
            "rules_primary": self.question.title,
            "rules_secondary": "",
            "price_level_structure": "linear_cent",
            "price_ranges": self.price_ranges(),
            "exchange_index": 0,
        }
