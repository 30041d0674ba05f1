"""A venue's REST on a real socket that answers what a test wants, and a client of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from random import Random
from types import SimpleNamespace
from typing import Any, cast

from aiohttp import web

from crossbook.clock import Clock, SystemClock
from crossbook.config import RestConfig
from crossbook.errors import CrossbookError, RateLimitError, VenueError
from crossbook.live.rest import LocalBudget, RestClient
from crossbook.live.rest.budget import Budget
from crossbook.venues.requests import Group, Rest, Usage, Window

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

GROUPS = (Group("public", (Window(1_000, 1.0),)), Group("orders", (Window(100, 1.0),)))


def failure(status: int, headers: Mapping[str, str], body: bytes) -> CrossbookError | None:
    """Refuse as some venues do: `{"error": ...}`, also with status 200."""
    if body.startswith(b'{"error"'):
        return VenueError("fake", "E1", body.decode()[:80])
    if status in (418, 429):
        return RateLimitError("fake", f"http {status}", "", None, status == 418)
    return None


def usage(headers: Mapping[str, str]) -> Sequence[Usage]:
    """Read `X-Used`, of the first window of `public`."""
    return [Usage("public", int(headers["x-used"]), 1.0)] if "x-used" in headers else []


def rest(groups: Sequence[Group] = GROUPS) -> Rest:
    """Return what the client needs of a venue's `rest.py`."""
    return cast("Rest", SimpleNamespace(GROUPS=tuple(groups), failure=failure, usage=usage))


@asynccontextmanager
async def serving(handler: Handler, tls: Any = None) -> AsyncIterator[str]:
    """Serve every path with one handler; yield the base address."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return await handler(request)

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"{'https' if tls else 'http'}://{host}:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw(
    speak: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    """Serve bytes that no HTTP library would send; yield the base address."""
    tasks: set[asyncio.Task[None]] = set()

    async def on_client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await speak(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(on_client, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=5)


class Eager(Random):
    """Chance that never makes anybody wait."""

    def uniform(self, a: float, b: float) -> float:
        return a


class ShiftedClock(SystemClock):
    """The machine's clock, put forward at will."""

    def __init__(self) -> None:
        self.shift_ns = 0

    def monotonic_ns(self) -> int:
        return super().monotonic_ns() + self.shift_ns


def client(
    url: str,
    *,
    groups: Sequence[Group] = GROUPS,
    budget: Budget | None = None,
    tls: Any = None,
    clock: Clock | None = None,
    **config: Any,
) -> RestClient:
    """Return a client of the fake venue."""
    clock = clock if clock is not None else SystemClock()
    return RestClient(
        "fake",
        rest(groups),
        urls={"": url},
        budget=budget if budget is not None else LocalBudget(groups, clock),
        clock=clock,
        random=Eager(1),
        config=RestConfig(**config),
        tls=tls,
    )
