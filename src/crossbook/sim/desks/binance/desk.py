"""Binance's server: who subscribed to what, and what is sent to whom."""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from crossbook.sim.desk import Client, Desk, HttpAnswer, HttpQuestion, Quote, Update
from crossbook.sim.desks.answers import encode, split_path
from crossbook.sim.desks.binance.events import partial_book, sampled, traded
from crossbook.sim.desks.binance.rest import Rest
from crossbook.sim.desks.binance.session import STREAMS_MAX, Ask, Session, ask_of
from crossbook.sim.desks.binance.streams import Stream, stream_of
from crossbook.sim.desks.meter import Meter
from crossbook.sim.desks.pair import Pair
from crossbook.sim.desks.schedule import Schedule
from crossbook.sim.desks.subscriptions import Subscriptions
from crossbook.sim.desks.windows import Window
from crossbook.sim.wire import binance as wire

__all__ = ["BinanceDesk"]

_PING_S: Final = 20
_PONG_S: Final = 60
_LIFETIME_S: Final = 24 * 3600
_CONNECTS: Final = (300, 5 * 60)


class BinanceDesk(Desk):
    """`/ws`, `/ws/<streams>`, `/stream?streams=<streams>` and `/api/v3/*`.

    Every change of a level takes one update id, so that `next.U == prev.u + 1` holds for the
    diffs of each rate. A stream that does not exist is acknowledged, and silent.
    """

    venue: ClassVar[str] = "binance"

    def __init__(self, quotes: Iterable[Quote], *, seed: int, scale_s: float = 1.0) -> None:
        super().__init__(quotes, seed=seed, scale_s=scale_s)
        self._second_ns = int(1_000_000_000 * scale_s)
        self._pairs = {name: Pair(quote, seed, self.stamp) for name, quote in self.quotes.items()}
        self._sessions: dict[int, Session] = {}
        self._names: Subscriptions[str] = Subscriptions()
        self._streams: dict[str, dict[str, Stream]] = {}
        """Streams that somebody wants, by symbol and name."""
        self._windows: dict[str, Window] = {}
        """Of each diff stream that somebody wants."""
        self._schedule: Schedule[Stream] = Schedule()
        self._rest = Rest(self._pairs, self._second_ns, self.stamp)
        self._connects = Meter(_CONNECTS[0], span_ns=_CONNECTS[1] * self._second_ns)
        self._now_ns = 0

    def refuses(self, path: str, headers: Mapping[str, str]) -> HttpAnswer | None:
        """Refuse unknown paths, and more connections than an address may open."""
        del headers
        self._connects.use(self._now_ns)
        if self._connects.is_over:
            return self._rest.too_many(self._connects.wait_ns(self._now_ns))
        place, _ = split_path(path)
        if place in {"/ws", "/stream"} or place.startswith("/ws/"):
            return None
        return HttpAnswer(status=404, headers=(("Content-Type", "text/html"),))

    def on_open(self, client: Client, now_ns: int) -> None:
        """Subscribe to the streams in the path."""
        place, query = split_path(client.path)
        is_combined = place == "/stream"
        self._sessions[client.number] = Session(
            client,
            now_ns,
            is_combined=is_combined,
            is_fine=query.get("timeUnit", "").upper() == "MICROSECOND",
            second_ns=self._second_ns,
        )
        named = query.get("streams", "") if is_combined else place.removeprefix("/ws")
        for name in named.split("/"):
            if name and self._names.count(client) < STREAMS_MAX:
                self._subscribe(client, name, now_ns)

    def on_message(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Carry out a command."""
        session = self._sessions.get(client.number)
        if session is None or not self._counted(session, now_ns):
            return
        ask = ask_of(payload)
        client.send(ask.refusal(*ask.fault) if ask.fault else self._answer(session, ask, now_ns))

    def on_ping(self, client: Client, now_ns: int) -> None:
        """Count it: control frames are messages too."""
        if session := self._sessions.get(client.number):
            self._counted(session, now_ns)

    def on_pong(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Take the answer to a ping; one that repeats no ping's payload does not count as one."""
        session = self._sessions.get(client.number)
        if session is not None:
            session.answered(payload)
            self._counted(session, now_ns)

    def on_close(self, client: Client) -> None:
        """Forget a connection."""
        for name in self._names.topics(client):
            self._unsubscribe(client, name)
        self._names.drop(client)
        self._sessions.pop(client.number, None)

    def on_update(self, update: Update) -> None:
        """Publish trades and best prices at once, and keep level changes for the next diff."""
        pair = self._pairs[update.quote.listing.native]
        is_new_top = pair.is_new_top()
        for name, stream in self._streams.get(pair.native, {}).items():
            if stream.kind == "depth":
                self._windows[name].add(update)
            elif stream.kind in {"trade", "aggTrade"}:
                for trade in update.trades:
                    self._publish(
                        stream, traded(pair, stream.kind, trade, self.stamp(update.ts_ns))
                    )
            elif stream.kind == "bookTicker" and update.changes and is_new_top:
                bid, ask = update.quote.market.top()
                event = wire.book_ticker(
                    pair.native, update_id=update.last_id, bid=bid, ask=ask, scale=pair.scale
                )
                self._publish(stream, event)

    def on_time(self, now_ns: int) -> None:
        """Send what is sent at intervals; ping, and cut off who does not answer."""
        self._now_ns = now_ns
        for stream in self._schedule.due(now_ns):
            self._flush(stream, self.stamp(now_ns))
        for session in list(self._sessions.values()):
            self._attend(session, now_ns)

    def on_request(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        """Answer `/api/v3/*`."""
        return self._rest.answer(question, now_ns)

    def on_tick_change(self, quote: Quote, old_tick: int, now_ns: int) -> None:
        """Say nothing: `exchangeInfo` shows it."""

    def on_status(self, quote: Quote, now_ns: int) -> None:
        """Say nothing: `exchangeInfo` shows it."""

    def on_listing(self, quote: Quote, now_ns: int) -> None:
        """Say nothing: `exchangeInfo` shows it. Streams of its name begin to send."""
        native = quote.listing.native
        self.quotes[native] = quote
        self._pairs[native] = Pair(quote, self.seed, self.stamp)
        for name in self._names.wanted():
            self._start(name, now_ns)

    def on_shutdown(self, now_ns: int) -> None:
        """Announce the end of every connection."""
        event = encode({"e": "serverShutdown", "E": self.stamp(now_ns) // 1_000_000})
        for session in self._sessions.values():
            session.client.send(event)

    def _counted(self, session: Session, now_ns: int) -> bool:
        """Count a message; cut the client off if it sent too many."""
        if session.sends.take(now_ns):
            return True
        self._cut(session, 1008, "Too many requests")
        return False

    def _cut(self, session: Session, code: int, reason: str) -> None:
        """End a connection: nothing more goes to it, however long it takes to close."""
        self.on_close(session.client)
        session.client.close(code, reason)

    def _answer(self, session: Session, ask: Ask, now_ns: int) -> bytes:
        client, params = session.client, ask.params
        if ask.method == "LIST_SUBSCRIPTIONS":
            return ask.result(self._names.topics(client))
        if ask.method in {"SUBSCRIBE", "UNSUBSCRIBE"}:
            names = [name for name in params if isinstance(name, str)]
            if len(names) != len(params):
                return ask.refusal(2, "Invalid request: stream name must be a string")
            if ask.method == "UNSUBSCRIBE":
                for name in names:
                    self._unsubscribe(client, name)
                return ask.result(None)
            if len({*self._names.topics(client), *names}) > STREAMS_MAX:
                return ask.refusal(2, "Invalid request: too many subscriptions")
            for name in names:
                self._subscribe(client, name, now_ns)
            return ask.result(None)
        return _property(session, ask)

    def _subscribe(self, client: Client, name: str, now_ns: int) -> None:
        self._names.add(client, name)
        self._start(name, now_ns)

    def _start(self, name: str, now_ns: int) -> None:
        """Let a stream begin, if it exists and did not yet."""
        stream = stream_of(name)
        if stream is None or stream.native not in self._pairs:
            return
        streams = self._streams.setdefault(stream.native, {})
        if name in streams:
            return
        streams[name] = stream
        if stream.period_ns:
            self._schedule.start(stream, stream.period_ns, now_ns)
        if stream.kind == "depth":
            self._windows[name] = Window(self.quotes[stream.native].last_id)

    def _unsubscribe(self, client: Client, name: str) -> None:
        self._names.remove(client, name)
        if name in self._names:
            return
        stream = stream_of(name)
        if stream is not None:
            self._streams.get(stream.native, {}).pop(name, None)
            self._schedule.stop(stream)
        self._windows.pop(name, None)

    def _flush(self, stream: Stream, now_ns: int) -> None:
        pair = self._pairs[stream.native]
        if stream.kind != "depth":
            event = (
                partial_book(pair, stream.depth)
                if stream.kind == "partial"
                else sampled(pair, stream, now_ns)
            )
            self._publish(stream, event)
            return
        diff = self._windows[stream.name].take()
        if diff is None:
            return
        event = wire.depth_update(
            pair.native,
            event_ms=now_ns // 1_000_000,
            first_id=diff.first_id,
            last_id=diff.last_id,
            sides=(diff.bids, diff.asks),
            scale=pair.scale,
        )
        self._publish(stream, event)

    def _publish(self, stream: Stream, event: bytes) -> None:
        written: dict[tuple[bool, bool], bytes] = {}
        for client in self._names.clients(stream.name):
            session = self._sessions[client.number]
            form = session.is_combined, session.is_fine
            frame = written.get(form)
            if frame is None:
                frame = wire.in_microseconds(event) if session.is_fine else event
                if session.is_combined:
                    frame = wire.combined(stream.name, frame)
                written[form] = frame
            client.send(frame, native=stream.native)

    def _attend(self, session: Session, now_ns: int) -> None:
        oldest_ns = min(session.pings.values(), default=now_ns)
        if now_ns - session.opened_ns >= _LIFETIME_S * self._second_ns:
            self._cut(session, 1001, "")
        elif now_ns - oldest_ns >= _PONG_S * self._second_ns:
            self._cut(session, 1008, "Pong timeout")
        elif now_ns - session.pinged_ns >= _PING_S * self._second_ns:
            session.ping(now_ns)


def _property(session: Session, ask: Ask) -> bytes:
    """Get or set whether events come wrapped."""
    if not ask.params or not isinstance(ask.params[0], str):
        return ask.refusal(2, "Invalid request: property name must be a string")
    if ask.params[0] != "combined":
        return ask.refusal(0, "Unknown property")
    if ask.method == "GET_PROPERTY":
        return ask.result(session.is_combined)
    if len(ask.params) > 2:
        return ask.refusal(2, "Invalid request: too many parameters")
    if len(ask.params) < 2 or not isinstance(ask.params[1], bool):
        return ask.refusal(1, "Invalid value type: expected Boolean")
    session.is_combined = ask.params[1]
    return ask.result(None)
