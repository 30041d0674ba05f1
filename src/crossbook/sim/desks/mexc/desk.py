"""MEXC's server: who subscribed to what, and what is sent to whom."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

import msgspec

from crossbook.sim.desk import Client, Desk, HttpAnswer, HttpQuestion, Quote, Update
from crossbook.sim.desks.allowance import Allowance
from crossbook.sim.desks.answers import encode, split_path
from crossbook.sim.desks.mexc.channels import Channel, channel_of
from crossbook.sim.desks.mexc.feed import Feed
from crossbook.sim.desks.mexc.rest import Rest
from crossbook.sim.desks.pair import Pair
from crossbook.sim.desks.schedule import Schedule
from crossbook.sim.desks.subscriptions import Subscriptions

__all__ = ["MexcDesk"]

_SENDS_PER_S: Final = 100
_CHANNELS_MAX: Final = 30
_SUBSCRIBE_S: Final = 30
"""A connection without a valid subscription ends after this long."""
_IDLE_S: Final = 60
"""A connection over which nothing goes ends after this long."""
_LIFETIME_S: Final = 24 * 3600
_PING_S: Final = 20


class _Session:
    """One connection.

    Args:
        client: the connection.
        now_ns: when it was opened.
        second_ns: how long one of the venue's seconds takes.
    """

    def __init__(self, client: Client, now_ns: int, second_ns: int) -> None:
        self.client = client
        self.opened_ns = now_ns
        self.active_ns = now_ns
        """When something went over it last."""
        self.lonely_ns = now_ns
        """Since when it is without a subscription, if it is."""
        self.pinged_ns = now_ns
        self.sends = Allowance(_SENDS_PER_S, span_ns=second_ns)


class MexcDesk(Desk):
    """`/ws` and `/api/v3/*`.

    Every change of a level takes one version, so that `fromVersion == toVersion + 1` of the push
    before. A refused subscription is answered with code 0, as an accepted one is.
    """

    venue: ClassVar[str] = "mexc"

    def __init__(self, quotes: Iterable[Quote], *, seed: int, scale_s: float = 1.0) -> None:
        super().__init__(quotes, seed=seed, scale_s=scale_s)
        self._second_ns = int(1_000_000_000 * scale_s)
        self._pairs = {name: Pair(quote, seed, self.stamp) for name, quote in self.quotes.items()}
        self._sessions: dict[int, _Session] = {}
        self._channels: Subscriptions[Channel] = Subscriptions()
        self._feeds: dict[Channel, Feed] = {}
        self._schedule: Schedule[Channel] = Schedule()
        self._rest = Rest(self._pairs, self._second_ns, self.stamp)

    def refuses(self, path: str, headers: Mapping[str, str]) -> HttpAnswer | None:
        """Refuse any path but `/ws`."""
        del headers
        if split_path(path)[0] == "/ws":
            return None
        return HttpAnswer(status=404, headers=(("Content-Type", "text/plain"),))

    def on_open(self, client: Client, now_ns: int) -> None:
        """Take a connection; MEXC does not greet."""
        self._sessions[client.number] = _Session(client, now_ns, self._second_ns)

    def on_message(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Carry out a command."""
        session = self._sessions.get(client.number)
        if session is None:
            return
        session.active_ns = now_ns
        if not session.sends.take(now_ns):
            self._cut(session, 1008, "too many messages")
            return
        try:
            message = msgspec.json.decode(payload, type=dict[str, Any])
        except msgspec.DecodeError:
            message = {}
        names = message.get("params", [])
        method = str(message.get("method"))
        if method == "PING":
            text = "PONG"
        elif method not in {"SUBSCRIPTION", "UNSUBSCRIPTION"} or not isinstance(names, list):
            text = "param error"
        elif method == "SUBSCRIPTION":
            text = self._subscribe(client, [str(name) for name in names], now_ns)
        else:
            text = self._unsubscribe(client, [str(name) for name in names], now_ns)
        client.send(encode({"id": message.get("id", 0), "code": 0, "msg": text}))

    def on_ping(self, client: Client, now_ns: int) -> None:
        """Count it as traffic."""
        if session := self._sessions.get(client.number):
            session.active_ns = now_ns

    def on_pong(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Count it as traffic."""
        del payload
        self.on_ping(client, now_ns)

    def on_close(self, client: Client) -> None:
        """Forget a connection."""
        self._channels.drop(client)
        self._sessions.pop(client.number, None)

    def on_update(self, update: Update) -> None:
        """Keep what changed for the next push of each channel."""
        native = update.quote.listing.native
        for channel, feed in self._feeds.items():
            if channel.native == native:
                feed.add(update)

    def on_time(self, now_ns: int) -> None:
        """Push what is due; ping, and cut off who broke a limit."""
        for channel in self._schedule.due(now_ns):
            if channel not in self._channels:
                # Nobody is left: the next subscriber lets it begin anew.
                self._schedule.stop(channel)
                del self._feeds[channel]
                continue
            push = self._feeds[channel].push(self.stamp(now_ns))
            if push is None:
                continue
            for client in self._channels.clients(channel):
                client.send(push, native=channel.native, is_binary=True)
                self._sessions[client.number].active_ns = now_ns
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
        """Say nothing: `exchangeInfo` shows it."""
        del now_ns
        native = quote.listing.native
        self.quotes[native] = quote
        self._pairs[native] = Pair(quote, self.seed, self.stamp)

    def on_shutdown(self, now_ns: int) -> None:
        """Say nothing: MEXC gives no notice."""

    def _subscribe(self, client: Client, names: list[str], now_ns: int) -> str:
        """Subscribe to what there is; return what is said of it."""
        blocked = []
        for name in names:
            channel = channel_of(name)
            is_full = self._channels.count(client) >= _CHANNELS_MAX
            is_known = channel is not None and channel in self._channels.topics(client)
            if channel is None or channel.native not in self._pairs or (is_full and not is_known):
                blocked.append(name)
                continue
            self._channels.add(client, channel)
            if channel not in self._schedule:
                self._feeds[channel] = Feed(channel, self._pairs[channel.native])
                self._schedule.start(channel, channel.period_ns, now_ns)
        if blocked:
            # The colon is the wide one, as the venue writes it.
            reason = "Reason\N{FULLWIDTH COLON} Blocked! "
            return f"Not Subscribed successfully! [{','.join(blocked)}].  {reason}"
        return ",".join(names)

    def _unsubscribe(self, client: Client, names: list[str], now_ns: int) -> str:
        for channel in filter(None, map(channel_of, names)):
            self._channels.remove(client, channel)
        if not self._channels.count(client):
            self._sessions[client.number].lonely_ns = now_ns
        return ",".join(names)

    def _attend(self, session: _Session, now_ns: int) -> None:
        client, second_ns = session.client, self._second_ns
        is_lonely = not self._channels.count(client)
        if now_ns - session.opened_ns >= _LIFETIME_S * second_ns:
            self._cut(session, 1001, "")
        elif is_lonely and now_ns - session.lonely_ns >= _SUBSCRIBE_S * second_ns:
            self._cut(session, 1000, "no valid subscription")
        elif now_ns - session.active_ns >= _IDLE_S * second_ns:
            self._cut(session, 1000, "no data")
        elif now_ns - session.pinged_ns >= _PING_S * second_ns:
            session.pinged_ns = now_ns
            client.ping()

    def _cut(self, session: _Session, code: int, reason: str) -> None:
        """End a connection: nothing more goes to it, however long it takes to close."""
        self.on_close(session.client)
        session.client.close(code, reason)
