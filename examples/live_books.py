"""Keep books of Binance over a websocket client of your own. This one needs the network.

    pip install websockets
    python examples/live_books.py BTCUSDT ETHUSDT

`watch_books.py` leaves connections to crossbook. Here they are yours, and the engine says what each
book needs: a book that is not live gets a fresh REST answer until it is live again.
"""

import asyncio
import json
import sys
import time
import urllib.request
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence

from crossbook import Book, BookState, Engine, EventKind, venue
from crossbook.model.events import StateChanged

STREAM = "wss://stream.binance.com:9443/ws"
DEPTH = "https://api.binance.com/api/v3/depth?limit=1000&symbol="

Fetch = Callable[[str], Awaitable[bytes]]


def subscription(natives: Sequence[str]) -> str:
    """Return the frame that asks for changes, and for the best prices that prove them."""
    channels = [f"{n.lower()}@{kind}" for n in natives for kind in ("depth@100ms", "bookTicker")]
    return json.dumps({"method": "SUBSCRIBE", "params": channels, "id": 1})


class LiveBooks:
    """Books of one connection. `fetch` returns the REST order book of a native symbol."""

    def __init__(self, natives: Sequence[str], fetch: Fetch, retry_s: float = 1.0) -> None:
        self.engine = Engine()
        symbols = venue("binance").symbols
        for native in natives:
            self.engine.add_instrument(symbols.instrument_from_native(native))
        self.engine.subscribe(EventKind.STATE)
        self._feed = self.engine.open_feed("binance")
        self._fetch, self._retry_s = fetch, retry_s
        self._mending: dict[Book, asyncio.Task[None]] = {}

    async def follow(self, messages: AsyncIterable[str | bytes]) -> None:
        """Take what a fresh connection brings, until it closes."""
        self._feed.on_open(time.time_ns())
        try:
            async for message in messages:
                frame = message.encode() if isinstance(message, str) else message
                if self._feed.on_frame(frame, time.time_ns()):
                    self._look_after_books()
        finally:
            self._feed.on_close(time.time_ns())
            for task in self._mending.values():
                task.cancel()
            self._mending.clear()

    def _look_after_books(self) -> None:
        for event in self.engine.drain():
            assert isinstance(event, StateChanged)
            assert event.instrument is not None, "a state is that of a book"
            book = self.engine.book(self.engine.instrument(event.instrument).id)
            print(f"{book.instrument.id} {event.before} -> {event.state} ({event.reason})")
            if event.state is not BookState.LIVE and book not in self._mending:
                self._mending[book] = asyncio.create_task(self._mend(book))

    async def _mend(self, book: Book) -> None:
        native = book.instrument.native
        while book.state is not BookState.LIVE:
            try:
                body = await self._fetch(native)
            except OSError as error:
                print(f"{book.instrument.id} no snapshot: {error}")
            else:
                # One that is older than the changes kept for it joins nothing: ask again.
                self._feed.on_snapshot(native, body, time.time_ns())
            await asyncio.sleep(self._retry_s)
        del self._mending[book]


async def fetch(native: str) -> bytes:
    """Return the order book of a symbol as the venue answers it."""

    def get() -> bytes:
        # The scheme is that of DEPTH.
        with urllib.request.urlopen(DEPTH + native, timeout=10) as answer:  # noqa: S310
            body: bytes = answer.read()
        return body

    return await asyncio.to_thread(get)


async def main(natives: Sequence[str]) -> None:
    """Connect, and connect again whenever the connection is lost."""
    # Here and not above: crossbook does not depend on it.
    from websockets.asyncio.client import connect  # noqa: PLC0415
    from websockets.exceptions import ConnectionClosed  # noqa: PLC0415

    books = LiveBooks(natives, fetch)
    async for connection in connect(STREAM):
        try:
            await connection.send(subscription(natives))
            await books.follow(connection)
        except ConnectionClosed as error:
            print(f"connection lost: {error}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
