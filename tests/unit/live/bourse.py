"""A venue on a real socket, in Binance's words: its books change, its manners can be bad."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from random import Random
from typing import Any

import picows

from crossbook import Engine, venue
from crossbook.clock import SystemClock
from crossbook.live.driver import VenueDriver
from crossbook.live.environment import Environment
from crossbook.live.settings import LiveSettings
from crossbook.live.watch import Status
from crossbook.model import Instrument
from crossbook.model.events import BookState
from crossbook.venues.requests import Request, Window
from crossbook.venues.stream import (
    Accepted,
    Action,
    Fetch,
    Refused,
    Replace,
    Send,
    StreamRules,
)

SYMBOLS = venue("binance").symbols

QUICK = LiveSettings(
    connect_deadline_s=2.0,
    stop_deadline_s=1.0,
    backoff_base_s=0.02,
    backoff_cap_s=0.1,
    settled_after_s=0.2,
    budget_share=1.0,
    tick_s=0.01,
    idle_s=0.03,
    base_wait_s=0.1,
    fetch_deadline_s=2.0,
    repair_wait_s=0.2,
    quiet_s=0.2,
    roll_deadline_s=5.0,
    pulse_floor_s=30.0,
    freeze_s=0.2,
    restart_s=0.05,
)
"""Everything in a hurry, so that tests need not wait. Silence is no fault unless a test says so."""

RULES = StreamRules(
    instruments_max=100,
    connects=Window(100_000, 1.0),
    silence_s=60.0,
    subscribed_within_s=0.5,
    is_joined_by_numbers=True,
    base_over_rest=True,
)


def instrument(native: str) -> Instrument:
    """Return an instrument of the venue."""
    return SYMBOLS.instrument_from_native(native)


async def until(claim: Callable[[], object], within_s: float = 20.0) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(within_s):
        while not claim():  # noqa: ASYNC110 -- what a test sees has no event
            await asyncio.sleep(0.003)


class Client(picows.WSListener):
    """The venue's end of one socket."""

    def __init__(self, bourse: "Bourse") -> None:
        super().__init__()
        self.bourse = bourse
        self.transport: picows.WSTransport | None = None
        self.subscribed: set[str] = set()
        self.is_frozen = False
        self.closed_with: int | None = None
        self.pongs: list[bytes] = []

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self.transport = transport
        self.bourse.clients.append(self)

    def on_ws_disconnected(self, transport: picows.WSTransport) -> None:
        self.bourse.clients.remove(self)

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if frame.msg_type == picows.WSMsgType.PONG:
            self.pongs.append(frame.get_payload_as_bytes())
        if frame.msg_type == picows.WSMsgType.PING and not self.is_frozen:
            transport.send_pong(frame.get_payload_as_bytes())
        if frame.msg_type == picows.WSMsgType.CLOSE:
            self.closed_with = frame.get_close_code().value
            self.bourse.close_codes.append(self.closed_with)
            if not self.is_frozen:
                transport.send_close(picows.WSCloseCode.OK)
                transport.disconnect()
        elif frame.msg_type == picows.WSMsgType.TEXT and not self.is_frozen:
            self.bourse.on_text(self, json.loads(frame.get_payload_as_bytes()))

    def send(self, message: Any) -> None:
        """Send a message, unless frozen."""
        if not self.is_frozen and self.transport is not None:
            payload = message if isinstance(message, bytes) else json.dumps(message).encode()
            self.transport.send(picows.WSMsgType.TEXT, payload)

    def kick(self) -> None:
        """Cut the connection."""
        assert self.transport is not None
        self.transport.disconnect(graceful=False)


