"""Advanced Trade's websocket: one number for every message of a connection."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from crossbook.sim.desk import Client
from crossbook.sim.desks.answers import encode
from crossbook.sim.desks.coinbase.product import Product
from crossbook.sim.wire import coinbase as wire
from crossbook.sim.wire.scale import Levels

__all__ = ["Advanced"]

_SECOND_NS: Final = 1_000_000_000
_SUBSCRIBE_S: Final = 5
_SILENCE_S: Final = 90
"""A connection without heartbeats over which nothing came for this long is closed."""
_PRODUCT_CHANNELS: Final = ("level2", "market_trades", "ticker", "ticker_batch", "candles")
_CHANNELS: Final = (*_PRODUCT_CHANNELS, "heartbeats", "status")
_TRADES_SHOWN: Final = 50
_CANDLE_NS: Final = 300 * _SECOND_NS
_LATER: Final = -1
"""Stands for the number of a frame that goes to several connections."""


class _Session:
    """One connection."""

    __slots__ = ("channels", "client", "has_subscribed", "opened_ns", "sent_ns", "sequence")

    def __init__(self, client: Client, now_ns: int) -> None:
        self.client = client
        self.opened_ns = now_ns
        self.sent_ns = now_ns
        self.sequence = 0
        self.has_subscribed = False
        self.channels: dict[str, dict[str, None]] = {}
        """Products by channel."""

    def send(self, frame: bytes, now_ns: int, native: str = "") -> None:
        """Send a frame with the next number of this connection."""
        self.client.send(wire.numbered(frame, self.sequence), native=native)
        self.sequence += 1
        self.sent_ns = now_ns


class Advanced:
    """Answers for `wss://advanced-trade-ws.coinbase.com`.

    Args:
        products: by id; the desk adds to it.
        stamp: what the venue's clock shows at a time.
        second_ns: how long one of the venue's seconds takes.
    """

    def __init__(
        self, products: Mapping[str, Product], stamp: Callable[[int], int], second_ns: int
    ) -> None:
        self._products = products
        self._stamp = stamp
        self._second_ns = second_ns
        self._sessions: dict[int, _Session] = {}
        self._beats = 3_000

    def open(self, client: Client, now_ns: int) -> None:
        """Wait for the first subscription."""
        self._sessions[client.number] = _Session(client, now_ns)

    def close(self, client: Client) -> None:
        """Forget a connection."""
        self._sessions.pop(client.number, None)

    def message(
        self, client: Client, payload: bytes, now_ns: int, flush: Callable[[Product, int], None]
    ) -> None:
        """Answer a message.

        Args:
            client: who sent it.
            payload: the message.
            now_ns: when.
            flush: publishes what of a product waits: so that all clients know the same book.
        """
        session = self._sessions[client.number]
        try:
            message = msgspec.json.decode(payload, type=dict[str, Any])
            products = msgspec.convert(message.get("product_ids") or [], list[str])
        except (msgspec.DecodeError, msgspec.ValidationError):
            self.refuse(client, "failed to parse message")
            return
        kind, channel = str(message.get("type")), str(message.get("channel", ""))
        if kind not in {"subscribe", "unsubscribe"}:
            self.refuse(client, f"type {kind} is not supported")
        elif channel not in _CHANNELS:
            self.refuse(client, f"channel {channel} is not supported")
        elif unknown := [name for name in products if name not in self._products]:
            self.refuse(client, f"{unknown[0]} is not a valid product_id")
        elif channel in _PRODUCT_CHANNELS and not products and kind == "subscribe":
            self.refuse(client, "product_ids is required")
        elif kind == "subscribe":
            self._subscribe(session, channel, products, now_ns, flush)
        else:
            self._unsubscribe(session, channel, products, now_ns)

    def refuse(self, client: Client, text: str) -> None:
        """Send an error; it takes no number."""
        client.send(encode({"type": "error", "message": text}))

    def flush(self, product: Product, sides: tuple[Levels, Levels] | None, now_ns: int) -> None:
        """Publish a step of a book, and the ticker if somebody traded."""
        if sides is not None:
            frame = self._level2(product, "update", sides, now_ns)
            self._publish("level2", product.name, frame, now_ns)
        if product.is_traded:
            # Right behind the update, so that its best prices are those of the book.
            frame = self._ticker(product, "ticker", "update", now_ns)
            self._publish("ticker", product.name, frame, now_ns)

    def print(self, product: Product, now_ns: int) -> None:
        """Publish the trades of a quarter of a second."""
        frame = wire.market_trades(
            product.name,
            [(*row[:4], self._stamp(row.ts_ns)) for row in product.prints],
            ts_ns=self._stamp(now_ns),
            sequence=_LATER,
            scale=product.scale,
        )
        self._publish("market_trades", product.name, frame, now_ns)
        candle = self._candles(product, "update", now_ns)
        self._publish("candles", product.name, candle, now_ns)

    def batch(self, product: Product, now_ns: int) -> None:
        """Publish the ticker of five seconds."""
        frame = self._ticker(product, "ticker_batch", "update", now_ns)
        self._publish("ticker_batch", product.name, frame, now_ns)

    def beat(self, now_ns: int) -> None:
        """Send heartbeats, once a second."""
        self._beats += 1
        frame = wire.heartbeat(ts_ns=self._stamp(now_ns), sequence=_LATER, counter=self._beats)
        self._publish("heartbeats", "heartbeats", frame, now_ns)

    def status(self, products: list[Product], now_ns: int) -> None:
        """Publish that something about products is new."""
        frame = self._status(products, "update", now_ns)
        for session in self._sessions.values():
            if "status" in session.channels:
                session.send(frame, now_ns)

    def time(self, now_ns: int) -> None:
        """Close connections that did not subscribe, or over which nothing goes."""
        for session in list(self._sessions.values()):
            if not session.has_subscribed:
                if now_ns - session.opened_ns >= _SUBSCRIBE_S * self._second_ns:
                    session.client.close(1008, "no subscription within 5 seconds")
            elif now_ns - session.sent_ns >= _SILENCE_S * self._second_ns:
                session.client.close(1001, "no updates")

    def _subscribe(
        self,
        session: _Session,
        channel: str,
        products: list[str],
        now_ns: int,
        flush: Callable[[Product, int], None],
    ) -> None:
        session.has_subscribed = True
        for name in products:
            flush(self._products[name], now_ns)
        held = session.channels.setdefault(channel, {})
        names = ["heartbeats"] if channel == "heartbeats" else products
        added = [name for name in dict.fromkeys(names) if name not in held]
        held.update(dict.fromkeys(added))
        for name in added:
            if channel in _PRODUCT_CHANNELS:
                frame = self._snapshot(channel, self._products[name], now_ns)
                session.send(frame, now_ns, name)
        if channel == "status":
            frame = self._status(list(self._products.values()), "snapshot", now_ns)
            session.send(frame, now_ns)
        self._acknowledge(session, now_ns)

    def _unsubscribe(
        self, session: _Session, channel: str, products: list[str], now_ns: int
    ) -> None:
        held = session.channels.get(channel, {})
        for name in products or list(held):
            held.pop(name, None)
        if not held:
            session.channels.pop(channel, None)
        self._acknowledge(session, now_ns)

    def _acknowledge(self, session: _Session, now_ns: int) -> None:
        listed = {channel: list(names) for channel, names in session.channels.items()}
        frame = wire.subscriptions(listed, ts_ns=self._stamp(now_ns), sequence=_LATER)
        session.send(frame, now_ns)

    def _snapshot(self, channel: str, product: Product, now_ns: int) -> bytes:
        if channel == "level2":
            market = product.quote.market
            sides = market.bids.levels(), market.asks.levels()
            return self._level2(product, "snapshot", sides, now_ns)
        if channel == "market_trades":
            return wire.market_trades(
                product.name,
                [(*row[:4], self._stamp(row.ts_ns)) for row in product.rows(_TRADES_SHOWN)],
                ts_ns=self._stamp(now_ns),
                sequence=_LATER,
                scale=product.scale,
                kind="snapshot",
            )
        if channel == "candles":
            return self._candles(product, "snapshot", now_ns)
        return self._ticker(product, channel, "snapshot", now_ns)

    def _level2(
        self, product: Product, kind: str, sides: tuple[Levels, Levels], now_ns: int
    ) -> bytes:
        return wire.level2(
            product.name,
            kind=kind,
            ts_ns=self._stamp(now_ns),
            event_ns=self._stamp(product.quote.ts_ns),
            sequence=_LATER,
            sides=sides,
            scale=product.scale,
        )

    def _ticker(self, product: Product, channel: str, kind: str, now_ns: int) -> bytes:
        return wire.ticker(
            product.name,
            ts_ns=self._stamp(now_ns),
            sequence=_LATER,
            totals=product.tape.totals(),
            top=product.quote.market.top(),
            scale=product.scale,
            channel=channel,
            kind=kind,
        )

    def _candles(self, product: Product, kind: str, now_ns: int) -> bytes:
        rows = product.candles(_CANDLE_NS, now_ns)
        shown = [
            {
                "start": str(row.open_ns // _SECOND_NS),
                "high": product.price(row.high),
                "low": product.price(row.low),
                "open": product.price(row.open),
                "close": product.price(row.close),
                "volume": product.size(row.volume),
                "product_id": product.name,
            }
            for row in (rows[-100:] if kind == "snapshot" else rows[-1:])
        ]
        event = encode({"type": kind, "candles": shown}).decode()
        return wire.wrap("candles", self._stamp(now_ns), _LATER, event)

    def _status(self, products: list[Product], kind: str, now_ns: int) -> bytes:
        rows = []
        for product in products:
            row = product.exchange()
            kept = (
                "id", "base_currency", "quote_currency", "base_increment", "quote_increment",
                "display_name", "status", "status_message", "min_market_funds",
            )  # fmt: skip
            rows.append({"product_type": "SPOT", **{name: row[name] for name in kept}})
        event = encode({"type": kind, "products": rows}).decode()
        return wire.wrap("status", self._stamp(now_ns), _LATER, event)

    def _publish(self, channel: str, name: str, frame: bytes, now_ns: int) -> None:
        native = "" if channel == "heartbeats" else name
        for session in self._sessions.values():
            if name in session.channels.get(channel, {}):
                session.send(frame, now_ns, native)
