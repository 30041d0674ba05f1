"""A desk with the plainest protocol there is, and a client of it: for tests of the host alone."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import aiohttp

from crossbook.sim.client import TrueBook
from crossbook.sim.config import WorldConfig
from crossbook.sim.desk import Client, Desk, HttpAnswer, HttpQuestion, Quote, Update
from crossbook.sim.host import SimulatedVenues


async def eventually(claim: Callable[[], object], deadline_s: float = 20.0) -> None:
    """Wait until something is so of which nobody brings news."""
    async with asyncio.timeout(deadline_s):
        while not claim():  # noqa: ASYNC110 -- there is no event to wait for
            await asyncio.sleep(0.002)


Scene = Callable[[SimulatedVenues], Awaitable[None]]


def play(scene: Scene, errors: int = 0, **options: Any) -> None:
    """Let a scene play with one venue that speaks plainly, and see that nothing is left of it."""

    async def run() -> None:
        config = options.pop("config", WorldConfig(steps_per_s=100))
        async with SimulatedVenues(1, config=config, desks={"okx": PlainDesk}, **options) as sim:
            await scene(sim)
        (house,) = sim.houses.values()
        assert house.connections == {}
        assert len(house.errors) == errors

    asyncio.run(run())


def desk(sim: SimulatedVenues) -> "PlainDesk":
    """Return the one desk."""
    found = sim.houses["okx"].desk
    assert isinstance(found, PlainDesk)
    return found


async def get(url: str, **options: Any) -> tuple[int, bytes, dict[str, str]]:
    """Return status, body and headers of an answer."""
    async with aiohttp.ClientSession() as session, session.get(url, **options) as answer:
        return answer.status, await answer.read(), dict(answer.headers)


class PlainDesk(Desk):
    """`book NATIVE` subscribes; a snapshot and then every change come as JSON."""

    venue = "okx"

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.clients: dict[int, set[str]] = {}
        self.open: dict[int, Client] = {}
        self.said: list[str] = []

    def refuses(self, path: str, headers: Mapping[str, str]) -> HttpAnswer | None:
        if path.startswith("/ws"):
            return None
        body = json.dumps({"code": "60000", "host": headers.get("host", "")}).encode()
        return HttpAnswer(status=403, body=body)

    def on_open(self, client: Client, now_ns: int) -> None:
        self.clients[client.number] = set()
        self.open[client.number] = client
        client.send(b'{"hello":%d}' % client.number)

    def on_message(self, client: Client, payload: bytes, now_ns: int) -> None:
        word, _, native = payload.decode().partition(" ")
        if word == "book":
            self.clients[client.number].add(native)
            client.send(_snapshot(self.quotes[native], self.stamp(now_ns)), native=native)
        elif word == "ping":
            client.send(b"pong")
        elif word == "bye":
            client.close(4_001, "as you wish")
        elif word == "ask":
            client.ping(b"you")
        else:
            raise RuntimeError(word)

    def on_ping(self, client: Client, now_ns: int) -> None:
        self.said.append("ping")

    def on_pong(self, client: Client, payload: bytes, now_ns: int) -> None:
        self.said.append(f"pong {payload.decode()}")

    def on_close(self, client: Client) -> None:
        del self.clients[client.number]
        del self.open[client.number]

    def on_update(self, update: Update) -> None:
        native = update.quote.listing.native
        changes = [[c.is_ask, c.price, c.size] for c in update.changes]
        frame = {"native": native, "first": update.first_id, "last": update.last_id}
        payload = json.dumps(
            frame | {"changes": changes, "checksum": sum(range(update.last_id % 9))}
        )
        self._tell(payload.encode(), native)

    def on_time(self, now_ns: int) -> None:
        pass

    def on_request(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        if question.path == "/time":
            return HttpAnswer(body=b"%d" % self.stamp(now_ns))
        if question.path == "/echo":
            said = {"query": dict(question.query), "body": question.body.decode()}
            return HttpAnswer(body=json.dumps(said | {"method": question.method}).encode())
        quote = self.quotes[question.path.removeprefix("/book/")]
        return HttpAnswer(body=_snapshot(quote, now_ns), native=quote.listing.native)

    def on_tick_change(self, quote: Quote, old_tick: int, now_ns: int) -> None:
        self._tell(b'{"tick":[%d,%d]}' % (old_tick, quote.market.tick), quote.listing.native)

    def on_status(self, quote: Quote, now_ns: int) -> None:
        status = {"halted": quote.is_halted, "resolved": quote.is_resolved}
        self._tell(json.dumps(status).encode(), quote.listing.native)

    def on_listing(self, quote: Quote, now_ns: int) -> None:
        for client in self.open.values():
            client.send(b'{"listed":"%s"}' % quote.listing.native.encode())

    def on_shutdown(self, now_ns: int) -> None:
        for client in self.open.values():
            client.send(b'{"shutdown":true}')

    def _tell(self, payload: bytes, native: str) -> None:
        for number, natives in self.clients.items():
            if native in natives:
                self.open[number].send(payload, native=native)


def _snapshot(quote: Quote, now_ns: int) -> bytes:
    sides = {"bids": quote.market.bids.levels(), "asks": quote.market.asks.levels()}
    native = quote.listing.native
    return json.dumps({"native": native, "last": quote.last_id, "ts": now_ns} | sides).encode()


class PlainClient:
    """Keeps one book, and says what it got. Built on another library than the servers are."""

    def __init__(self, url: str, native: str = "BTC-USDT", **options: Any) -> None:
        self.native = native
        self.frames: list[str] = []
        self.book: dict[tuple[bool, int], int] = {}
        self.last = 0
        self.gaps = 0
        self.close_code: int | None = None
        self._url = url
        self._options = options
        self._session: aiohttp.ClientSession | None = None
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        try:
            self.ws = await self._session.ws_connect(
                f"{self._url}/ws", timeout=aiohttp.ClientWSTimeout(ws_close=1.0), **self._options
            )
        except BaseException:
            await self._session.close()
            raise
        if self.native:
            await self.ws.send_str(f"book {self.native}")
        self._task = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._task is not None
        assert self._session is not None
        self._task.cancel()
        await asyncio.wait([self._task])
        await self.ws.close()
        await self._session.close()

    @property
    def is_over(self) -> bool:
        return self._task is not None and self._task.done()

    async def until(self, claim: Any, deadline_s: float = 20.0) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(deadline_s):
            while not claim(self):
                self._news.clear()
                await self._news.wait()

    def levels(self, decimals: tuple[int, int] = (1, 8)) -> TrueBook:
        """Return the book as the truth writes it."""
        price_decimals, size_decimals = decimals
        rows = [
            (is_ask, Decimal(price).scaleb(-price_decimals), Decimal(size).scaleb(-size_decimals))
            for (is_ask, price), size in self.book.items()
            if size
        ]
        bids = sorted([row[1:] for row in rows if not row[0]], reverse=True)
        return TrueBook(bids=bids, asks=sorted(row[1:] for row in rows if row[0]))

    async def _read(self) -> None:
        async for message in self.ws:
            self.frames.append(message.data)
            self._take(message.data)
            self._news.set()
        self.close_code = self.ws.close_code
        self._news.set()

    def _take(self, text: str) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            return
        if not isinstance(frame, dict):
            return
        if "bids" in frame:
            self.last = frame["last"]
            self.book = {(False, price): size for price, size in frame["bids"]}
            self.book.update({(True, price): size for price, size in frame["asks"]})
        elif "changes" in frame:
            self.gaps += frame["first"] != self.last + 1
            self.last = frame["last"]
            for is_ask, price, size in frame["changes"]:
                self.book[is_ask, price] = size
