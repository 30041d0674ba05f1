"""Polymarket's server: the market channel, and which REST it hands a request to."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final, Literal

import msgspec

from crossbook.sim.desk import Client, Desk, HttpAnswer, HttpQuestion, Quote, Update
from crossbook.sim.desks.answers import encode, split_path
from crossbook.sim.desks.polymarket.clob import Clob
from crossbook.sim.desks.polymarket.condition import Condition, Outcome
from crossbook.sim.desks.polymarket.gamma import Gamma, event_message
from crossbook.sim.market import Trade
from crossbook.sim.wire import polymarket as wire

__all__ = ["PolymarketDesk"]

_SECOND_NS: Final = 1_000_000_000
_SILENCE_S: Final = 60
"""A client that sends neither `PING` nor anything else for this long is cut off."""
_DUMPED_MAX: Final = 500
"""Tokens of one connection that get an initial book; further ones get changes only."""

Shape = Literal["new", "old"]


class _Session:
    """One connection."""

    __slots__ = ("client", "heard_ns", "is_custom", "is_open", "tokens")

    def __init__(self, client: Client, now_ns: int) -> None:
        self.client = client
        self.heard_ns = now_ns
        self.is_open = False
        """The first frame came and made sense."""
        self.is_custom = False
        """It asked for `best_bid_ask`, `new_market` and `market_resolved`."""
        self.tokens: dict[str, None] = {}


class PolymarketDesk(Desk):
    """`/ws/market`, the CLOB at the root, Gamma below `/gamma`, Data below `/data-api`.

    NO is the mirror of YES: a bid for one at a price is an ask of the other at one minus it. Both
    are published together: each change of a level is one frame with an entry for either token,
    and best prices right after it; a trade is followed by the books of both.

    Args:
        quotes: the books of YES.
        seed: the session's seed.
        scale_s: see `Desk`.
        shape: `price_change` as it is since September 2025, or as it was before.
        page_max: rows of a page that `/markets` and its kin give at most.
    """

    venue: ClassVar[str] = "polymarket"
    prefixes: ClassVar[Mapping[str, str]] = {"gamma": "/gamma", "data": "/data-api"}

    def __init__(
        self,
        quotes: Iterable[Quote],
        *,
        seed: int,
        scale_s: float = 1.0,
        shape: Shape = "new",
        page_max: int = 1_000,
    ) -> None:
        super().__init__(quotes, seed=seed, scale_s=scale_s)
        self._second_ns = int(_SECOND_NS * scale_s)
        self._shape = shape
        self._conditions: list[Condition] = []
        self._by_quote: dict[str, Condition] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._sessions: dict[int, _Session] = {}
        self._clob = Clob(
            self._conditions,
            self._outcomes,
            self.stamp,
            second_ns=self._second_ns,
            page_max=page_max,
        )
        self._gamma = Gamma(self._conditions, self.stamp, self._second_ns)
        for quote in self.quotes.values():
            self._enlist(quote)

    def refuses(self, path: str, headers: Mapping[str, str]) -> HttpAnswer | None:
        """Refuse any path but `/ws/market`: the channel is part of it."""
        del headers
        if split_path(path)[0] == "/ws/market":
            return None
        return HttpAnswer(status=404, body=b"Not Found", headers=(("Content-Type", "text/plain"),))

    def on_open(self, client: Client, now_ns: int) -> None:
        """Wait for the first frame."""
        self._sessions[client.number] = _Session(client, now_ns)

    def on_message(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Answer `PING`, the first subscription, and later operations."""
        session = self._sessions[client.number]
        session.heard_ns = now_ns
        if payload.strip() == b"PING":
            if session.is_open:
                client.send(wire.PONG)
            else:
                client.close(1008, "invalid subscription payload")
            return
        try:
            message = msgspec.json.decode(payload, type=dict[str, Any])
            tokens = msgspec.convert(message.get("assets_ids") or [], list[str])
        except (msgspec.DecodeError, msgspec.ValidationError):
            message, tokens = {}, []
        if session.is_open:
            self._operate(session, message, tokens)
        elif str(message.get("type", "")).lower() == "market" and "assets_ids" in message:
            session.is_open = True
            session.is_custom = message.get("custom_feature_enabled") is True
            self._subscribe(session, message, tokens)
        else:
            client.close(1008, "invalid subscription payload")

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
        """Publish trades, then each change of a level, then the books after a trade."""
        condition = self._by_quote[update.quote.listing.native]
        ts_ns = self.stamp(update.ts_ns)
        for trade in update.trades:
            condition.volume += trade.size
            self._publish_trade(condition, trade, ts_ns)
        holders = self._holders(*condition.outcomes)
        if holders:
            for change in update.changes:
                # The order stood on one token; its twin on the other is listed behind it.
                own = condition.draws.below(2)
                pair = condition.outcomes[own], condition.outcomes[1 - own]
                entries = [each.entry(change, condition.draws.octets(20).hex()) for each in pair]
                self._publish_entries(condition, entries, holders, ts_ns)
            if update.trades:
                self._publish_books(condition, ts_ns)
        if condition.is_new_top():
            self._publish_best(condition, ts_ns)

    def on_time(self, now_ns: int) -> None:
        """Cut off who has gone silent."""
        for session in list(self._sessions.values()):
            if now_ns - session.heard_ns >= _SILENCE_S * self._second_ns:
                session.client.close(1001, "no ping")

    def on_request(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        """Answer for the CLOB, Gamma or the Data API."""
        for prefix in self.prefixes.values():
            if question.path == prefix or question.path.startswith(prefix + "/"):
                path = question.path.removeprefix(prefix) or "/"
                inner = msgspec.structs.replace(question, path=path)
                return self._gamma.answer(inner, now_ns)
        return self._clob.answer(question, now_ns)

    def on_tick_change(self, quote: Quote, old_tick: int, now_ns: int) -> None:
        """Begin a new book of both tokens."""
        condition = self._by_quote[quote.listing.native]
        ts_ns = self.stamp(now_ns)
        for outcome in condition.outcomes:
            payload = wire.tick_size_change(
                outcome.token,
                old=condition.tick_text(old_tick),
                new=condition.tick,
                ts_ms=ts_ns // 1_000_000,
            )
            self._publish(outcome, payload)
        self._publish_books(condition, ts_ns)

    def on_status(self, quote: Quote, now_ns: int) -> None:
        """Tell who won, once the question is decided; a halt is seen in REST alone."""
        condition = self._by_quote[quote.listing.native]
        winner = condition.winner
        if winner is None:
            return
        assets = [outcome.asset for outcome in condition.outcomes]
        payload = encode(
            {
                "id": condition.gamma_id,
                "question": condition.question.title,
                "market": condition.id,
                "slug": condition.slug,
                "description": condition.question.title,
                "assets_ids": assets,
                "outcomes": [outcome.label for outcome in condition.outcomes],
                "winning_asset_id": winner.asset,
                "winning_outcome": winner.label,
                "event_message": event_message(condition),
                "tags": [],
                "timestamp": str(self.stamp(now_ns) // 1_000_000),
                "event_type": "market_resolved",
            }
        )
        for session in self._sessions.values():
            is_meant = not session.tokens or any(asset in session.tokens for asset in assets)
            if session.is_custom and is_meant:
                session.client.send(payload, native=quote.listing.native)

    def on_listing(self, quote: Quote, now_ns: int) -> None:
        """Tell of the new market."""
        condition = self._enlist(quote)
        payload = encode(
            {
                "id": condition.gamma_id,
                "question": condition.question.title,
                "market": condition.id,
                "slug": condition.slug,
                "description": condition.question.title,
                "assets_ids": [outcome.asset for outcome in condition.outcomes],
                "outcomes": [outcome.label for outcome in condition.outcomes],
                "event_message": event_message(condition),
                "tags": [],
                "condition_id": condition.id,
                "active": True,
                "clob_token_ids": [outcome.asset for outcome in condition.outcomes],
                "order_price_min_tick_size": condition.tick,
                "group_item_title": "",
                "timestamp": str(self.stamp(now_ns) // 1_000_000),
                "event_type": "new_market",
            }
        )
        for session in self._sessions.values():
            if session.is_custom:
                session.client.send(payload, native=quote.listing.native)

    def on_shutdown(self, now_ns: int) -> None:
        """Give no notice: the venue gives none."""

    def _enlist(self, quote: Quote) -> Condition:
        condition = Condition(quote, len(self._conditions), self.seed)
        self._conditions.append(condition)
        self._by_quote[quote.listing.native] = condition
        for outcome in condition.outcomes:
            self._outcomes[outcome.asset] = outcome
        return condition

    def _operate(self, session: _Session, message: dict[str, Any], tokens: list[str]) -> None:
        operation = message.get("operation")
        if operation == "subscribe":
            if message.get("custom_feature_enabled") is True:
                session.is_custom = True
            self._subscribe(session, message, tokens)
        elif operation == "unsubscribe":
            for token in tokens:
                session.tokens.pop(token, None)
        else:
            session.client.send(b"INVALID OPERATION")

    def _subscribe(self, session: _Session, message: dict[str, Any], tokens: list[str]) -> None:
        """Add what is not held yet, and send its books."""
        added = [token for token in dict.fromkeys(tokens) if token not in session.tokens]
        if tokens and not added:
            session.client.send(b"NO NEW ASSETS")
            return
        room = _DUMPED_MAX - len(session.tokens)
        session.tokens.update(dict.fromkeys(added))
        if message.get("initial_dump", True) is not False and tokens:
            known = [self._outcomes[token] for token in added[:room] if token in self._outcomes]
            natives = {outcome.condition.quote.listing.native for outcome in known}
            books = [outcome.summary(self._book_ns(outcome.condition)) for outcome in known]
            native = natives.pop() if len(natives) == 1 else ""
            session.client.send(wire.books(books), native=native)

    def _book_ns(self, condition: Condition) -> int:
        """Return when a book changed last, by the venue's clock."""
        return self.stamp(condition.quote.ts_ns)

    def _holders(self, *outcomes: Outcome) -> list[_Session]:
        assets = [outcome.asset for outcome in outcomes]
        return [
            session
            for session in self._sessions.values()
            if any(asset in session.tokens for asset in assets)
        ]

    def _publish(self, outcome: Outcome, payload: bytes, *, is_custom: bool = False) -> None:
        native = outcome.condition.quote.listing.native
        for session in self._holders(outcome):
            if session.is_custom or not is_custom:
                session.client.send(payload, native=native)

    def _publish_entries(
        self,
        condition: Condition,
        entries: list[wire.Entry],
        holders: list[_Session],
        ts_ns: int,
    ) -> None:
        ts_ms, scale = ts_ns // 1_000_000, condition.scale
        native = condition.quote.listing.native
        if self._shape == "old":
            for entry in entries:
                payload = wire.price_change_old(condition.id, entry, ts_ms=ts_ms, scale=scale)
                self._publish(self._outcomes[entry.asset], payload)
            return
        payload = wire.price_change(condition.id, entries, ts_ms=ts_ms, scale=scale)
        for session in holders:
            session.client.send(payload, native=native)

    def _publish_trade(self, condition: Condition, trade: Trade, ts_ns: int) -> None:
        outcome = condition.taken(trade)
        payload = wire.last_trade_price(
            outcome.token,
            price=outcome.price(trade.price),
            size=trade.size,
            taker_buys=trade.taker_buys != outcome.is_no,
            ts_ms=ts_ns // 1_000_000,
            transaction=condition.transaction(trade),
            scale=condition.scale,
        )
        self._publish(outcome, payload)

    def _publish_books(self, condition: Condition, ts_ns: int) -> None:
        for outcome in condition.outcomes:
            if self._holders(outcome):
                self._publish(outcome, outcome.summary(ts_ns).book().encode())

    def _publish_best(self, condition: Condition, ts_ns: int) -> None:
        for outcome in condition.outcomes:
            bid, ask = outcome.top()
            payload = wire.best_bid_ask(
                outcome.token,
                best_bid=bid,
                best_ask=ask,
                ts_ms=ts_ns // 1_000_000,
                scale=condition.scale,
            )
            self._publish(outcome, payload, is_custom=True)
