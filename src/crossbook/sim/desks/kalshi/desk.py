"""Kalshi's server: commands, subscriptions and their numbers."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Final

import msgspec

from crossbook.sim.desk import Client, Desk, HttpAnswer, HttpQuestion, Quote, Update
from crossbook.sim.desks.answers import encode, json_answer, split_path
from crossbook.sim.desks.kalshi.contract import ONE, Contract
from crossbook.sim.desks.kalshi.rest import Rest
from crossbook.sim.desks.kalshi.session import (
    CHANNELS,
    PRIVATE,
    Refusal,
    Session,
    Subscription,
)
from crossbook.sim.wire import kalshi as wire

__all__ = ["KalshiDesk"]

_SECOND_NS: Final = 1_000_000_000
_PING_S: Final = 10
_PONG_S: Final = 30
"""A client that answered no ping for this long is cut off."""
_PATH: Final = "/trade-api/ws/v2"
_SIGNATURE_BYTES: Final = 64
"""Length of the shortest signature that is accepted: Ed25519."""

Params = dict[str, Any]


class KalshiDesk(Desk):
    """`/trade-api/ws/v2` and `/trade-api/v2/*`.

    Args:
        quotes: the books of YES.
        seed: the session's seed.
        scale_s: see `Desk`.
        is_open: let clients in that do not sign; else the three headers must be there and
            well-formed, whatever key they were made with.
        page_max: rows of a page at most, whatever is asked for.
    """

    venue: ClassVar[str] = "kalshi"

    def __init__(
        self,
        quotes: Iterable[Quote],
        *,
        seed: int,
        scale_s: float = 1.0,
        is_open: bool = False,
        page_max: int = 1_000,
    ) -> None:
        super().__init__(quotes, seed=seed, scale_s=scale_s)
        self._second_ns = int(_SECOND_NS * scale_s)
        self._is_open = is_open
        self._contracts = {name: Contract(quote) for name, quote in self.quotes.items()}
        self._sessions: dict[int, Session] = {}
        self._rest = Rest(self._contracts, self.stamp, second_ns=self._second_ns, page_max=page_max)
        self._commands: dict[str, Callable[[Session, int | None, Params], None]] = {
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
            "update_subscription": self._update,
            "list_subscriptions": self._list,
        }

    def refuses(self, path: str, headers: Mapping[str, str]) -> HttpAnswer | None:
        """Refuse unknown paths, and clients that do not sign."""
        if split_path(path)[0] != _PATH:
            return json_answer({"error": {"code": "not_found", "message": "not found"}}, status=404)
        if self._is_open or _is_signed(headers):
            return None
        error = {"code": "authentication_error", "message": "authentication required"}
        return json_answer({"error": error}, status=401)

    def on_open(self, client: Client, now_ns: int) -> None:
        """Wait for commands."""
        self._sessions[client.number] = Session(client, now_ns, self._second_ns)

    def on_message(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Carry out a command."""
        session = self._sessions[client.number]
        try:
            message = msgspec.json.decode(payload, type=dict[str, Any])
        except (msgspec.DecodeError, msgspec.ValidationError):
            session.refuse(Refusal(1), None)
            return
        number = message.get("id")
        request = number if type(number) is int else None
        try:
            self._command(session, request, message, now_ns)
        except Refusal as refusal:
            session.refuse(refusal, request)

    def on_ping(self, client: Client, now_ns: int) -> None:
        """Count it as a sign of life."""
        self._sessions[client.number].ponged_ns = now_ns

    def on_pong(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Count it as a sign of life."""
        del payload
        self._sessions[client.number].ponged_ns = now_ns

    def on_close(self, client: Client) -> None:
        """Forget a connection."""
        self._sessions.pop(client.number, None)

    def on_update(self, update: Update) -> None:
        """Publish trades, each change of a level, and the ticker if the best prices moved."""
        contract = self._contracts[update.quote.listing.native]
        ts_ns = self.stamp(update.ts_ns)
        for trade in update.trades:
            contract.volume += trade.size
            frame = wire.trade(
                contract.name,
                envelope=wire.LATER,
                trade_id=contract.trade_id(trade),
                yes_price=trade.price,
                size=trade.size,
                taker_buys_yes=trade.taker_buys,
                ts_ns=ts_ns,
            )
            self._publish("trade", contract.ticker, frame)
        self._publish_changes(contract, update, ts_ns)
        if contract.is_new_top() or update.trades:
            for session, held in self._holders("ticker", contract.ticker):
                session.client.send(self._ticker(contract, held.sid, ts_ns), native=contract.ticker)

    def on_time(self, now_ns: int) -> None:
        """Ping, and cut off who does not answer."""
        for session in list(self._sessions.values()):
            if now_ns - session.pinged_ns >= _PING_S * self._second_ns:
                session.pinged_ns = now_ns
                session.client.ping(b"heartbeat")
            if now_ns - session.ponged_ns >= _PONG_S * self._second_ns:
                session.client.close(1001, "no pong")

    def on_request(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        """Answer `/trade-api/v2/*`."""
        return self._rest.answer(question, now_ns)

    def on_tick_change(self, quote: Quote, old_tick: int, now_ns: int) -> None:
        """Publish the new steps of the price."""
        del old_tick, now_ns
        contract = self._contracts[quote.listing.native]
        self._publish_life(
            contract,
            "price_level_structure_updated",
            price_level_structure="linear_cent",
            price_ranges=contract.price_ranges(),
        )

    def on_status(self, quote: Quote, now_ns: int) -> None:
        """Publish what became of the market."""
        contract = self._contracts[quote.listing.native]
        seconds = self.stamp(now_ns) // _SECOND_NS
        if quote.is_resolved:
            value = "1.0000" if contract.result == "yes" else "0.0000"
            self._publish_life(
                contract,
                "determined",
                result=contract.result,
                settlement_value=value,
                determination_ts=seconds,
            )
            self._publish_life(contract, "settled", settled_ts=seconds)
        elif quote.is_halted:
            self._publish_life(contract, "deactivated", is_deactivated=True)
        else:
            self._publish_life(contract, "activated", is_deactivated=False)

    def on_listing(self, quote: Quote, now_ns: int) -> None:
        """Publish the new market."""
        contract = self._contracts[quote.listing.native] = Contract(quote)
        seconds = self.stamp(now_ns) // _SECOND_NS
        self._publish_life(
            contract,
            "created",
            open_ts=seconds,
            event_ticker=contract.event,
            price_ranges=contract.price_ranges(),
            additional_metadata={
                "title": contract.question.title,
                "name": contract.question.title,
                "event_ticker": contract.event,
                "yes_sub_title": "Yes",
                "no_sub_title": "No",
            },
        )
        self._publish_life(contract, "activated", is_deactivated=False)

    def on_shutdown(self, now_ns: int) -> None:
        """Give no notice: the venue gives none."""

    def _command(
        self, session: Session, request: int | None, message: dict[str, Any], now_ns: int
    ) -> None:
        """Carry out a command.

        Raises:
            Refusal: it cannot be.
        """
        if not session.commands.take(now_ns):
            raise Refusal(27)
        name = str(message.get("cmd"))
        if name not in self._commands:
            raise Refusal(5)
        params = message.get("params", {} if name == "list_subscriptions" else None)
        if not isinstance(params, dict):
            raise Refusal(2)
        self._commands[name](session, request, params)

    def _subscribe(self, session: Session, request: int | None, params: Params) -> None:
        channels = _texts(params.get("channels"))
        if not channels:
            raise Refusal(3)
        tickers = _tickers(params)
        in_yes_price = params.get("use_yes_price") is True
        for channel in channels:
            if channel not in CHANNELS:
                session.refuse(Refusal(8), request)
            elif channel in PRIVATE and self._is_open:
                session.refuse(Refusal(9), request)
            elif channel == "orderbook_delta" and not tickers:
                session.refuse(Refusal(14), request)
            else:
                known = self._known(session, request, tickers)
                if tickers and not known:
                    continue
                held = session.subscribe(channel, known or None, in_yes_price=in_yes_price)
                session.client.send(wire.subscribed(channel, sid=held.sid, request=request or 0))
                self._begin(session, held, params)

    def _begin(self, session: Session, held: Subscription, params: Params) -> None:
        """Send what a subscription begins with."""
        if held.channel == "orderbook_delta":
            self._snapshots(session, held, list(held.tickers or ()))
        elif held.channel == "ticker" and params.get("send_initial_snapshot") is True:
            for ticker in held.tickers or self._contracts:
                contract = self._contracts[ticker]
                ts_ns = self.stamp(contract.quote.ts_ns)
                session.client.send(self._ticker(contract, held.sid, ts_ns), native=ticker)

    def _unsubscribe(self, session: Session, request: int | None, params: Params) -> None:
        sids = _sids(params)
        if not sids:
            raise Refusal(4)
        for sid in sids:
            held = session.subscriptions.get(sid)
            if held is None:
                session.refuse(Refusal(7), request)
                continue
            envelope = held.next()
            del session.subscriptions[sid]
            session.answer("unsubscribed", request, sid=envelope.sid, seq=envelope.seq)

    def _update(self, session: Session, request: int | None, params: Params) -> None:
        sids = _sids(params)
        if len(sids) != 1:
            raise Refusal(12)
        held = session.subscriptions.get(sids[0])
        if held is None:
            raise Refusal(7)
        action = str(params.get("action") or "")
        if not action:
            raise Refusal(15, sid=held.sid)
        tickers = _tickers(params)
        if action not in {"add_markets", "delete_markets", "get_snapshot"}:
            raise Refusal(13, sid=held.sid)
        if not tickers:
            raise Refusal(14, sid=held.sid)
        known = self._known(session, request, tickers)
        if action == "get_snapshot":
            if held.channel != "orderbook_delta":
                raise Refusal(13, sid=held.sid)
            self._snapshots(session, held, [each for each in known if held.covers(each)], request)
            return
        markets = {} if held.tickers is None else held.tickers
        added = [ticker for ticker in known if ticker not in markets]
        for ticker in known:
            if action == "add_markets":
                markets[ticker] = None
            else:
                markets.pop(ticker, None)
        held.tickers = markets
        session.client.send(wire.ok(list(markets), envelope=held.next(), request=request or 0))
        if action == "add_markets" and held.channel == "orderbook_delta":
            self._snapshots(session, held, added)

    def _list(self, session: Session, request: int | None, params: Params) -> None:
        del params
        held = [
            {"channel": each.channel, "sid": each.sid} for each in session.subscriptions.values()
        ]
        session.answer("ok", request, msg=held)

    def _known(self, session: Session, request: int | None, tickers: list[str]) -> list[str]:
        """Return the tickers that exist; each other one is refused by itself."""
        for ticker in tickers:
            if ticker not in self._contracts:
                session.refuse(Refusal(11, ticker=ticker), request)
        return [ticker for ticker in dict.fromkeys(tickers) if ticker in self._contracts]

    def _snapshots(
        self,
        session: Session,
        held: Subscription,
        tickers: list[str],
        request: int | None = None,
    ) -> None:
        for ticker in tickers:
            frame = self._contracts[ticker].snapshot(
                in_yes_price=held.in_yes_price, request=request
            )
            session.send(frame, held, ticker)

    def _ticker(self, contract: Contract, sid: int, ts_ns: int) -> bytes:
        last, last_size = contract.last
        return wire.ticker(
            contract.name,
            sid=sid,
            last=last,
            last_size=last_size,
            volume=contract.volume,
            top=contract.quote.market.top(),
            ts_ns=ts_ns,
        )

    def _holders(self, channel: str, ticker: str) -> list[tuple[Session, Subscription]]:
        return [
            (session, held)
            for session in self._sessions.values()
            for held in session.subscriptions.values()
            if held.channel == channel and held.covers(ticker)
        ]

    def _publish(self, channel: str, ticker: str, frame: bytes) -> None:
        for session, held in self._holders(channel, ticker):
            session.send(frame, held, ticker)

    def _publish_changes(self, contract: Contract, update: Update, ts_ns: int) -> None:
        holders = self._holders("orderbook_delta", contract.ticker)
        if not holders:
            return
        for change in update.changes:
            frames = {}
            for in_yes_price in {held.in_yes_price for _, held in holders}:
                is_mirrored = change.is_ask and not in_yes_price
                frames[in_yes_price] = wire.delta(
                    contract.name,
                    envelope=wire.LATER,
                    is_no=change.is_ask,
                    price=ONE - change.price if is_mirrored else change.price,
                    change=change.size - change.before,
                    ts_ns=ts_ns,
                )
            for session, held in holders:
                session.send(frames[held.in_yes_price], held, contract.ticker)

    def _publish_life(self, contract: Contract, kind: str, **members: Any) -> None:
        message = {"market_ticker": contract.ticker, "event_type": kind, **members}
        body = {"type": "market_lifecycle_v2", "sid": -1, "seq": -1, "msg": message}
        self._publish("market_lifecycle_v2", contract.ticker, encode(body))


def _is_signed(headers: Mapping[str, str]) -> bool:
    """Return whether the three headers are there and look like what they should be."""
    key = headers.get("kalshi-access-key", "")
    stamp = headers.get("kalshi-access-timestamp", "")
    try:
        signature = base64.b64decode(headers.get("kalshi-access-signature", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    # Milliseconds, not seconds: the usual mistake.
    is_stamp = stamp.isascii() and stamp.isdigit() and len(stamp) == 13
    return bool(key) and is_stamp and len(signature) >= _SIGNATURE_BYTES


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _tickers(params: Params) -> list[str]:
    single = params.get("market_ticker")
    return _texts(params.get("market_tickers")) + ([single] if isinstance(single, str) else [])


def _sids(params: Params) -> list[int]:
    sids = params.get("sids")
    found = [each for each in sids if type(each) is int] if isinstance(sids, list) else []
    single = params.get("sid")
    return found + ([single] if type(single) is int else [])
