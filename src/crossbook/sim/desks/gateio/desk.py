"""Gate.io's server: who subscribed to what, and what is sent to whom."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

import msgspec

from crossbook.sim.desk import Client, Desk, HttpAnswer, HttpQuestion, Quote, Update
from crossbook.sim.desks.answers import encode, split_path
from crossbook.sim.desks.gateio.payloads import candlestick, public_trade, ticker
from crossbook.sim.desks.gateio.rest import Rest
from crossbook.sim.desks.gateio.session import Ask, Session
from crossbook.sim.desks.gateio.topics import PayloadError, Topic, topics_of
from crossbook.sim.desks.pair import Pair
from crossbook.sim.desks.schedule import Schedule
from crossbook.sim.desks.subscriptions import Subscriptions
from crossbook.sim.desks.windows import CutWindow
from crossbook.sim.draws import Draws
from crossbook.sim.wire import gateio as wire

__all__ = ["GateioDesk"]

_PING_S: Final = 20
_IDLE_S: Final = 60
"""Who neither says anything nor answers pings for this long is cut off."""
_CLIENTS_MAX: Final = 300
_BOOKS: Final = frozenset({"spot.order_book_update", "spot.obu"})
"""Channels of changes."""


class GateioDesk(Desk):
    """`/ws/v4/` and `/api/v4/spot/*`.

    Every change of a level takes one update id. `spot.order_book_update` reaches down to level
    100 and leaves it to clients to drop what fell below; `spot.obu` begins with the whole book,
    and says what fell.
    """

    venue: ClassVar[str] = "gateio"

    def __init__(self, quotes: Iterable[Quote], *, seed: int, scale_s: float = 1.0) -> None:
        super().__init__(quotes, seed=seed, scale_s=scale_s)
        self._second_ns = int(1_000_000_000 * scale_s)
        self._pairs = {name: Pair(quote, seed, self.stamp) for name, quote in self.quotes.items()}
        self._sessions: dict[int, Session] = {}
        self._topics: Subscriptions[Topic] = Subscriptions()
        self._windows: dict[Topic, CutWindow] = {}
        self._schedule: Schedule[Topic] = Schedule()
        self._tops: dict[Topic, Any] = {}
        """The best prices that each `spot.book_ticker` sent last."""
        self._draws = Draws(seed, "desk:gateio")
        self._rest = Rest(self._pairs, self._second_ns, self.stamp)

    def refuses(self, path: str, headers: Mapping[str, str]) -> HttpAnswer | None:
        """Refuse unknown paths, and more connections than an address may have open."""
        del headers
        if split_path(path)[0] != "/ws/v4":
            return HttpAnswer(status=404, headers=(("Content-Type", "text/plain"),))
        if len(self._sessions) >= _CLIENTS_MAX:
            return HttpAnswer(status=429, headers=(("Content-Type", "text/plain"),))
        return None

    def on_open(self, client: Client, now_ns: int) -> None:
        """Take a connection; Gate.io does not greet."""
        conn_id = self._draws.octets(8).hex()
        self._sessions[client.number] = Session(client, conn_id, now_ns)

    def on_message(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Carry out a command."""
        session = self._sessions.get(client.number)
        if session is None:
            return
        session.heard_ns = now_ns
        shown_ns = self.stamp(now_ns)
        try:
            message = msgspec.json.decode(payload, type=dict[str, Any])
        except msgspec.DecodeError:
            client.send(session.refusal(Ask("", "", None), 1, "invalid request body", shown_ns))
            return
        ask = Ask.of(message)
        if ask.channel == "spot.ping":
            client.send(session.pong(ask, shown_ns))
        elif ask.event not in {"subscribe", "unsubscribe"}:
            client.send(session.refusal(ask, 2, f"unknown event: {ask.event}", shown_ns))
        elif ask.is_late(shown_ns):
            client.send(session.refusal(ask, 2, "request time expired", shown_ns))
        else:
            self._on_ask(session, ask, now_ns)

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
        """Publish trades at once, and keep level changes for the next message of each stream."""
        pair = self._pairs[update.quote.listing.native]
        for topic, window in self._windows.items():
            if topic.pair == pair.native:
                window.add(update)
        topic = Topic("spot.trades", pair.native)
        if topic in self._topics:
            for trade in update.trades:
                payload = public_trade(pair, self.stamp(update.ts_ns), trade)
                self._publish(topic, payload, self.stamp(update.ts_ns))

    def on_time(self, now_ns: int) -> None:
        """Send what is sent at intervals; ping, and cut off who does not answer."""
        for topic in self._schedule.due(now_ns):
            self._flush(topic, self.stamp(now_ns))
        for session in list(self._sessions.values()):
            if now_ns - session.heard_ns >= _IDLE_S * self._second_ns:
                self.on_close(session.client)
                session.client.close(1001, "")
            elif now_ns - session.pinged_ns >= _PING_S * self._second_ns:
                session.pinged_ns = now_ns
                session.client.ping()

    def on_request(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        """Answer `/api/v4/*`."""
        return self._rest.answer(question, now_ns)

    def on_tick_change(self, quote: Quote, old_tick: int, now_ns: int) -> None:
        """Say nothing: `currency_pairs` shows it."""

    def on_status(self, quote: Quote, now_ns: int) -> None:
        """Say nothing: `currency_pairs` shows it."""

    def on_listing(self, quote: Quote, now_ns: int) -> None:
        """Say nothing: `currency_pairs` shows it."""
        del now_ns
        native = quote.listing.native
        self.quotes[native] = quote
        self._pairs[native] = Pair(quote, self.seed, self.stamp)

    def on_shutdown(self, now_ns: int) -> None:
        """Say nothing: Gate.io gives no notice."""

    def _on_ask(self, session: Session, ask: Ask, now_ns: int) -> None:
        client = session.client
        try:
            topics = topics_of(ask.channel, ask.payload)
            self._check(client, ask, topics)
        except PayloadError as error:
            client.send(session.refusal(ask, 2, str(error), self.stamp(now_ns)))
            return
        client.send(session.success(ask, self.stamp(now_ns)))
        for topic in topics:
            if ask.event == "subscribe":
                self._subscribe(client, topic, now_ns)
            else:
                self._topics.remove(client, topic)

    def _check(self, client: Client, ask: Ask, topics: list[Topic]) -> None:
        """Refuse all if one is wrong."""
        known = self._topics.topics(client)
        for topic in topics:
            if topic.pair not in self._pairs:
                raise PayloadError(f"unknown currency pair: {topic.pair}")
            if ask.event == "subscribe" and topic.channel == "spot.obu" and topic in known:
                raise PayloadError(f"Alert sub {topic.name}: already subscribed")

    def _subscribe(self, client: Client, topic: Topic, now_ns: int) -> None:
        self._topics.add(client, topic)
        pair = self._pairs[topic.pair]
        if topic.period_ns and topic not in self._schedule:
            self._schedule.start(topic, topic.period_ns, now_ns)
            if topic.channel in _BOOKS:
                tells_fallen = topic.channel == "spot.obu"
                window = CutWindow(pair.quote, topic.depth, tells_fallen=tells_fallen)
                self._windows[topic] = window
        if topic.channel == "spot.obu":
            window, shown_ns = self._windows[topic], self.stamp(now_ns)
            payload = wire.obu_full(
                topic.name,
                last_id=window.published_id,
                sides=(window.bids, window.asks),
                ts_ns=shown_ns,
                scale=pair.scale,
            )
            client.send(wire.update(topic.channel, payload, now_ns=shown_ns), native=topic.pair)

    def _flush(self, topic: Topic, now_ns: int) -> None:
        if topic not in self._topics:
            # Nobody is left: the next subscriber lets it begin anew.
            self._schedule.stop(topic)
            self._windows.pop(topic, None)
            self._tops.pop(topic, None)
            return
        payload = self._changes(topic) if topic in self._windows else self._sample(topic, now_ns)
        if payload:
            self._publish(topic, payload, now_ns)

    def _changes(self, topic: Topic) -> str:
        """Return the next changes of a book; empty: there are none."""
        diff = self._windows[topic].take()
        if diff is None:
            return ""
        pair = self._pairs[topic.pair]
        ids, sides = (diff.first_id, diff.last_id), (diff.bids, diff.asks)
        ts_ns, scale = pair.changed_ns, pair.scale
        if topic.channel == "spot.obu":
            return wire.obu(topic.name, ids=ids, sides=sides, ts_ns=ts_ns, scale=scale)
        return wire.depth_update(pair.native, ids=ids, sides=sides, ts_ns=ts_ns, scale=scale)

    def _sample(self, topic: Topic, now_ns: int) -> str:
        """Return a payload that is whole each time; empty: it would say the same again."""
        pair = self._pairs[topic.pair]
        quote, market = pair.quote, pair.quote.market
        if topic.channel == "spot.order_book":
            return wire.order_book(
                pair.native,
                last_id=quote.last_id,
                sides=(market.bids.levels(topic.depth), market.asks.levels(topic.depth)),
                ts_ns=pair.changed_ns,
                depth=topic.depth,
                scale=pair.scale,
            )
        if topic.channel == "spot.book_ticker":
            top = market.top()
            if self._tops.get(topic) == top:
                return ""
            self._tops[topic] = top
            return wire.book_ticker(
                pair.native,
                last_id=quote.last_id,
                bid=top[0],
                ask=top[1],
                ts_ns=pair.changed_ns,
                scale=pair.scale,
            )
        if topic.channel == "spot.tickers":
            return encode(ticker(pair, now_ns)).decode()
        return encode(candlestick(pair, topic, now_ns)).decode()

    def _publish(self, topic: Topic, payload: str, now_ns: int) -> None:
        frame = wire.update(topic.channel, payload, now_ns=now_ns)
        for client in self._topics.clients(topic):
            client.send(frame, native=topic.pair)
