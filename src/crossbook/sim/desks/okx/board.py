"""One instrument at OKX: what of its book was published, and how it is written."""

from typing import Any, Final

from crossbook.sim.candles import Candle, candles
from crossbook.sim.desk import Quote
from crossbook.sim.draws import Draws
from crossbook.sim.market import Trade
from crossbook.sim.publisher.depth_cut import DepthCut
from crossbook.sim.tape import Tape
from crossbook.sim.wire import okx as wire
from crossbook.sim.wire.number import trimmed
from crossbook.sim.wire.scale import Scale

__all__ = ["Board", "span_ns"]

DEPTH: Final = 400
_SECOND_NS: Final = 1_000_000_000
_UNITS: Final = {"m": 60, "H": 3_600, "D": 86_400, "W": 604_800}


def span_ns(bar: str) -> int:
    """Return how long a candle is; 0 where there is none of that name.

    Examples:
        >>> span_ns("1m"), span_ns("4H"), span_ns("1Dutc"), span_ns("7m")
        (60000000000, 14400000000000, 86400000000000, 0)
    """
    name = bar.removesuffix("utc")
    known = {"1m", "3m", "5m", "15m", "30m", "1H", "2H", "4H", "6H", "12H", "1D", "2D", "3D", "1W"}
    return int(name[:-1]) * _UNITS[name[-1]] * _SECOND_NS if name in known else 0


class Board:
    """A quote with what OKX says of it.

    `books` is published in steps: what changed since the last one goes into one push. Between
    two steps a new client gets the book of the last one, so that the next push continues it.

    Args:
        quote: the book.
        seed: the session's seed.
        is_checked: whether pushes carry the checksum that was withdrawn in June 2026.
    """

    def __init__(self, quote: Quote, seed: int, *, is_checked: bool) -> None:
        terms = quote.market.terms
        self.quote = quote
        self.name = quote.listing.native
        self.scale = Scale(terms.price_decimals, terms.size_decimals)
        self.tape = Tape(quote.market.asks.best)
        for _, trade in quote.trades:
            self.tape.add(trade)
        self.trade_base = Draws(seed, f"desk:okx:{self.name}").below(100_000_000)
        self._is_checked = is_checked
        self._bids = DepthCut(quote.market.bids, DEPTH)
        self._asks = DepthCut(quote.market.asks, DEPTH)
        self._bids.refresh()
        self._asks.refresh()
        self.sequence = quote.last_id
        """`seqId` of the last push: number of the last change in it."""
        self.published_ns = quote.ts_ns
        self.is_traded = False
        """Somebody traded since the last step."""
        self._top = quote.market.top()

    @property
    def is_due(self) -> bool:
        """Whether anything changed since the last step."""
        return self.quote.last_id != self.sequence

    def arg(self, channel: str) -> str:
        """Return the `arg` of a channel."""
        return wire.argument(channel, self.name)

    def is_new_top(self) -> bool:
        """Return whether the best levels are others than at the last call."""
        before, self._top = self._top, self.quote.market.top()
        return before != self._top

    def snapshot(self, channel: str, ts_ms: int) -> bytes:
        """Return the book of the last step."""
        return self._push(
            channel, "snapshot", (self._bids.levels, self._asks.levels), ts_ms, previous=-1
        )

    def step(self, channel: str, ts_ms: int) -> bytes:
        """Publish what changed since the last step."""
        previous, self.sequence = self.sequence, self.quote.last_id
        bids, asks = self._bids.refresh(), self._asks.refresh()
        sides = sorted(bids.sent + bids.fallen, reverse=True), sorted(asks.sent + asks.fallen)
        return self._push(channel, "update", sides, ts_ms, previous=previous)

    def idle(self, channel: str, ts_ms: int) -> bytes:
        """Return the empty push that comes when nothing changed for a minute."""
        return self._push(channel, "update", ([], []), ts_ms, previous=self.sequence)

    def top(self, channel: str, depth: int, ts_ms: int) -> bytes:
        """Return the present best levels."""
        market = self.quote.market
        return wire.top_levels(
            self.arg(channel),
            sides=(market.bids.levels(depth), market.asks.levels(depth)),
            ts_ms=ts_ms,
            sequence=self.quote.last_id,
            scale=self.scale,
        )

    def trade_row(self, trade: Trade, ts_ms: int) -> str:
        """Return a trade."""
        return wire.trade_row(
            self.name,
            number=self.trade_base + trade.number,
            price=trade.price,
            size=trade.size,
            taker_buys=trade.taker_buys,
            ts_ms=ts_ms,
            scale=self.scale,
        )

    def ticker_row(self, ts_ms: int) -> str:
        """Return the ticker."""
        trades = self.quote.trades
        return wire.ticker_row(
            self.name,
            totals=self.tape.totals(),
            last_size=trades[-1][1].size if trades else 0,
            top=self.quote.market.top(),
            ts_ms=ts_ms,
            scale=self.scale,
        )

    def candle_rows(self, bar: str, now_ns: int) -> list[list[str]]:
        """Return the candles, newest first."""
        rows = candles(self.quote.trades, span_ns(bar), now_ns, price=self.quote.market.asks.best)
        shown = [self._candle(row, is_finished=True) for row in rows[:-1]]
        return [*shown, self._candle(rows[-1], is_finished=False)][::-1]

    def instrument(self) -> dict[str, Any]:
        """Return the row of `public/instruments`."""
        listing, quote = self.quote.listing, self.quote
        state = "expired" if quote.is_resolved else "suspend" if quote.is_halted else "live"
        empty = (
            "alias", "auctionEndTime", "contTdSwTime", "ctMult", "ctType", "ctVal", "ctValCcy",
            "expTime", "instFamily", "lever", "optType", "openType", "settleCcy", "stk", "uly",
        )  # fmt: skip
        return {
            **dict.fromkeys(empty, ""),
            "baseCcy": listing.base,
            "category": "1",
            "instId": self.name,
            "instType": "SPOT",
            "listTime": "1548133413000",
            "lotSz": listing.lot,
            "maxIcebergSz": "9999999999",
            "maxLmtAmt": "20000000",
            "maxLmtSz": "9999999999",
            "maxMktAmt": "1000000",
            "maxMktSz": "1000000",
            "maxStopSz": "1000000",
            "maxTriggerSz": "9999999999",
            "maxTwapSz": "9999999999",
            "minSz": listing.min_size,
            "quoteCcy": listing.quote,
            "ruleType": "normal",
            "state": state,
            "tickSz": trimmed(quote.market.tick, self.scale.price),
        }

    def _push(
        self,
        channel: str,
        action: str,
        sides: tuple[list[tuple[int, int]], list[tuple[int, int]]],
        ts_ms: int,
        *,
        previous: int,
    ) -> bytes:
        checksum = 0
        if self._is_checked:
            checksum = wire.checksum(self._bids.levels, self._asks.levels, self.scale)
        return wire.book(
            self.arg(channel),
            action=action,
            sides=sides,
            ts_ms=ts_ms,
            checksum=checksum,
            previous=previous,
            sequence=self.sequence,
            scale=self.scale,
        )

    def _candle(self, row: Candle, *, is_finished: bool) -> list[str]:
        price, size = self.scale
        worth = trimmed(row.notional, price + size)
        return [
            str(row.open_ns // 1_000_000),
            *(trimmed(each, price) for each in (row.open, row.high, row.low, row.close)),
            trimmed(row.volume, size),
            worth,
            worth,
            "1" if is_finished else "0",
        ]
