"""A client on real sockets: what it repeats, leaves alone, refuses and counts."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from crossbook.errors import (
    ConnectError,
    DeadlineError,
    DisconnectError,
    RateLimitError,
    UnavailableError,
    VenueError,
)
from crossbook.live.rest import Priority
from crossbook.live.rest.breaker import BreakerState
from crossbook.venues.requests import Group, Request, Window
from tests.unit.live.rest.serving import ShiftedClock, client, raw, serving

READ = Request(path="/time", query=(("a", "1"), ("b", "x y/z")))
ORDER = Request(path="/order", method="POST", body=b"{}", group="orders", is_safe=False)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def fine(request: web.Request) -> web.StreamResponse:
    return web.json_response({"path": request.path_qs, "agent": request.headers["User-Agent"]})


class Script:
    """Answers with one status after the other, then with 200 for ever."""

    def __init__(self, *statuses: int, **headers: str) -> None:
        self.statuses = list(statuses)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.seen: Counter[str] = Counter()

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        self.seen[request.path] += 1
        if self.statuses:
            return web.Response(status=self.statuses.pop(0), headers=self.headers)
        return web.json_response({})


def test_an_answer_comes_back_and_connections_are_used_again() -> None:
    async def run() -> None:
        async with serving(fine) as url, client(url) as rest:
            bodies = [await rest.fetch(READ) for _ in range(5)]
            stats = await rest.stats()
        assert b'"/time?a=1&b=x%20y%2Fz"' in bodies[4]
        assert b"crossbook" in bodies[4]
        assert (stats.connections_opened, stats.connections_reused) == (1, 4)
        assert (stats.requests, stats.answered, stats.tries, stats.repeated) == (5, 5, 5, 0)
        assert stats.bytes_received == sum(map(len, bodies))
        assert (stats.failed, stats.venue) == ({}, "fake")

    asyncio.run(run())


def test_a_refusal_with_status_200_is_an_error() -> None:
    async def refuse(request: web.Request) -> web.StreamResponse:
        return web.json_response({"error": "unknown symbol"})

    async def run() -> None:
        async with serving(refuse) as url, client(url) as rest:
            with pytest.raises(VenueError, match="unknown symbol"):
                await rest.fetch(READ)
            stats = await rest.stats()
        assert (stats.tries, stats.failed) == (1, {"VenueError": 1})

    asyncio.run(run())


def test_a_read_is_repeated_and_an_order_is_not() -> None:
    async def run() -> None:
        script = Script(503, 502, 500)
        async with serving(script) as url, client(url) as rest:
            assert await rest.fetch(READ) == b"{}"
            assert (await rest.stats()).repeated == 3
        script = Script(503)
        async with serving(script) as url, client(url) as rest:
            with pytest.raises(UnavailableError, match="http 503"):
                await rest.fetch(ORDER, Priority.ORDER)
        assert script.seen == {"/order": 1}

    asyncio.run(run())


def test_tries_are_bounded() -> None:
    async def run() -> None:
        script = Script(*[500] * 9)
        async with serving(script) as url, client(url, tries_max=3) as rest:
            with pytest.raises(UnavailableError, match="http 500"):
                await rest.fetch(READ)
        assert script.seen == {"/time": 3}

    asyncio.run(run())


def test_one_deadline_holds_over_all_tries() -> None:
    async def never(request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    async def run() -> None:
        async with serving(never) as url, client(url, try_s=0.1, tries_max=20) as rest:
            with pytest.raises(DeadlineError) as raised:
                await rest.fetch(READ, deadline_s=0.35)
            stats = await rest.stats()
        assert str(raised.value) == "no answer to GET /time within 0.35 s"
        assert 1 <= stats.tries <= 4

    asyncio.run(run())


def test_a_short_retry_after_is_waited_for() -> None:
    async def run() -> None:
        script = Script(429, Retry_After="0.05")
        async with serving(script) as url, client(url) as rest:
            assert await rest.fetch(ORDER, Priority.ORDER) == b"{}"
            stats = await rest.stats()
        assert (stats.rate_limited, stats.bans, stats.repeated) == (1, 0, 1)

    asyncio.run(run())


def test_a_warning_stops_the_whole_group_and_only_that() -> None:
    async def run() -> None:
        clock = ShiftedClock()
        script = Script(429, Retry_After="60")
        async with serving(script) as url, client(url, clock=clock) as rest:
            with pytest.raises(RateLimitError) as warned:
                await rest.fetch(READ)
            assert (warned.value.retry_after_s, warned.value.is_ban) == (60.0, False)
            with pytest.raises(RateLimitError) as paused:
                await rest.fetch(Request(path="/other"), Priority.CANCEL)
            assert paused.value.code == "budget"
            assert paused.value.retry_after_s == pytest.approx(60.0, abs=5.0)
            await rest.fetch(ORDER, Priority.ORDER)
            assert script.seen == {"/time": 1, "/order": 1}
            clock.shift_ns = 60 * 10**9
            await rest.fetch(READ)

    asyncio.run(run())


def test_a_ban_stops_everything() -> None:
    async def run() -> None:
        script = Script(418)
        async with serving(script) as url, client(url) as rest:
            with pytest.raises(RateLimitError) as banned:
                await rest.fetch(READ)
            assert (banned.value.is_ban, banned.value.retry_after_s) == (True, 120.0)
            with pytest.raises(RateLimitError, match="orders lets nothing through"):
                await rest.fetch(ORDER, Priority.CANCEL)
            stats = await rest.stats()
        assert (stats.bans, stats.rate_limited, stats.tries) == (1, 1, 1)

    asyncio.run(run())


def test_the_circuit_opens_for_data_alone_and_closes_by_a_probe() -> None:
    async def run() -> None:
        clock = ShiftedClock()
        script = Script(*[503] * 3)
        async with (
            serving(script) as url,
            client(url, clock=clock, tries_max=1, failures_max=3) as rest,
        ):
            for _ in range(3):
                with pytest.raises(UnavailableError, match="http 503"):
                    await rest.fetch(READ)
            with pytest.raises(UnavailableError, match="circuit: open for another"):
                await rest.fetch(READ)
            stats = await rest.stats()
            assert [(b.purpose, b.state, b.opened) for b in stats.breakers] == [
                ("trade", BreakerState.CLOSED, 0),
                ("data", BreakerState.OPEN, 1),
            ]
            await rest.fetch(ORDER, Priority.ORDER)
            clock.shift_ns = 31 * 10**9
            await rest.fetch(READ)
            stats = await rest.stats()
        assert {b.state for b in stats.breakers} == {BreakerState.CLOSED}

    asyncio.run(run())


def test_what_the_venue_counts_is_taken_over() -> None:
    async def used(request: web.Request) -> web.StreamResponse:
        return web.json_response({}, headers={"X-Used": "700"})

    async def run() -> None:
        async with serving(used) as url, client(url) as rest:
            await rest.fetch(READ)
            stats = await rest.stats()
        assert [(use.group, use.used) for use in stats.use] == [("public", 700), ("orders", 0)]

    asyncio.run(run())


def test_a_signature_is_made_for_each_try_at_its_own_time() -> None:
    times: list[int] = []

    def sign(request: Request, now_ns: int) -> Request:
        times.append(now_ns)
        return Request(path=request.path, headers=(("X-Time", str(now_ns)),), group=request.group)

    async def run() -> None:
        async with serving(Script(500, 500)) as url, client(url) as rest:
            await rest.fetch(READ, sign=sign)

    asyncio.run(run())
    assert len(times) == len(set(times)) == 3


def test_secrets_are_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = Request(path="/time", query=(("key", "hush"),), headers=(("X-Key", "hush"),))

    async def run() -> None:
        async with serving(Script(500, 418)) as url, client(url, failures_max=1) as rest:
            with pytest.raises((RateLimitError, UnavailableError)) as raised:
                await rest.fetch(secret)
            assert "hush" not in str(raised.value)

    asyncio.run(run())
    ours = [record for record in caplog.records if record.name.startswith("crossbook")]
    assert ours
    assert not any("hush" in record.getMessage() for record in ours)


def test_many_requests_stay_within_the_budget_of_the_venue() -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        arrivals: list[float] = []

        async def count(request: web.Request) -> web.StreamResponse:
            arrivals.append(loop.time())
            return web.json_response({})

        groups = (Group("public", (Window(10, 0.2),)),)
        async with serving(count) as url, client(url, groups=groups) as rest:
            await asyncio.gather(*(rest.fetch(READ) for _ in range(30)))
        assert len(arrivals) == 30
        for begin in arrivals:
            assert sum(begin <= at <= begin + 0.2 for at in arrivals) <= 10

    asyncio.run(run())


def test_a_host_that_the_venue_has_not_is_an_error() -> None:
    async def run() -> None:
        async with client("http://127.0.0.1:1") as rest:
            with pytest.raises(ConnectError, match="gamma"):
                await rest.fetch(Request(path="/events", host="gamma"))

    asyncio.run(run())


def test_closing_twice_is_fine_and_it_opens_again_when_asked() -> None:
    async def run() -> None:
        async with serving(fine) as url, client(url) as rest:
            await rest.fetch(READ)
            await rest.close()
            await rest.close()
            await rest.fetch(READ)

    asyncio.run(run())


def test_nothing_but_the_client_repeats_a_request() -> None:
    seen: list[bytes] = []

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the first request of a connection, and close it when the second one came."""
        for answer in (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", b""):
            seen.append((await reader.readuntil(b"\r\n\r\n")).split()[0])
            writer.write(answer)
            await writer.drain()

    async def run() -> None:
        amend = Request(path="/order", method="PUT", group="orders", is_safe=False)
        async with raw(speak) as url, client(url) as rest:
            await rest.fetch(READ)
            with pytest.raises(DisconnectError):
                await rest.fetch(amend, Priority.ORDER)
            assert seen == [b"GET", b"PUT"]
            await rest.fetch(READ)
            await rest.fetch(READ)
            stats = await rest.stats()
        assert seen == [b"GET", b"PUT", b"GET", b"GET", b"GET"]
        assert (stats.tries, stats.repeated) == (5, 1)

    asyncio.run(run())


def test_it_runs_on_uvloop_too() -> None:
    uvloop = pytest.importorskip("uvloop")

    async def run() -> None:
        async with serving(Script(503)) as url, client(url) as rest:
            await asyncio.gather(*(rest.fetch(READ) for _ in range(5)))
            assert (await rest.stats()).answered == 5
        async with client("http://127.0.0.1:9", tries_max=1) as rest:
            with pytest.raises(ConnectError, match="refused"):
                await rest.fetch(READ)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())
