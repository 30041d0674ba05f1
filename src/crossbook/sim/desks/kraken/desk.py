"""Kraken's server: who subscribed to what, and what is sent to whom."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

import msgspec

from crossbook.sim.candles import Candle, candles
from crossbook.sim.desk import Client, Desk, HttpAnswer, HttpQuestion, Quote, Update
from crossbook.sim.desks.allowance import Allowance
from crossbook.sim.desks.answers import encode, split_path
from crossbook.sim.desks.kraken.pair import Pair
from crossbook.sim.desks.kraken.rest import Rest, assets
from crossbook.sim.desks.kraken.session import Ask, Session, options_of
from crossbook.sim.draws import Draws
from crossbook.sim.wire import kraken as wire

__all__ = ["KrakenDesk"]

_SECOND_NS: Final = 1_000_000_000
_IDLE_S: Final = 60
"""A connection without subscriptions that says nothing is closed after this long."""
_CONNECTS: Final = (150, 600)
"""New connections of an address, and in how many seconds."""


class KrakenDesk(Desk):
    """Websocket v2 (`/v2`) and `/0/public/*`.

    A message's `timestamp` is the time of the last change in it, so that it names the state of
    the book to which its checksum belongs.
    """

    venue: ClassVar[str] = "kraken"

    def __init__(self, quotes: Iterable[Quote], *, seed: int, scale_s: float = 1.0) -> None:
        super().__init__(quotes, seed=seed, scale_s=scale_s)
        self._second_ns = int(_SECOND_NS * scale_s)
        self._pairs = {name: Pair(quote, seed) for name, quote in self.quotes.items()}
        self._sessions: dict[int, Session] = {}
        self._draws = Draws(seed, "desk:kraken")
        self._rest = Rest(self._pairs, self._second_ns)
        count, span_s = _CONNECTS
        self._connects = Allowance(count, span_ns=span_s * self._second_ns)
        self._now_ns = 0

    def refuses(self, path: str, headers: Mapping[str, str]) -> HttpAnswer | None:
        """Refuse any path but `/v2`, and more connections than an address may open."""
        del headers
        plain = (("Content-Type", "text/plain"),)
        if split_path(path)[0] != "/v2":
            return HttpAnswer(status=404, body=b"Not Found", headers=plain)
        if not self._connects.take(self._now_ns):
            return HttpAnswer(status=429, body=b"Too Many Requests", headers=plain)
        return None

    def on_open(self, client: Client, now_ns: int) -> None:
        """Greet with the state of the system."""
        session = self._sessions[client.number] = Session(client, now_ns, self._second_ns)
        session.send(self._status(), now_ns)

    def on_message(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Answer `subscribe`, `unsubscribe` and `ping`."""
        session = self._sessions[client.number]
        session.heard_ns = now_ns
        try:
            message = msgspec.json.decode(payload, type=dict[str, Any])
        except msgspec.DecodeError:
            session.send(Ask("", None, self.stamp(now_ns)).refusal("Malformed request"), now_ns)
            return
        request = message.get("req_id")
        method = str(message.get("method", ""))
        ask = Ask(method, request if isinstance(request, int) else None, self.stamp(now_ns))
        if not session.sends.take(now_ns):
            session.send(ask.refusal("Exceeded msg rate"), now_ns)
        elif method == "ping":
            session.send(Ask("pong", ask.request, ask.ts_ns).encode(), now_ns)
        elif method in {"subscribe", "unsubscribe"}:
            params = message.get("params")
            if isinstance(params, dict):
                self._on_params(session, ask, params, now_ns)
            else:
                session.send(ask.refusal("Malformed request"), now_ns)
        else:
            session.send(ask.refusal("Event(s) not found"), now_ns)

    def on_ping(self, client: Client, now_ns: int) -> None:
        """Count it as a sign of life."""
        self._sessions[client.number].heard_ns = now_ns

    def on_pong(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Count it as a sign of life."""
        del payload
        self._sessions[client.number].heard_ns = now_ns

    def on_close(self, client: Client) -> None:
        """Forget a connection."""
        self._sessions.pop(client.number, None)

    def on_update(self, update: Update) -> None:
        """Publish the book first, so that what a ticker says holds for it."""
        pair = self._pairs[update.quote.listing.native]
        for trade in update.trades:
            pair.tape.add(trade)
        sides = {change.is_ask for change in update.changes}
        self._publish_book(pair, update.ts_ns, sides)
        if update.trades:
            rows = [
                (pair.trade_base + trade.number, trade.price, trade.size, trade.taker_buys)
                for trade in update.trades
            ]
            payload = wire.trade(
                pair.symbol, rows, ts_ns=self.stamp(update.ts_ns), scale=pair.scale
            )
            self._publish("trade", pair.symbol, payload, update.ts_ns)
            self._publish_candles(pair, update.ts_ns)
        self._publish_ticker(pair, update)

    def on_time(self, now_ns: int) -> None:
        """Send heartbeats where nothing else was sent, and close idle connections."""
        self._now_ns = now_ns
        for session in list(self._sessions.values()):
            if session.subscriptions:
                if now_ns - session.sent_ns >= self._second_ns:
                    session.send(wire.HEARTBEAT, now_ns)
            elif now_ns - session.heard_ns >= _IDLE_S * self._second_ns:
                session.client.close(1000, "idle")

    def on_request(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        """Answer `/0/public/*`."""
        return self._rest.answer(question, now_ns, self.stamp(now_ns))

    def on_tick_change(self, quote: Quote, old_tick: int, now_ns: int) -> None:
        """Say so on `instrument`."""
        del old_tick
        self._publish_instrument(self._pairs[quote.listing.native], now_ns)

    def on_status(self, quote: Quote, now_ns: int) -> None:
        """Say so on `instrument`."""
        self._publish_instrument(self._pairs[quote.listing.native], now_ns)

    def on_listing(self, quote: Quote, now_ns: int) -> None:
        """Say so on `instrument`."""
        pair = self._pairs[quote.listing.native] = Pair(quote, self.seed)
        self._publish_instrument(pair, now_ns)

    def on_shutdown(self, now_ns: int) -> None:
        """Tell everybody that maintenance begins."""
        for session in self._sessions.values():
            session.send(self._status("maintenance"), now_ns)

    def _status(self, system: str = "online") -> bytes:
        return wire.status(connection_id=self._draws.below(1 << 63), system=system)

    def _on_params(self, session: Session, ask: Ask, params: dict[str, Any], now_ns: int) -> None:
        channel = params.get("channel")
        options = options_of(str(channel), params)
        if isinstance(options, str):
            session.send(ask.refusal(options), now_ns)
            return
        if channel == "instrument":
            self._take(session, ask, "instrument", "", options, now_ns)
            return
        symbols = params.get("symbol")
        if not isinstance(symbols, list) or not symbols:
            session.send(ask.refusal("Symbol field must be an array"), now_ns)
            return
        for symbol in symbols:
            if isinstance(symbol, str) and symbol in self._pairs:
                self._take(session, ask, str(channel), symbol, options, now_ns)
            else:
                text = f"Currency pair not supported {symbol}"
                session.send(ask.refusal(text, str(symbol)), now_ns)

    def _take(
        self,
        session: Session,
        ask: Ask,
        channel: str,
        symbol: str,
        options: dict[str, Any],
        now_ns: int,
    ) -> None:
        """Do and answer one (un)subscription, and send its snapshot."""
        key = (channel, symbol)
        held = session.subscriptions.get(key)
        name = symbol or None
        if ask.method == "unsubscribe":
            varied = "depth" if channel == "book" else "interval"
            if held is None or held.get(varied) != options.get(varied):
                session.send(ask.refusal("Subscription Not Found", name), now_ns)
                return
            del session.subscriptions[key]
            shown = {option: value for option, value in options.items() if option != "snapshot"}
            session.send(ask.accepted(channel, shown, name), now_ns, symbol)
            return
        if held is not None:
            session.send(ask.refusal("Already subscribed", name), now_ns)
            return
        session.subscriptions[key] = options
        session.send(ask.accepted(channel, options, name), now_ns, symbol)
        if options["snapshot"]:
            snapshot = self._snapshot(channel, symbol, options, now_ns)
            session.send(snapshot, now_ns, symbol)

    def _snapshot(self, channel: str, symbol: str, options: dict[str, Any], now_ns: int) -> bytes:
        if channel == "instrument":
            data = {
                "assets": assets(self._pairs.values()),
                "pairs": [pair.instrument() for pair in self._pairs.values()],
            }
            return encode({"channel": "instrument", "type": "snapshot", "data": data})
        pair = self._pairs[symbol]
        if channel == "book":
            return pair.view(options["depth"]).snapshot(self.stamp(pair.quote.ts_ns))
        if channel == "ticker":
            return self._ticker(pair, "snapshot", now_ns)
        if channel == "ohlc":
            return self._candles(pair, options["interval"], "snapshot", now_ns)
        rows = [
            (
                pair.trade_base + trade.number,
                trade.price,
                trade.size,
                trade.taker_buys,
                self.stamp(ts_ns),
            )
            for ts_ns, trade in pair.quote.trades[-50:]
        ]
        return wire.trades(symbol, rows, scale=pair.scale)

    def _publish(self, channel: str, symbol: str, payload: bytes, now_ns: int) -> None:
        key = (channel, symbol)
        for session in self._sessions.values():
            if key in session.subscriptions:
                session.send(payload, now_ns, symbol)

    def _publish_book(self, pair: Pair, ts_ns: int, sides: set[bool]) -> None:
        key = ("book", pair.symbol)
        for depth, view in list(pair.views.items()):
            wanted = [
                session
                for session in self._sessions.values()
                if session.subscriptions.get(key, {}).get("depth") == depth
            ]
            if not wanted:
                # The next one who asks begins with a snapshot.
                del pair.views[depth]
                continue
            payload = view.update(self.stamp(ts_ns), sides)
            if payload is not None:
                for session in wanted:
                    session.send(payload, ts_ns, pair.symbol)

    def _publish_ticker(self, pair: Pair, update: Update) -> None:
        key = ("ticker", pair.symbol)
        is_new_top = pair.is_new_top()
        wanted = ({"trades"} if update.trades else set()) | ({"bbo"} if is_new_top else set())
        sessions = [
            session
            for session in self._sessions.values()
            if session.subscriptions.get(key, {}).get("event_trigger") in wanted
        ]
        if sessions:
            payload = self._ticker(pair, "update", update.ts_ns)
            for session in sessions:
                session.send(payload, update.ts_ns, pair.symbol)

    def _ticker(self, pair: Pair, kind: str, now_ns: int) -> bytes:
        return wire.ticker(
            pair.symbol,
            kind=kind,
            ts_ns=self.stamp(now_ns),
            totals=pair.tape.totals(),
            top=pair.quote.market.top(),
            scale=pair.scale,
        )

    def _publish_candles(self, pair: Pair, now_ns: int) -> None:
        key = ("ohlc", pair.symbol)
        for session in self._sessions.values():
            options = session.subscriptions.get(key)
            if options is not None:
                payload = self._candles(pair, options["interval"], "update", now_ns)
                session.send(payload, now_ns, pair.symbol)

    def _candles(self, pair: Pair, minutes: int, kind: str, now_ns: int) -> bytes:
        span_ns = minutes * 60 * _SECOND_NS
        rows: list[Candle] = candles(
            pair.quote.trades, span_ns, now_ns, price=pair.quote.market.asks.best
        )
        shown = rows if kind == "snapshot" else rows[-1:]
        return wire.ohlc(pair.symbol, shown, kind=kind, minutes=minutes, scale=pair.scale)

    def _publish_instrument(self, pair: Pair, now_ns: int) -> None:
        data = {"assets": assets([pair]), "pairs": [pair.instrument()]}
        payload = encode({"channel": "instrument", "type": "update", "data": data})
        for session in self._sessions.values():
            if ("instrument", "") in session.subscriptions:
                session.send(payload, now_ns, pair.symbol)
