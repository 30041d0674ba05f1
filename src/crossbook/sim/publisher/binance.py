"""Binance: diffs every 100 ms, best prices and trades at once, snapshots by REST."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from crossbook.sim.catalogue import SpotAsset, spot_listing, spot_terms
from crossbook.sim.client import ClientBook, TrueBook
from crossbook.sim.config import START_NS, SessionConfig
from crossbook.sim.event import REST_SNAPSHOT, Emission, Patch, WireEvent
from crossbook.sim.listing import Listing
from crossbook.sim.publisher.base import Publisher
from crossbook.sim.wire import binance as wire
from crossbook.sim.wire.scale import Levels, Scale
from crossbook.sim.wire.totals import Top

_FLUSH_NS: Final = 100_000_000
_REST_NS: Final = (60_000_000, 180_000_000)


class _Symbol:
    """One symbol's book, its update ids and what was not published yet."""

    def __init__(self, publisher: Publisher, asset: SpotAsset) -> None:
        terms = spot_terms("binance", asset)
        self.listing = spot_listing("binance", asset)
        self.native = self.listing.native
        self.scale = Scale(terms.price_decimals, terms.size_decimals)
        self.market = publisher.market(self.native, terms)
        self.client = ClientBook(terms.price_decimals, terms.size_decimals)
        self.last_id = 1_000_000_000 + publisher.draws.below(1_000_000_000)
        self.first_id = self.last_id + 1
        self.trade_base = publisher.draws.below(1_000_000_000)
        self.pending: dict[tuple[bool, int], int] = {}
        self.top: Top | None = None
        self.answer: dict[tuple[bool, int], int] | None = None
        """The levels of a REST answer on its way, with later diffs laid over them."""
        self.is_synced = False


class BinancePublisher(Publisher):
    """A combined stream of `depth@100ms`, `bookTicker` and `trade`.

    Every change of a level takes one update id. A snapshot is asked for after the
    stream is open, and is right in the middle of a diff most of the time.
    """

    venue = "binance"

    def __init__(self, seed: int, config: SessionConfig) -> None:
        super().__init__(seed, config)
        self._symbols = {
            symbol.native: symbol
            for symbol in (_Symbol(self, asset) for asset in self.spot_assets())
        }
        self._answers: list[tuple[int, _Symbol, bytes]] = []
        self.at(START_NS, self._open)
        for index, symbol in enumerate(self._symbols.values()):
            self.at_random(START_NS, partial(self._step, symbol))
            flush_ns = START_NS + _FLUSH_NS + index * 7_000_000
            self.every(_FLUSH_NS, flush_ns, partial(self._flush, symbol))
            ask_ns = START_NS + 250_000_000 + index * 30_000_000
            if config.snapshot_every_ns is None:
                self.at(ask_ns, partial(self._ask, symbol))
            else:
                self.every(config.snapshot_every_ns, ask_ns, partial(self._ask, symbol))

    def listings(self) -> list[Listing]:
        """Return the pairs."""
        return [symbol.listing for symbol in self._symbols.values()]

    def read(self, native: str, outcome: str) -> TrueBook:
        """Return the client's book: empty until its REST snapshot arrived."""
        if outcome:
            raise KeyError(outcome)
        return self._symbols[native].client.read()

    def emissions(self) -> Iterator[Emission]:
        """Yield frames and REST answers by time of arrival."""
        for emission in super().emissions():
            yield from self._answered(emission.event.ts_recv_ns)
            yield emission

    def _open(self, now_ns: int) -> Iterator[Emission]:
        names = [symbol.native.lower() for symbol in self._symbols.values()]
        kinds = ("depth@100ms", "bookTicker", "trade")
        yield self.opened(now_ns, wire.url([f"{name}@{kind}" for kind in kinds for name in names]))

    def _step(self, symbol: _Symbol, now_ns: int) -> Iterator[Emission]:
        step = symbol.market.step(now_ns)
        for change in step.changes:
            symbol.pending[change.is_ask, change.price] = change.size
        symbol.last_id += len(step.changes)
        for trade in step.trades:
            payload = wire.trade(
                symbol.native,
                event_ms=now_ns // 1_000_000,
                number=symbol.trade_base + trade.number,
                price=trade.price,
                size=trade.size,
                taker_buys=trade.taker_buys,
                scale=symbol.scale,
            )
            yield self._send(symbol, "trade", payload, now_ns)
        top = symbol.market.top()
        if step.changes and top != symbol.top:
            symbol.top = top
            payload = wire.book_ticker(
                symbol.native, update_id=symbol.last_id, bid=top[0], ask=top[1], scale=symbol.scale
            )
            yield self._send(symbol, "bookTicker", payload, now_ns)

    def _flush(self, symbol: _Symbol, now_ns: int) -> Iterator[Emission]:
        if not symbol.pending:
            return
        levels = [(is_ask, price, size) for (is_ask, price), size in symbol.pending.items()]
        sides = _sides(levels)
        payload = wire.depth_update(
            symbol.native,
            event_ms=now_ns // 1_000_000,
            first_id=symbol.first_id,
            last_id=symbol.last_id,
            sides=sides,
            scale=symbol.scale,
        )
        symbol.first_id = symbol.last_id + 1
        symbol.pending.clear()
        event = self._send(symbol, "depth@100ms", payload, now_ns).event
        yield from self._answered(event.ts_recv_ns)
        if symbol.answer is not None:
            for is_ask, price, size in levels:
                symbol.answer[is_ask, price] = size
        # A client that has no snapshot yet can only keep the diff for later.
        patch = Patch(symbol.client, replaces=False, levels=levels)
        yield Emission(event, (patch,) if symbol.is_synced else ())

    def _send(self, symbol: _Symbol, kind: str, event: bytes, now_ns: int) -> Emission:
        return self.frame(now_ns, wire.combined(f"{symbol.native.lower()}@{kind}", event))

    def _ask(self, symbol: _Symbol, now_ns: int) -> tuple[()]:
        """Let the client ask for a snapshot: it is taken now and arrives later."""
        bids, asks = symbol.market.bids.levels(), symbol.market.asks.levels()
        body = wire.depth(last_id=symbol.last_id, sides=(bids, asks), scale=symbol.scale)
        symbol.answer = {(False, price): size for price, size in bids}
        symbol.answer.update({(True, price): size for price, size in asks})
        arrival_ns = now_ns + self.draws.between(*_REST_NS)
        self._answers.append((arrival_ns, symbol, body))
        self._answers.sort(key=lambda answer: answer[0])
        return ()

    def _answered(self, now_ns: int) -> Iterator[Emission]:
        """Yield the REST answers that arrive before a frame does."""
        while self._answers and self._answers[0][0] <= now_ns:
            arrival_ns, symbol, body = self._answers.pop(0)
            assert symbol.answer is not None, "one answer of a symbol is on its way at a time"
            levels = [(side, price, size) for (side, price), size in symbol.answer.items()]
            symbol.answer = None
            symbol.is_synced = True
            event = WireEvent(
                arrival_ns, self.venue, self.connection, REST_SNAPSHOT, symbol.native, body
            )
            yield Emission(event, (Patch(symbol.client, replaces=True, levels=levels),))


def _sides(levels: list[tuple[bool, int, int]]) -> tuple[Levels, Levels]:
    """Return bids and asks, best first."""
    bids = sorted([(price, size) for is_ask, price, size in levels if not is_ask], reverse=True)
    asks = sorted([(price, size) for is_ask, price, size in levels if is_ask])
    return bids, asks
