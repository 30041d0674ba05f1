"""One channel of MEXC: what happened since its last push."""

from collections.abc import Callable

from crossbook.sim.desk import Update
from crossbook.sim.desks.mexc.channels import STREAM_INTERVALS_NS, Channel
from crossbook.sim.desks.pair import Pair
from crossbook.sim.desks.windows import Window
from crossbook.sim.market import Trade
from crossbook.sim.wire import mexc as wire

__all__ = ["Feed"]


class Feed:
    """What clients of one channel get.

    Args:
        channel: which one.
        pair: its pair.
    """

    def __init__(self, channel: Channel, pair: Pair) -> None:
        self._channel = channel
        self._pair = pair
        self._window = Window(pair.quote.last_id)
        self._deals: list[tuple[int, int, Trade]] = []
        self._best: wire.Best | None = None
        self._version = 0
        self._bodies: dict[str, Callable[[], tuple[int, bytes]]] = {
            "depth": self._depths,
            "deals": self._public_deals,
            "limit": self._limit,
            "bookTicker": self._tops,
            "batch": self._tops,
        }

    def add(self, update: Update) -> None:
        """Take in an update, each one in turn."""
        if self._channel.kind == "depth":
            self._window.add(update)
        elif self._channel.kind == "deals":
            ts_ns = self._pair.stamp(update.ts_ns)
            rows = [(ts_ns, self._pair.trade_id(trade), trade) for trade in update.trades]
            self._deals += rows

    def push(self, shown_ns: int) -> bytes | None:
        """Return the next push; `None`: there is nothing to say.

        Args:
            shown_ns: what the venue's clock shows.
        """
        channel = self._channel
        if channel.kind == "kline":
            number, body = self._kline(shown_ns)
        else:
            number, body = self._bodies[channel.kind]()
        if not body:
            return None
        return wire.push(channel.name, channel.native, body, number=number, sent_ns=shown_ns)

    def _depths(self) -> tuple[int, bytes]:
        diff = self._window.take()
        if diff is None:
            return wire.AGGRE_DEPTHS, b""
        body = wire.aggre_depths(
            self._channel.event_type,
            versions=(diff.first_id, diff.last_id),
            sides=(diff.bids, diff.asks),
            scale=self._pair.scale,
        )
        return wire.AGGRE_DEPTHS, body

    def _public_deals(self) -> tuple[int, bytes]:
        deals, self._deals = self._deals, []
        if not deals:
            return wire.AGGRE_DEALS, b""
        event_type = self._channel.event_type
        return wire.AGGRE_DEALS, wire.aggre_deals(event_type, deals, scale=self._pair.scale)

    def _limit(self) -> tuple[int, bytes]:
        quote, depth = self._pair.quote, self._channel.depth
        if self._version == quote.last_id:
            return wire.LIMIT_DEPTHS, b""
        self._version = quote.last_id
        body = wire.limit_depths(
            "spot@public.limit.depth.v3.api.pb",
            version=quote.last_id,
            sides=(quote.market.bids.levels(depth), quote.market.asks.levels(depth)),
            scale=self._pair.scale,
        )
        return wire.LIMIT_DEPTHS, body

    def _tops(self) -> tuple[int, bytes]:
        best, is_batch = wire.Best(*self._pair.quote.market.top()), self._channel.kind == "batch"
        number = wire.BOOK_TICKER_BATCH if is_batch else wire.AGGRE_BOOK_TICKER
        if best == self._best:
            return number, b""
        self._best = best
        scale = self._pair.scale
        if is_batch:
            return number, wire.book_ticker_batch(best, scale=scale)
        version = self._pair.quote.last_id
        return number, wire.aggre_book_ticker(best, version=version, scale=scale)

    def _kline(self, shown_ns: int) -> tuple[int, bytes]:
        span_ns = STREAM_INTERVALS_NS[self._channel.interval]
        candle = self._pair.candles(span_ns, shown_ns)[-1]
        body = wire.spot_kline(
            self._channel.interval, candle, span_ns=span_ns, scale=self._pair.scale
        )
        return wire.SPOT_KLINE, body
