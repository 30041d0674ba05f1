"""Coinbase Advanced Trade: one sequence over all channels of the connection."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from crossbook.sim.catalogue import SpotAsset, spot_listing, spot_terms
from crossbook.sim.client import ClientBook, TrueBook
from crossbook.sim.config import START_NS, SessionConfig
from crossbook.sim.event import Emission, Patch, marked
from crossbook.sim.listing import Listing
from crossbook.sim.market import Trade
from crossbook.sim.publisher.base import SECOND_NS, Publisher
from crossbook.sim.tape import Tape
from crossbook.sim.wire import coinbase as wire
from crossbook.sim.wire.scale import Levels, Scale

_FLUSH_NS: Final = 50_000_000
_TRADES_NS: Final = 250_000_000
_EMPTY_PPM: Final = 20_000
"""Share of idle intervals in which an update without levels is sent, as the venue does."""


class _Product:
    """One product's book and what was not published yet."""

    def __init__(self, publisher: Publisher, asset: SpotAsset) -> None:
        terms = spot_terms("coinbase", asset)
        self.listing = spot_listing("coinbase", asset)
        self.native = self.listing.native
        self.scale = Scale(terms.price_decimals, terms.size_decimals)
        self.market = publisher.market(self.native, terms)
        self.client = ClientBook(terms.price_decimals, terms.size_decimals)
        self.tape = Tape(self.market.asks.best)
        self.trade_base = publisher.draws.below(1_000_000_000)
        self.pending: dict[tuple[bool, int], int] = {}
        self.trades: list[tuple[Trade, int]] = []
        self.is_traded = False


class CoinbasePublisher(Publisher):
    """`level2`, `market_trades`, `ticker` and `heartbeats` on one connection."""

    venue = "coinbase"
    base_ns = 22_000_000

    def __init__(self, seed: int, config: SessionConfig) -> None:
        super().__init__(seed, config)
        self._products = {
            product.native: product
            for product in (_Product(self, asset) for asset in self.spot_assets())
        }
        self._sequence = -1
        self._beats = 3_000
        self.at(START_NS, self._open)
        self.every(SECOND_NS, START_NS + SECOND_NS // 2, self._beat)
        for index, product in enumerate(self._products.values()):
            self.at_random(START_NS, partial(self._step, product))
            first_ns = START_NS + _FLUSH_NS + index * 11_000_000
            self.every(_FLUSH_NS, first_ns, partial(self._flush, product))
            self.every(_TRADES_NS, first_ns + _TRADES_NS, partial(self._print, product))
            if config.snapshot_every_ns is not None:
                period_ns = config.snapshot_every_ns
                self.every(period_ns, first_ns + period_ns, partial(self._snapshot, product))

    def listings(self) -> list[Listing]:
        """Return the pairs."""
        return [product.listing for product in self._products.values()]

    def read(self, native: str, outcome: str) -> TrueBook:
        """Return the client's book."""
        if outcome:
            raise KeyError(outcome)
        return self._products[native].client.read()

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence

    def _open(self, now_ns: int) -> Iterator[Emission]:
        yield self.opened(now_ns, wire.URL)
        for product in self._products.values():
            yield from self._snapshot(product, now_ns)
        names = list(self._products)
        channels: dict[str, list[str]] = {"level2": names}
        for channel, listed in (
            ("market_trades", names),
            ("ticker", names),
            ("heartbeats", ["heartbeats"]),
        ):
            payload = wire.subscriptions(channels, ts_ns=now_ns, sequence=self._next())
            yield self.frame(now_ns, payload)
            channels[channel] = listed
        payload = wire.subscriptions(channels, ts_ns=now_ns, sequence=self._next())
        yield self.frame(now_ns, payload)

    def _snapshot(self, product: _Product, now_ns: int) -> Iterator[Emission]:
        # What stands in the snapshot needs no update any more.
        product.pending.clear()
        sides = product.market.bids.levels(), product.market.asks.levels()
        yield self._level2(product, "snapshot", now_ns, sides)

    def _step(self, product: _Product, now_ns: int) -> tuple[()]:
        step = product.market.step(now_ns)
        for change in step.changes:
            product.pending[change.is_ask, change.price] = change.size
        for trade in step.trades:
            product.trades.append((trade, now_ns))
            product.tape.add(trade)
            product.is_traded = True
        return ()

    def _flush(self, product: _Product, now_ns: int) -> Iterator[Emission]:
        if product.pending or self.draws.hits(_EMPTY_PPM):
            levels = sorted((side, price, size) for (side, price), size in product.pending.items())
            bids = [(price, size) for is_ask, price, size in levels[::-1] if not is_ask]
            asks = [(price, size) for is_ask, price, size in levels if is_ask]
            product.pending.clear()
            yield self._level2(product, "update", now_ns, (bids, asks))
        if product.is_traded:
            product.is_traded = False
            # Right behind the update, so that its best prices are those of the book.
            yield self.frame(now_ns, self._ticker(product, now_ns))

    def _level2(
        self, product: _Product, kind: str, now_ns: int, sides: tuple[Levels, Levels]
    ) -> Emission:
        payload = wire.level2(
            product.native,
            kind=kind,
            ts_ns=now_ns + self.draws.below(1_000_000),
            event_ns=now_ns - self.draws.below(_FLUSH_NS // 2),
            sequence=self._next(),
            sides=sides,
            scale=product.scale,
        )
        levels = marked(*sides)
        return self.frame(now_ns, payload, Patch(product.client, kind == "snapshot", levels))

    def _ticker(self, product: _Product, now_ns: int) -> bytes:
        return wire.ticker(
            product.native,
            ts_ns=now_ns,
            sequence=self._next(),
            totals=product.tape.totals(),
            top=product.market.top(),
            scale=product.scale,
        )

    def _print(self, product: _Product, now_ns: int) -> Iterator[Emission]:
        if not product.trades:
            return
        rows = [
            (product.trade_base + trade.number, trade.price, trade.size, trade.taker_buys, ts_ns)
            for trade, ts_ns in product.trades
        ]
        product.trades.clear()
        payload = wire.market_trades(
            product.native, rows, ts_ns=now_ns, sequence=self._next(), scale=product.scale
        )
        yield self.frame(now_ns, payload)

    def _beat(self, now_ns: int) -> Iterator[Emission]:
        self._beats += 1
        payload = wire.heartbeat(ts_ns=now_ns, sequence=self._next(), counter=self._beats)
        yield self.frame(now_ns, payload)