class Bourse:
    """Books of some symbols, changed by `change`."""

    def __init__(self, *natives: str) -> None:
        self.books = {native: (1_000, {"100": "1"}, {"101": "1"}) for native in natives}
        self.clients: list[Client] = []
        self.close_codes: list[int] = []
        self.answer: Callable[[picows.WSUpgradeRequest], Any] | None = None
        self.is_mute = False
        self.is_shut = False
        self.refused: set[str] = set()
        self.rest_failures: list[Exception] = []
        self.stale_bases = 0
        self.bases = 0
        self.url = ""

    def accept(self, request: picows.WSUpgradeRequest) -> Any:
        """Return the listener of a new socket, or an answer that refuses it."""
        if self.is_shut:
            return picows.WSUpgradeResponseWithListener(
                picows.WSUpgradeResponse.create_error_response(503, b"maintenance"), None
            )
        return self.answer(request) if self.answer else Client(self)

    def on_text(self, client: Client, question: dict[str, Any]) -> None:
        names = {name.partition("@")[0].upper() for name in question["params"]}
        if question["method"] == "UNSUBSCRIBE":
            client.subscribed -= names
        elif bad := names & self.refused:
            error = {"code": 2, "msg": f"Invalid symbol {min(bad)}"}
            client.send({"error": error, "id": question["id"]})
            return
        else:
            client.subscribed |= names
        client.send({"result": None, "id": question["id"]})

    def change(self, native: str, bid: str = "100", size: str | None = None) -> int:
        """Change a level, tell the subscribers, and return the change's number."""
        last_id, bids, asks = self.books[native]
        last_id += 1
        bids[bid] = size or str(last_id)
        self.books[native] = (last_id, bids, asks)
        update = {
            "e": "depthUpdate",
            "E": last_id,
            "s": native,
            "U": last_id,
            "u": last_id,
            "b": [[bid, bids[bid]]],
            "a": [],
        }
        for client in self.clients:
            if native in client.subscribed and not self.is_mute:
                client.send(update)
        return last_id

    async def fetch(self, request: Request) -> bytes:
        """Answer a REST request for a base, or for the time."""
        if request.path.endswith("/time"):
            return b'{"serverTime":%d}' % (SystemClock().now_ns() // 1_000_000)
        if self.rest_failures:
            raise self.rest_failures.pop()
        self.bases += 1
        last_id, bids, asks = self.books[dict(request.query)["symbol"]]
        if self.stale_bases:
            self.stale_bases -= 1
            last_id -= 500
        body = {
            "lastUpdateId": last_id,
            "bids": sorted(bids.items(), reverse=True),
            "asks": sorted(asks.items()),
        }
        return json.dumps(body).encode()

    async def trade(self, *natives: str, every_s: float = 0.005) -> None:
        """Change books for ever."""
        while True:
            for native in natives or self.books:
                self.change(native)
            await asyncio.sleep(every_s)


@asynccontextmanager
async def serving(
    bourse: Bourse, tls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncIterator[str]:
    """Serve a venue on loopback; yield its address."""
    # A frozen end answers nothing, pings included.
    server = await picows.ws_create_server(
        bourse.accept, "127.0.0.1", port, ssl=tls, enable_auto_pong=False
    )
    number = server.sockets[0].getsockname()[1]
    host = f"wss://localhost:{number}" if tls else f"ws://127.0.0.1:{number}"
    bourse.url = f"{host}/ws"
    try:
        yield bourse.url
    finally:
        server.close()
        for client in list(bourse.clients):
            client.kick()
        await server.wait_closed()
        await until(lambda: not bourse.clients)


class Conduct:
    """The conduct of a socket to the venue."""

    def __init__(self, url: str, instruments: Sequence[Instrument]) -> None:
        self.url = url
        self._instruments = list(instruments)
        self._asked: dict[int, tuple[Instrument, ...]] = {}

    def headers(self, now_ns: int) -> Sequence[tuple[str, str]]:
        return ()

    def on_open(self, now_ns: int) -> Sequence[Action]:
        return self.subscribe(self._instruments, now_ns)

    def subscribe(self, instruments: Sequence[Instrument], now_ns: int) -> Sequence[Action]:
        # One a frame: a refusal tells which it was.
        asks = [self._ask("SUBSCRIBE", each) for each in instruments]
        return [*asks, *(action for each in instruments for action in self.resync(each, now_ns))]

    def unsubscribe(self, instruments: Sequence[Instrument], now_ns: int) -> Sequence[Action]:
        return [self._ask("UNSUBSCRIBE", each) for each in instruments]

    def _ask(self, method: str, asked: Instrument) -> Send:
        number = len(self._asked) + 1
        self._asked[number] = (asked,)
        name = f"{asked.native.lower()}@depth@100ms"
        return Send(json.dumps({"method": method, "params": [name], "id": number}).encode())

    def on_control(self, kind: str, frame: bytes, now_ns: int) -> Sequence[Action]:
        if kind == "closing":
            return [Replace("closing")]
        answer = json.loads(frame)
        asked = self._asked.get(answer.get("id"), ())
        if kind == "refused":
            return [Refused(asked, str(answer["error"]["code"]), answer["error"]["msg"])]
        return [Accepted(asked)]

    def on_idle(self, now_ns: int) -> Sequence[Action]:
        return []

    def resync(self, instrument: Instrument, now_ns: int) -> Sequence[Action]:
        query = (("symbol", instrument.native), ("limit", "1000"))
        return [Fetch(instrument, Request(path="/api/v3/depth", query=query))]


def driver(bourse: Bourse, engine: Engine, natives: Sequence[str], **overrides: Any) -> VenueDriver:
    """Return a driver of the venue that watches some symbols."""
    given: dict[str, Any] = {
        "venue": "binance",
        "rules": RULES,
        "instruments_max": 100,
        "make_stream": lambda instruments: Conduct(bourse.url, instruments),
        "sink": engine,
        "random": Random(1),
        "fetch": bourse.fetch,
        "settings": QUICK,
    }
    made = VenueDriver(Environment(**(given | overrides)))
    for native in natives:
        if str(instrument(native).id) not in engine.books:
            engine.add_instrument(instrument(native))
    made.subscribe(instrument(native) for native in natives)
    return made


def is_right(bourse: Bourse, engine: Engine, native: str) -> bool:
    """Return whether a book is live and what the venue's is."""
    book = engine.book(instrument(native).id)
    last_id, bids, asks = bourse.books[native]
    found = tuple(
        {str(book.price(p).normalize()): str(book.size(s).normalize()) for p, s in side}
        for side in book.levels()
    )
    told = tuple({_plain(p): _plain(s) for p, s in side.items()} for side in (bids, asks))
    return book.state is BookState.LIVE and book.sequence == last_id and found == told


def _plain(text: str) -> str:
    return str(Decimal(text).normalize())


def all_live(made: VenueDriver) -> bool:
    """Return whether every wanted instrument is live."""
    return all(watch.status is Status.LIVE for watch in made.watches.values())


@asynccontextmanager
async def running(*coroutines: Awaitable[None]) -> AsyncIterator[None]:
    """Run something beside a test, and cancel it afterwards."""
    tasks = [asyncio.ensure_future(each) for each in coroutines]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome


Run = Callable[..., None]
PAIRS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")


def on_one_venue(
    run: Run,
    scenario: Callable[[Bourse, Engine, VenueDriver], Coroutine[Any, Any, None]],
    *,
    natives: Sequence[str] = PAIRS,
    wanted: Sequence[str] | None = None,
    **overrides: Any,
) -> None:
    """Run a scenario while a driver watches a venue that trades; afterwards nothing is left."""

    async def whole() -> None:
        bourse, engine = Bourse(*natives), Engine()
        async with serving(bourse):
            made = driver(bourse, engine, natives if wanted is None else wanted, **overrides)
            async with running(made.run(), bourse.trade()):
                await scenario(bourse, engine, made)
                made.stop()
                await until(lambda: not bourse.clients)
        assert made.env.counts.faults == 0

    run(whole())


def right(bourse: Bourse, engine: Engine, *natives: str) -> bool:
    return all(is_right(bourse, engine, native) for native in natives or PAIRS)


def events_without_a_hole(engine: Engine) -> bool:
    """Whether no book ever left `live`, and each change was applied once."""
    return all(
        counts["gaps"] == 0 and counts["snapshots"] == 1
        for counts in (book.counts() for book in engine)
    )


async def until_both_bring(bourse: Bourse, frames: int = 2) -> None:
    """Wait until two sockets are subscribed to everything, and everything came over both."""
    await until(lambda: [len(client.subscribed) for client in bourse.clients] == [3, 3])
    begun = {native: bourse.books[native][0] for native in PAIRS}
    await until(lambda: all(bourse.books[native][0] > begun[native] + frames for native in PAIRS))
