"""The Exchange's websocket feed."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from crossbook.sim.desk import Client, Update
from crossbook.sim.desks.answers import encode
from crossbook.sim.desks.coinbase.product import Product
from crossbook.sim.wire import coinbase_exchange as wire
from crossbook.sim.wire.scale import Levels

__all__ = ["Exchange"]

_SUBSCRIBE_S: Final = 5
_CHANNELS: Final = ("heartbeat", "level2", "level2_batch", "matches", "status", "ticker")
_SIGNED: Final = ("signature", "key", "passphrase", "timestamp")
"""Members of a subscription that proves who sends it; what they say is not checked."""


class _Session:
    """One connection."""

    __slots__ = ("channels", "client", "has_subscribed", "opened_ns")

    def __init__(self, client: Client, now_ns: int) -> None:
        self.client = client
        self.opened_ns = now_ns
        self.has_subscribed = False
        self.channels: dict[str, dict[str, None]] = {}
        """Products by channel."""


class Exchange:
    """Answers for `wss://ws-feed.exchange.coinbase.com`.

    `level2` publishes each change at once and wants a signed subscription, `level2_batch`
    publishes steps and is open to all.

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

    def open(self, client: Client, now_ns: int) -> None:
        """Wait for the first subscription."""
        self._sessions[client.number] = _Session(client, now_ns)

    def close(self, client: Client) -> None:
        """Forget a connection."""
        self._sessions.pop(client.number, None)

    def message(
        self, client: Client, payload: bytes, now_ns: int, flush: Callable[[Product, int], None]
    ) -> None:
        """Answer a message; see `Advanced.message`."""
        session = self._sessions[client.number]
        try:
            message = msgspec.json.decode(payload, type=dict[str, Any])
            wanted = _wanted(message)
        except (msgspec.DecodeError, msgspec.ValidationError):
            self.refuse(client, "Malformed JSON")
            return
        kind = str(message.get("type"))
        if kind not in {"subscribe", "unsubscribe"}:
            self.refuse(client, f"Type {kind} is not a valid type")
            return
        reason = self._fault(message, wanted)
        if reason:
            self.refuse(client, f"Failed to {kind}", reason)
            return
        if kind == "subscribe":
            self._subscribe(session, wanted, now_ns, flush)
        else:
            for channel, names in wanted:
                held = session.channels.get(channel, {})
                for name in names or list(held):
                    held.pop(name, None)
                if not held:
                    session.channels.pop(channel, None)
            self._acknowledge(session)

    def refuse(self, client: Client, text: str, reason: str = "") -> None:
        """Send an error."""
        more = {"reason": reason} if reason else {}
        client.send(encode({"type": "error", "message": text, **more}))

    def update(self, product: Product, update: Update) -> None:
        """Publish what changed to `level2`, and each trade."""
        ts_ns = self._stamp(update.ts_ns)
        if update.changes and self._wants("level2", product.name):
            changes = [(change.is_ask, change.price, change.size) for change in update.changes]
            frame = wire.update(product.name, changes, ts_ns=ts_ns, scale=product.scale)
            self._publish("level2", product.name, frame)
        for trade in update.trades:
            frame = self._match(product, "match", product.row(trade, update.ts_ns))
            self._publish("matches", product.name, frame)

    def flush(self, product: Product, sides: tuple[Levels, Levels] | None) -> None:
        """Publish a step of a book, and the ticker if somebody traded."""
        ts_ns = self._stamp(product.quote.ts_ns)
        if sides is not None:
            changes = [
                (is_ask, price, size)
                for is_ask, side in zip((False, True), sides, strict=True)
                for price, size in side
            ]
            frame = wire.update(product.name, changes, ts_ns=ts_ns, scale=product.scale)
            self._publish("level2_batch", product.name, frame)
        if product.is_traded:
            self._publish("ticker", product.name, self._ticker(product))

    def beat(self, now_ns: int) -> None:
        """Send heartbeats, once a second."""
        for product in self._products.values():
            rows = product.rows(1)
            frame = wire.heartbeat(
                product.name,
                sequence=product.quote.last_id,
                last_trade=rows[0].number if rows else 0,
                ts_ns=self._stamp(now_ns),
            )
            self._publish("heartbeat", product.name, frame)

    def status(self) -> None:
        """Publish the list of products."""
        for session in self._sessions.values():
            if "status" in session.channels:
                session.client.send(self._status())

    def time(self, now_ns: int) -> None:
        """Close connections that did not subscribe."""
        for session in list(self._sessions.values()):
            waited_ns = now_ns - session.opened_ns
            if not session.has_subscribed and waited_ns >= _SUBSCRIBE_S * self._second_ns:
                session.client.close(1008, "no subscription within 5 seconds")

    def _fault(self, message: dict[str, Any], wanted: list[tuple[str, list[str]]]) -> str:
        """Return why a subscription is refused; empty: it is not."""
        if not wanted:
            return "No channels provided"
        for channel, names in wanted:
            if channel not in _CHANNELS:
                return f"{channel} is not a valid channel"
            for name in names:
                if name not in self._products:
                    return f"{name} is not a valid product"
            if not names and channel != "status" and message["type"] == "subscribe":
                return "No product_ids provided"
            is_signed = all(member in message for member in _SIGNED)
            if channel == "level2" and message["type"] == "subscribe" and not is_signed:
                return "level2, level3, and full channels now require authentication"
        return ""

    def _subscribe(
        self,
        session: _Session,
        wanted: list[tuple[str, list[str]]],
        now_ns: int,
        flush: Callable[[Product, int], None],
    ) -> None:
        session.has_subscribed = True
        added: list[tuple[str, str]] = []
        for channel, names in wanted:
            held = session.channels.setdefault(channel, {})
            for name in names:
                flush(self._products[name], now_ns)
                if name not in held:
                    held[name] = None
                    added.append((channel, name))
        self._acknowledge(session)
        for channel, name in added:
            first = self._first(channel, self._products[name])
            if first:
                session.client.send(first, native=name)
        if any(channel == "status" for channel, _ in wanted):
            session.client.send(self._status())

    def _first(self, channel: str, product: Product) -> bytes:
        """Return what a channel begins with; empty: nothing."""
        if channel in {"level2", "level2_batch"}:
            market = product.quote.market
            return wire.snapshot(
                product.name,
                sides=(market.bids.levels(), market.asks.levels()),
                ts_ns=self._stamp(product.quote.ts_ns),
                scale=product.scale,
            )
        rows = product.rows(1)
        if channel == "matches" and rows:
            return self._match(product, "last_match", rows[0])
        return self._ticker(product) if channel == "ticker" and rows else b""

    def _acknowledge(self, session: _Session) -> None:
        listed = [
            {"name": channel, "product_ids": list(names), "account_ids": None}
            for channel, names in session.channels.items()
        ]
        session.client.send(encode({"type": "subscriptions", "channels": listed}))

    def _match(self, product: Product, kind: str, row: wire.Row) -> bytes:
        return wire.match(
            product.name,
            row._replace(ts_ns=self._stamp(row.ts_ns)),
            kind=kind,
            orders=product.orders(row.number),
            sequence=product.quote.last_id,
            scale=product.scale,
        )

    def _ticker(self, product: Product) -> bytes:
        (row,) = product.rows(1)
        return wire.ticker(
            product.name,
            row._replace(ts_ns=self._stamp(row.ts_ns)),
            sequence=product.quote.last_id,
            totals=product.tape.totals(),
            top=product.quote.market.top(),
            scale=product.scale,
        )

    def _status(self) -> bytes:
        rows = [product.exchange() for product in self._products.values()]
        return encode({"type": "status", "products": rows, "currencies": []})

    def _wants(self, channel: str, name: str) -> bool:
        return any(name in each.channels.get(channel, {}) for each in self._sessions.values())

    def _publish(self, channel: str, name: str, frame: bytes) -> None:
        for session in self._sessions.values():
            if name in session.channels.get(channel, {}):
                session.client.send(frame, native=name)


def _wanted(message: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Return channels with their products: both may be named in two ways."""
    shared = msgspec.convert(message.get("product_ids") or [], list[str])
    wanted = []
    for channel in msgspec.convert(message.get("channels") or [], list[str | dict[str, Any]]):
        if isinstance(channel, str):
            wanted.append((channel, shared))
        else:
            own = msgspec.convert(channel.get("product_ids") or [], list[str])
            wanted.append((str(channel.get("name", "")), own or shared))
    return wanted
