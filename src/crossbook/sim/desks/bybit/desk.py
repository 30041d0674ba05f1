"""Bybit's server: who subscribed to what, and what is sent to whom."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

import msgspec

from crossbook.sim.desk import Client, Desk, HttpAnswer, HttpQuestion, Quote, Update
from crossbook.sim.desks.answers import encode, split_path
from crossbook.sim.desks.bybit.rest import Rest, ticker
from crossbook.sim.desks.bybit.topics import INTERVALS_NS, Topic, topic_of
from crossbook.sim.desks.bybit.view import DEEPEST, View
from crossbook.sim.desks.meter import Meter
from crossbook.sim.desks.pair import Pair
from crossbook.sim.desks.schedule import Schedule
from crossbook.sim.desks.subscriptions import Subscriptions
from crossbook.sim.draws import Draws
from crossbook.sim.wire import bybit as wire
from crossbook.sim.wire.number import fixed

__all__ = ["BybitDesk"]

_MS: Final = 1_000_000
_IDLE_S: Final = 600
"""Who says nothing for this long is cut off."""
_CONNECTS: Final = (500, 5 * 60)
_ARGS_MAX: Final = 10
_ARGS_LENGTH_MAX: Final = 21_000


class _Session:
    """One connection.

    Args:
        client: the connection.
        conn_id: the venue's name for it.
        now_ns: when it was opened.
    """

    def __init__(self, client: Client, conn_id: str, now_ns: int) -> None:
        self.client = client
        self.conn_id = conn_id
        self.heard_ns = now_ns

    def answer(self, request: Any, op: str, text: str, *, success: bool = True) -> bytes:
        """Return the answer to a command."""
        return encode(
            {
                "success": success,
                "ret_msg": text,
                "conn_id": self.conn_id,
                "req_id": request,
                "op": op,
            }
        )


class BybitDesk(Desk):
    """`/v5/public/spot` and `/v5/market/*`."""

    venue: ClassVar[str] = "bybit"

    def __init__(self, quotes: Iterable[Quote], *, seed: int, scale_s: float = 1.0) -> None:
        super().__init__(quotes, seed=seed, scale_s=scale_s)
        self._second_ns = int(1_000_000_000 * scale_s)
        self._pairs = {name: Pair(quote, seed, self.stamp) for name, quote in self.quotes.items()}
        self._sessions: dict[int, _Session] = {}
        self._topics: Subscriptions[Topic] = Subscriptions()
        self._views: dict[Topic, View] = {}
        self._schedule: Schedule[Topic] = Schedule()
        self._traded: set[str] = set()
        """Pairs that traded since their tickers were sent."""
        self._draws = Draws(seed, "desk:bybit")
        self._rest = Rest(self._pairs, self._deepest, self._second_ns, self.stamp)
        self._connects = Meter(_CONNECTS[0], span_ns=_CONNECTS[1] * self._second_ns)
        self._now_ns = 0
        # They run from the start: the REST order book carries their numbers.
        for pair in self._pairs.values():
            self._start(_deepest_topic(pair.native), 0)

    def refuses(self, path: str, headers: Mapping[str, str]) -> HttpAnswer | None:
        """Refuse unknown paths, and more connections than an address may open."""
        del headers
        self._connects.use(self._now_ns)
        if self._connects.is_over:
            return self._rest.too_often()
        if split_path(path)[0] == "/v5/public/spot":
            return None
        return HttpAnswer(status=404, body=b"404 page not found", headers=_TEXT)

    def on_open(self, client: Client, now_ns: int) -> None:
        """Take a connection; Bybit does not greet."""
        conn_id = f"{self._draws.octets(10).hex()}-{client.number}"
        self._sessions[client.number] = _Session(client, conn_id, now_ns)

    def on_message(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Carry out a command."""
        session = self._sessions.get(client.number)
        if session is None:
            return
        session.heard_ns = now_ns
        try:
            message = msgspec.json.decode(payload, type=dict[str, Any])
        except msgspec.DecodeError:
            client.send(session.answer("", "", "error:invalid json", success=False))
            return
        request, op = message.get("req_id", ""), str(message.get("op", ""))
        if op == "ping":
            client.send(session.answer(request, op, "pong"))
            return
        if op not in {"subscribe", "unsubscribe"}:
            client.send(session.answer(request, op, "error:invalid op", success=False))
            return
        names = message.get("args")
        fault = self._fault(client, op, names)
        client.send(session.answer(request, op, fault or op, success=not fault))
        if not fault and isinstance(names, list):
            for topic in filter(None, map(topic_of, names)):
                if op == "subscribe":
                    self._subscribe(client, topic, now_ns)
                else:
                    self._topics.remove(client, topic)

    def on_ping(self, client: Client, now_ns: int) -> None:
        """Count it as a sign of life."""
        if session := self._sessions.get(client.number):
            session.heard_ns = now_ns

    def on_pong(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Count it as a sign of life."""
        del payload
        self.on_ping(client, now_ns)

    def on_close(self, client: Client) -> None:
        """Forget a connection."""
        self._topics.drop(client)
        self._sessions.pop(client.number, None)

    def on_update(self, update: Update) -> None:
        """Publish trades at once, and keep level changes for the next message of each depth."""
        pair = self._pairs[update.quote.listing.native]
        for view in self._views.values():
            if view.pair is pair:
                view.add(update)
        if not update.trades:
            return
        self._traded.add(pair.native)
        topic = Topic(f"publicTrade.{pair.native}", pair.native, "publicTrade")
        if topic in self._topics:
            rows = [(self._rest.trade_id(pair, trade), trade) for trade in update.trades]
            frame = wire.trades(
                pair.native,
                rows,
                ts_ms=self.stamp(update.ts_ns) // _MS,
                sequence=update.last_id,
                scale=pair.scale,
            )
            self._publish(topic, frame)

    def on_time(self, now_ns: int) -> None:
        """Send what is sent at intervals, and cut off who says nothing."""
        self._now_ns = now_ns
        for topic in self._schedule.due(now_ns):
            self._flush(topic, now_ns)
        self._traded.clear()
        for session in list(self._sessions.values()):
            if now_ns - session.heard_ns >= _IDLE_S * self._second_ns:
                self.on_close(session.client)
                session.client.close(1000, "")

    def on_request(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        """Answer `/v5/market/*`."""
        return self._rest.answer(question, now_ns)

    def on_tick_change(self, quote: Quote, old_tick: int, now_ns: int) -> None:
        """Say nothing: `instruments-info` shows it."""

    def on_status(self, quote: Quote, now_ns: int) -> None:
        """Say nothing: `instruments-info` shows it."""

    def on_listing(self, quote: Quote, now_ns: int) -> None:
        """Say nothing: `instruments-info` shows it."""
        native = quote.listing.native
        self.quotes[native] = quote
        self._pairs[native] = Pair(quote, self.seed, self.stamp)
        self._start(_deepest_topic(native), now_ns)

    def on_shutdown(self, now_ns: int) -> None:
        """Say nothing: Bybit gives no notice."""

    def _deepest(self, native: str) -> View:
        return self._views[_deepest_topic(native)]

    def _fault(self, client: Client, op: str, names: Any) -> str:
        """Return what is wrong with a command; empty: nothing. One bad topic fails them all."""
        if not isinstance(names, list) or not names:
            return "error:args is empty"
        if len(names) > _ARGS_MAX:
            return f"args size >{_ARGS_MAX}"
        known = self._topics.topics(client)
        length = sum(len(str(name)) for name in (*names, *(topic.name for topic in known)))
        if op == "subscribe" and length > _ARGS_LENGTH_MAX:
            return f"error:args length >{_ARGS_LENGTH_MAX}"
        taken = {topic.name for topic in known} if op == "subscribe" else set()
        return next(filter(None, (self._misfit(name, taken) for name in names)), "")

    def _misfit(self, name: Any, taken: set[str]) -> str:
        """Return what is wrong with a topic; empty: nothing."""
        topic = topic_of(name) if isinstance(name, str) else None
        if topic is None:
            return f"error:handler not found,topic:{name}"
        if topic.native not in self._pairs:
            return f"Invalid symbol :[{name}]"
        return f"error:already subscribed,topic:{name}" if name in taken else ""

    def _subscribe(self, client: Client, topic: Topic, now_ns: int) -> None:
        self._topics.add(client, topic)
        self._start(topic, now_ns)
        if topic.kind == "orderbook":
            client.send(self._views[topic].snapshot(now_ns), native=topic.native)
        elif topic.kind == "tickers":
            client.send(self._ticker(topic, self.stamp(now_ns)), native=topic.native)

    def _start(self, topic: Topic, now_ns: int) -> None:
        """Let a topic begin, if it did not yet."""
        if not topic.period_ns or topic in self._schedule:
            return
        self._schedule.start(topic, topic.period_ns, now_ns)
        if topic.kind == "orderbook":
            pair = self._pairs[topic.native]
            update_id = self._first_number(topic)
            self._views[topic] = View(pair, topic.depth, update_id=update_id, now_ns=now_ns)

    def _first_number(self, topic: Topic) -> int:
        return 1_000_000 + Draws(self.seed, f"desk:bybit:{topic.name}").below(100_000_000)

    def _flush(self, topic: Topic, now_ns: int) -> None:
        if topic not in self._topics and topic.kind != "orderbook":
            # Nobody is left: the next subscriber lets it begin anew. A book goes on, and its
            # numbers with it: somebody may come back who knows an old one.
            self._schedule.stop(topic)
            return
        if topic.kind == "orderbook":
            frame = self._views[topic].publish(now_ns)
            if frame is not None:
                self._publish(topic, frame)
        elif topic.kind == "kline":
            self._publish(topic, self._kline(topic, self.stamp(now_ns)))
        elif topic.native in self._traded:
            self._publish(topic, self._ticker(topic, self.stamp(now_ns)))

    def _publish(self, topic: Topic, frame: bytes) -> None:
        for client in self._topics.clients(topic):
            client.send(frame, native=topic.native)

    def _ticker(self, topic: Topic, now_ns: int) -> bytes:
        pair = self._pairs[topic.native]
        rows = ticker(pair, now_ns)
        for name in ("bid1Price", "bid1Size", "ask1Price", "ask1Size"):
            del rows[name]
        return encode(
            {
                "topic": topic.name,
                "ts": now_ns // _MS,
                "type": "snapshot",
                "cs": pair.quote.last_id,
                "data": rows,
            }
        )

    def _kline(self, topic: Topic, now_ns: int) -> bytes:
        """Return the candle of a moment ago, so that each one is shown once when it is closed."""
        pair, span_ns = self._pairs[topic.native], INTERVALS_NS[topic.interval]
        open_ns = (now_ns - topic.period_ns) // span_ns * span_ns
        rows = pair.candles(span_ns, now_ns)
        candle = next((row for row in rows if row.open_ns == open_ns), rows[-1])
        price, size = pair.scale
        data = {
            "start": candle.open_ns // _MS,
            "end": (candle.open_ns + span_ns) // _MS - 1,
            "interval": topic.interval,
            "open": fixed(candle.open, price),
            "close": fixed(candle.close, price),
            "high": fixed(candle.high, price),
            "low": fixed(candle.low, price),
            "volume": fixed(candle.volume, size),
            "turnover": fixed(candle.notional, price + size),
            "confirm": candle.open_ns + span_ns <= now_ns,
            "timestamp": now_ns // _MS,
        }
        frame = {"topic": topic.name, "data": [data], "ts": now_ns // _MS, "type": "snapshot"}
        return encode(frame)


_TEXT: Final = (("Content-Type", "text/plain"),)


def _deepest_topic(native: str) -> Topic:
    topic = topic_of(f"orderbook.{DEEPEST}.{native}")
    assert topic is not None, "the deepest order book is one of the topics"
    return topic
