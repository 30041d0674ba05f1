"""OKX's server: channels, subscriptions, and the rules of a connection."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, ClassVar, Final

import msgspec

from crossbook.sim.desk import Client, Desk, HttpAnswer, HttpQuestion, Quote, Update
from crossbook.sim.desks.allowance import Allowance
from crossbook.sim.desks.answers import encode, json_answer, split_path
from crossbook.sim.desks.okx.board import Board, span_ns
from crossbook.sim.desks.okx.rest import Rest
from crossbook.sim.wire import okx as wire

__all__ = ["OkxDesk"]

_SECOND_NS: Final = 1_000_000_000
_STEP_NS: Final = 100_000_000
"""`books`, `books5` and `tickers` are published this often."""
_IDLE_NS: Final = 60 * _SECOND_NS
"""A book that stands still is confirmed this often."""
_SILENCE_S: Final = 30
_CONNECTS: Final = 3
"""New connections a second."""
_REQUESTS: Final = 480
"""Subscriptions, cancellations and logins of a connection in an hour."""
_HOUR_S: Final = 3_600
_ARGS_MAX: Final = 65_536
"""Bytes of all channels of a connection together."""
_PUBLIC: Final = ("books", "books5", "bbo-tbt", "trades", "tickers")
_LOCKED: Final = ("books-l2-tbt", "books50-l2-tbt")
"""Channels for those who logged in and trade much."""

Topic = tuple[str, str]


class _Session:
    """One connection."""

    __slots__ = ("client", "id", "is_business", "moved_ns", "requests", "topics")

    def __init__(self, client: Client, now_ns: int, second_ns: int, *, is_business: bool) -> None:
        self.client = client
        self.id = f"{client.number * 2_654_435_761 % (1 << 32):08x}"
        self.is_business = is_business
        self.moved_ns = now_ns
        """When something was last sent or received."""
        self.requests = Allowance(_REQUESTS, span_ns=_HOUR_S * second_ns)
        self.topics: dict[Topic, None] = {}

    def send(self, payload: bytes, now_ns: int, native: str = "") -> None:
        """Send a frame and remember when."""
        self.moved_ns = now_ns
        self.client.send(payload, native=native)

    def error(self, code: str, text: str, now_ns: int, **more: str) -> None:
        """Refuse something."""
        answer = {"event": "error", "code": code, "msg": text, "connId": self.id, **more}
        self.send(encode(answer), now_ns)


class OkxDesk(Desk):
    """`/ws/v5/public`, `/ws/v5/business` and `/api/v5/*`.

    `seqId` is the number of the last change in a push, so that it names the state of the book.

    Args:
        quotes: the books.
        seed: the session's seed.
        scale_s: see `Desk`.
        is_checked: pushes carry the checksum that was withdrawn in June 2026; else 0.
        has_snapshot: a subscription to `books` is answered with the book; else the base has to be
            fetched by REST, as announced for August 2026.
    """

    venue: ClassVar[str] = "okx"

    def __init__(
        self,
        quotes: Iterable[Quote],
        *,
        seed: int,
        scale_s: float = 1.0,
        is_checked: bool = False,
        has_snapshot: bool = True,
    ) -> None:
        super().__init__(quotes, seed=seed, scale_s=scale_s)
        self._second_ns = int(_SECOND_NS * scale_s)
        self._is_checked = is_checked
        self._has_snapshot = has_snapshot
        self._boards = {
            name: Board(quote, seed, is_checked=is_checked) for name, quote in self.quotes.items()
        }
        self._sessions: dict[int, _Session] = {}
        self._rest = Rest(self._boards, self.stamp, self._second_ns)
        self._connects = Allowance(_CONNECTS, span_ns=self._second_ns)
        self._now_ns = 0
        self._step_ns = 0

    def refuses(self, path: str, headers: Mapping[str, str]) -> HttpAnswer | None:
        """Refuse unknown paths, and more than three connections a second."""
        del headers
        if split_path(path)[0] not in {"/ws/v5/public", "/ws/v5/business"}:
            return json_answer({"code": "404", "msg": "Not Found"}, status=404)
        if not self._connects.take(self._now_ns):
            return json_answer({"code": "50011", "msg": "Too Many Requests"}, status=429)
        return None

    def on_open(self, client: Client, now_ns: int) -> None:
        """Wait for the first request."""
        is_business = split_path(client.path)[0].endswith("business")
        self._sessions[client.number] = _Session(
            client, now_ns, self._second_ns, is_business=is_business
        )

    def on_message(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Answer `ping`, `subscribe` and `unsubscribe`."""
        session = self._sessions[client.number]
        session.moved_ns = now_ns
        if payload == b"ping":
            session.send(wire.PONG, now_ns)
            return
        text = payload.decode(errors="replace")
        try:
            message = msgspec.json.decode(payload, type=dict[str, Any])
            args = msgspec.convert(message.get("args"), list[dict[str, str]])
        except (msgspec.DecodeError, msgspec.ValidationError):
            session.error("60012", f"Illegal request: {text}", now_ns)
            return
        operation = str(message.get("op"))
        if operation == "login":
            session.error("60009", "Login failed.", now_ns)
        elif operation not in {"subscribe", "unsubscribe"} or not args:
            session.error("60012", f"Illegal request: {text}", now_ns)
        elif not session.requests.take(now_ns):
            session.error("60014", "Requests too frequent", now_ns)
        else:
            named = {"id": message["id"]} if isinstance(message.get("id"), str) else {}
            for arg in args:
                self._operate(session, operation, arg, named, now_ns)

    def on_ping(self, client: Client, now_ns: int) -> None:
        """Ignore it: only data and the text `ping` keep a connection."""

    def on_pong(self, client: Client, payload: bytes, now_ns: int) -> None:
        """Ignore it."""

    def on_close(self, client: Client) -> None:
        """Forget a connection."""
        self._sessions.pop(client.number, None)

    def on_update(self, update: Update) -> None:
        """Publish trades and best prices at once; the book follows in steps."""
        board = self._boards[update.quote.listing.native]
        now_ns = update.ts_ns
        ts_ms = self.stamp(now_ns) // 1_000_000
        for trade in update.trades:
            board.tape.add(trade)
            board.is_traded = True
            row = board.trade_row(trade, ts_ms)
            for channel in ("trades", "trades-all"):
                push = partial(wire.trade, row=row, sequence=update.last_id)
                self._publish((channel, board.name), push, now_ns)
        if board.is_new_top():
            self._publish(("bbo-tbt", board.name), lambda _: board.top("bbo-tbt", 1, ts_ms), now_ns)

    def on_time(self, now_ns: int) -> None:
        """Publish steps, and close connections that were silent for 30 s."""
        self._now_ns = now_ns
        if now_ns >= self._step_ns:
            self._step_ns = max(self._step_ns + _STEP_NS, now_ns)
            for board in self._boards.values():
                self._step(board, now_ns)
        for session in list(self._sessions.values()):
            if now_ns - session.moved_ns >= _SILENCE_S * self._second_ns:
                session.client.close(4004, "No data received in 30s.")

    def on_request(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        """Answer `/api/v5/*`."""
        return self._rest.answer(question, now_ns)

    def on_tick_change(self, quote: Quote, old_tick: int, now_ns: int) -> None:
        """Push the changed row of `instruments`."""
        del old_tick
        self._publish_instruments([self._boards[quote.listing.native]], now_ns)

    def on_status(self, quote: Quote, now_ns: int) -> None:
        """Push the changed row of `instruments`."""
        self._publish_instruments([self._boards[quote.listing.native]], now_ns)

    def on_listing(self, quote: Quote, now_ns: int) -> None:
        """Push the new row of `instruments`."""
        board = Board(quote, self.seed, is_checked=self._is_checked)
        self._boards[quote.listing.native] = board
        self._publish_instruments([board], now_ns)

    def on_shutdown(self, now_ns: int) -> None:
        """Ask everybody to connect anew."""
        for session in self._sessions.values():
            notice = {
                "event": "notice",
                "code": "64008",
                "msg": "The connection will soon be closed for a service upgrade. "
                "Please reconnect.",
                "connId": session.id,
            }
            session.send(encode(notice), now_ns)

    def _operate(
        self,
        session: _Session,
        operation: str,
        arg: dict[str, str],
        named: dict[str, str],
        now_ns: int,
    ) -> None:
        channel, name = arg.get("channel", ""), arg.get("instId", "")
        topic = (channel, name or arg.get("instType", ""))
        if channel in _LOCKED and not session.is_business:
            session.error("60011", "Please log in", now_ns, **named)
        elif not self._has(session, channel, arg):
            what = ",".join(f"{key}:{value}" for key, value in arg.items())
            text = (
                f"Wrong URL or {what} doesn't exist. Please use the correct URL, channel and "
                "parameters referring to API document."
            )
            session.error("60018", text, now_ns, **named)
        elif operation == "subscribe" and self._is_full(session, arg):
            session.error("60013", "Invalid args: more than 64 KB", now_ns, **named)
        else:
            answer = {"event": operation, "arg": arg, "connId": session.id, **named}
            session.send(encode(answer), now_ns, name)
            if operation == "unsubscribe":
                session.topics.pop(topic, None)
            else:
                session.topics[topic] = None
                self._greet(session, channel, name, now_ns)

    def _has(self, session: _Session, channel: str, arg: dict[str, str]) -> bool:
        """Return whether there is such a channel at this path."""
        if channel == "instruments":
            return arg.get("instType") == "SPOT" and not session.is_business
        if arg.get("instId", "") not in self._boards:
            return False
        if session.is_business:
            is_candle = channel.startswith("candle") and span_ns(channel[6:]) > 0
            return is_candle or channel == "trades-all"
        return channel in _PUBLIC

    def _is_full(self, session: _Session, arg: dict[str, str]) -> bool:
        held = sum(len(wire.argument(*topic)) for topic in session.topics)
        return held + len(encode(arg)) > _ARGS_MAX

    def _greet(self, session: _Session, channel: str, name: str, now_ns: int) -> None:
        """Send what a subscription begins with."""
        if channel == "instruments":
            rows = [board.instrument() for board in self._boards.values()]
            session.send(_instruments(rows), now_ns)
            return
        board = self._boards[name]
        ts_ms = self.stamp(now_ns) // 1_000_000
        quote_ms = self.stamp(board.quote.ts_ns) // 1_000_000
        if channel == "books" and self._has_snapshot:
            published_ms = self.stamp(board.published_ns) // 1_000_000
            session.send(board.snapshot(channel, published_ms), now_ns, name)
        elif channel in {"books5", "bbo-tbt"}:
            depth = 5 if channel == "books5" else 1
            session.send(board.top(channel, depth, quote_ms), now_ns, name)
        elif channel == "tickers":
            session.send(wire.rows(board.arg(channel), board.ticker_row(ts_ms)), now_ns, name)
        elif channel.startswith("candle"):
            row = encode(board.candle_rows(channel[6:], now_ns)[0]).decode()
            session.send(wire.rows(board.arg(channel), row), now_ns, name)

    def _publish(self, topic: Topic, push: Callable[[str], bytes], now_ns: int) -> None:
        """Send a push, written when somebody wants it."""
        wanted = [each for each in self._sessions.values() if topic in each.topics]
        if wanted:
            payload = push(wire.argument(*topic))
            for session in wanted:
                session.send(payload, now_ns, topic[1])

    def _step(self, board: Board, now_ns: int) -> None:
        name = board.name
        ts_ms = self.stamp(board.quote.ts_ns) // 1_000_000
        if board.is_due:
            board.published_ns = board.quote.ts_ns
            payload = board.step("books", ts_ms)
            self._publish(("books", name), lambda _: payload, now_ns)
            self._publish(("books5", name), lambda _: board.top("books5", 5, ts_ms), now_ns)
        elif now_ns - board.published_ns >= _IDLE_NS:
            board.published_ns = now_ns
            now_ms = self.stamp(now_ns) // 1_000_000
            self._publish(("books", name), lambda _: board.idle("books", now_ms), now_ns)
            return
        else:
            return
        self._publish(
            ("tickers", name), lambda arg: wire.rows(arg, board.ticker_row(ts_ms)), now_ns
        )
        if board.is_traded:
            board.is_traded = False
            self._publish_candles(board, now_ns)

    def _publish_candles(self, board: Board, now_ns: int) -> None:
        topics = {
            topic
            for session in self._sessions.values()
            for topic in session.topics
            if topic[1] == board.name and topic[0].startswith("candle")
        }
        for topic in sorted(topics):
            row = encode(board.candle_rows(topic[0][6:], now_ns)[0]).decode()
            self._publish(topic, partial(wire.rows, row=row), now_ns)

    def _publish_instruments(self, boards: list[Board], now_ns: int) -> None:
        payload = _instruments([board.instrument() for board in boards])
        self._publish(("instruments", "SPOT"), lambda _: payload, now_ns)


def _instruments(rows: list[dict[str, Any]]) -> bytes:
    return encode({"arg": {"channel": "instruments", "instType": "SPOT"}, "data": rows})
