"""A client on real sockets: what it sends, repeats, refuses and counts."""

import asyncio

import pytest
from aiohttp import web

from crossbook.errors import (
    VenueError,
)
from crossbook.venues.requests import Request
from tests.unit.live.rest.serving import client, serving

TIME = Request(path="/time", query=(("a", "1"), ("b", "x y/z")))
ORDER = Request(path="/order", method="POST", body=b"{}", group="orders", is_safe=False)


async def ok(request: web.Request) -> web.Response:
    return web.json_response({"path": request.path_qs, "agent": request.headers["User-Agent"]})


def test_an_answer_comes_back_and_connections_are_used_again() -> None:
    async def run() -> None:
        async with serving(ok) as url, client(url) as rest:
            bodies = [await rest.fetch(TIME) for _ in range(5)]
            stats = await rest.stats()
        assert b'"/time?a=1&b=x%20y%2Fz"' in bodies[4]
        assert b"crossbook" in bodies[4]
        assert (stats.connections_opened, stats.connections_reused) == (1, 4)
        assert (stats.requests, stats.answered, stats.tries, stats.repeated) == (5, 5, 5, 0)
        assert stats.failed == {}

    asyncio.run(run())


def test_a_refusal_with_status_200_is_an_error() -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.json_response({"error": "unknown symbol"})

    async def run() -> None:
        async with serving(refuse) as url, client(url) as rest:
            with pytest.raises(VenueError, match="unknown symbol"):
                await rest.fetch(TIME)
            stats = await rest.stats()
        assert (stats.tries, stats.failed) == (1, {"VenueError": 1})

    asyncio.run(run())
