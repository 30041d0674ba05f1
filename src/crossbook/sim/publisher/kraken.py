"""Kraken v2: depth-cut books, each message with the checksum of the state after it."""

from collections.abc import Iterator
from functools import partial

from crossbook.sim.catalogue import SpotAsset, spot_listing, spot_terms
from crossbook.sim.client import ClientBook, TrueBook
from crossbook.sim.config import START_NS, SessionConfig
from crossbook.sim.event import Emission, Patch, marked
from crossbook.sim.listing import Listing
from crossbook.sim.market import Step
from crossbook.sim.publisher.base import SECOND_NS, Publisher
from crossbook.sim.publisher.depth_cut import UNCUT, DepthCut
from crossbook.sim.tape import Tape
from crossbook.sim.wire import kraken as wire
from crossbook.sim.wire.scale import Levels, Scale


class _Pair:
    """One pair's book and the part of it that is visible."""

    def __init__(self, publisher: Publisher, asset: SpotAsset, depth: int) -> None:
        terms = spot_terms("kraken", asset)
        self.listing = spot_listing("kraken", asset)
        self.native = self.listing.native
        self.scale = Scale(terms.price_decimals, terms.size_decimals)
        self.market = publisher.market(self.native, terms)
        self.client = ClientBook(terms.price_decimals, terms.size_decimals)
        self.tape = Tape(self.market.asks.best)
        self.trade_base = publisher.draws.below(100_000_000)
        self.bids = DepthCut(self.market.bids, depth)
        self.asks = DepthCut(self.market.asks, depth)


class KrakenPublisher(Publisher):
    """`book`, `trade` and `ticker` of every pair on one connection."""

    venue = "kraken"
    base_ns = 55_000_000
    jitter_ns = 20_000_000

    def __init__(self, seed: int, config: SessionConfig) -> None:
        super().__init__(seed, config)
        self._depth = config.kraken_depth
        self._pairs = {
            pair.native: pair
            for pair in (_Pair(self, asset, self._depth) for asset in self.spot_assets())
        }
        self._sent_ns = START_NS
        self.at(START_NS, self._open)
        self.every(SECOND_NS // 4, START_NS + SECOND_NS, self._beat)
        for pair in self._pairs.values():
            self.at_random(START_NS, partial(self._step, pair))
            if config.snapshot_every_ns is not None:
                period_ns = config.snapshot_every_ns
                self.every(period_ns, START_NS + period_ns, partial(self._resubscribed, pair))

    def listings(self) -> list[Listing]:
        """Return the pairs."""
        return [pair.listing for pair in self._pairs.values()]

    def read(self, native: str, outcome: str) -> TrueBook:
        """Return the client's book, no deeper than it subscribed."""
        if outcome:
            raise KeyError(outcome)
        return self._pairs[native].client.read()

    def _open(self, now_ns: int) -> Iterator[Emission]:
        yield self.opened(now_ns, wire.URL)
        yield self.frame(now_ns, wire.status(connection_id=self.draws.below(1 << 63)))
        for pair in self._pairs.values():
            yield from self._subscribed(pair, now_ns)
            yield from self._resubscribed(pair, now_ns)
            yield self.frame(now_ns, self._ticker(pair, "snapshot", now_ns))

    def _subscribed(self, pair: _Pair, now_ns: int) -> Iterator[Emission]:
        for request, (channel, options) in enumerate(
            (
                ("book", f'"depth":{self._depth},"snapshot":true,'),
                ("trade", '"snapshot":false,'),
                ("ticker", '"event_trigger":"trades","snapshot":true,'),
            ),
            start=1,
        ):
            payload = wire.subscribed(
                channel, pair.native, options=options, ts_ns=now_ns, request=request
            )
            yield self.frame(now_ns, payload)

    def _resubscribed(self, pair: _Pair, now_ns: int) -> Iterator[Emission]:
        """Send the snapshot that follows a subscription."""
        pair.bids.refresh()
        pair.asks.refresh()
        bids, asks = pair.bids.levels, pair.asks.levels
        payload = self._book(pair, "snapshot", now_ns, (bids, asks))
        levels = marked(bids, asks)
        yield self._framed(now_ns, payload, Patch(pair.client, replaces=True, levels=levels))

    def _step(self, pair: _Pair, now_ns: int) -> Iterator[Emission]:
        step = pair.market.step(now_ns)
        touched = {change.is_ask for change in step.changes}
        bids = pair.bids.refresh() if False in touched else UNCUT
        asks = pair.asks.refresh() if True in touched else UNCUT
        if bids.sent or asks.sent:
            payload = self._book(pair, "update", now_ns, (bids.sent, asks.sent))
            levels = marked(bids.sent + bids.fallen, asks.sent + asks.fallen)
            yield self._framed(now_ns, payload, Patch(pair.client, replaces=False, levels=levels))
        yield from self._traded(pair, step, now_ns)

    def _traded(self, pair: _Pair, step: Step, now_ns: int) -> Iterator[Emission]:
        if not step.trades:
            return
        rows = []
        for trade in step.trades:
            pair.tape.add(trade)
            number = pair.trade_base + trade.number
            rows.append((number, trade.price, trade.size, trade.taker_buys))
        payload = wire.trade(pair.native, rows, ts_ns=now_ns, scale=pair.scale)
        yield self._framed(now_ns, payload)
        yield self._framed(now_ns, self._ticker(pair, "update", now_ns))

    def _book(self, pair: _Pair, kind: str, now_ns: int, sides: tuple[Levels, Levels]) -> bytes:
        crc = wire.checksum(wire.digits(pair.asks.levels), wire.digits(pair.bids.levels))
        return wire.book(
            pair.native, kind=kind, sides=sides, crc=crc, ts_ns=now_ns, scale=pair.scale
        )

    def _ticker(self, pair: _Pair, kind: str, now_ns: int) -> bytes:
        return wire.ticker(
            pair.native,
            kind=kind,
            ts_ns=now_ns,
            totals=pair.tape.totals(),
            top=pair.market.top(),
            scale=pair.scale,
        )

    def _beat(self, now_ns: int) -> Iterator[Emission]:
        """Send a heartbeat when nothing else was sent for a second."""
        if now_ns - self._sent_ns >= SECOND_NS:
            yield self._framed(now_ns, wire.HEARTBEAT)

    def _framed(self, now_ns: int, payload: bytes, *patches: Patch) -> Emission:
        self._sent_ns = now_ns
        return self.frame(now_ns, payload, *patches)
