"""Processes that share a Redis never use more together than one may alone."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from redis.asyncio import Redis

from crossbook.clock import ManualClock, SystemClock
from crossbook.errors import ConfigError, ConnectError
from crossbook.live.rest import scripts
from crossbook.live.rest.budget import Taken, Use, Wait
from crossbook.live.rest.priority import Priority
from crossbook.live.rest.redis import RedisBudget
from crossbook.venues.requests import Group, Usage, Window
from tests.services import RedisServer
from tests.unit.live.rest.sharing import (
    GROUPS,
    START_NS,
    STEPS,
    Machine,
    Steps,
    compare,
    take_together,
    taker,
    used,
)

NUMBERS = count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with RedisServer(tmp_path_factory.mktemp("redis")) as running:
        yield running


def budget(server: RedisServer, key: str, clock: ManualClock | None = None) -> RedisBudget:
    return RedisBudget(server.url, key, GROUPS, Machine(clock) if clock else SystemClock())


def play(scene: Callable[[], Awaitable[None]], *budgets: RedisBudget) -> None:
    async def run() -> None:
        async with asyncio.timeout(60):
            try:
                await scene()
            finally:
                for each in budgets:
                    await each.close()

    asyncio.run(run())


def test_processes_together_stay_within_the_budget(server: RedisServer) -> None:
    take_together(server.url)


def test_a_killed_process_gives_its_units_back_when_its_hold_is_over(server: RedisServer) -> None:
    mine = RedisBudget(
        f"{server.url[:-1]}1", "fake", [Group("public", (Window(20, 0.25),))], SystemClock()
    )
    process = taker(f"{server.url[:-1]}1", 1, hold_s=2.0)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)

    async def scene() -> None:
        # Until the hold is over and a span besides, it may be in use; then it may not.
        while await used(mine):  # noqa: ASYNC110 -- the server tells nobody
            await asyncio.sleep(0.05)

    play(scene, mine)


@settings(max_examples=30)
@given(STEPS)
def test_it_decides_as_a_budget_in_memory_does(server: RedisServer, steps: Steps) -> None:
    clock = ManualClock(START_NS)
    shared = budget(server, f"fake {next(NUMBERS)}", clock)

    def at(now_ns: int) -> str:
        return f"local now = {now_ns // 1_000}\n"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scripts, "CLOCK", at(START_NS))

        def advance(duration_ns: int) -> None:
            clock.advance(duration_ns)
            patch.setattr(scripts, "CLOCK", at(clock.now_ns()))

        play(lambda: compare(shared, steps, advance), shared)


def test_a_pause_holds_in_every_process_and_for_one_venue_alone(server: RedisServer) -> None:
    mine, theirs, other = (budget(server, key) for key in ("paused", "paused", "else"))

    async def scene() -> None:
        await mine.pause("", 60.0)
        await theirs.pause("public", 5.0)
        for group in ("public", "orders"):
            answer = await theirs.take(group, 1, Priority.CANCEL, 1.0)
            assert isinstance(answer, Wait)
            assert 5.0 < answer.wait_s <= 60.0
        assert isinstance(await other.take("public", 1, Priority.CANCEL, 1.0), Taken)

    play(scene, mine, theirs, other)


def test_units_are_used_until_a_span_after_the_answer(server: RedisServer) -> None:
    mine, theirs = (budget(server, "held") for _ in range(2))

    async def take() -> Taken | Wait:
        return await theirs.take("orders", 1, Priority.CANCEL, 600.0)

    async def scene() -> None:
        taken = await mine.take("orders", 1, Priority.CANCEL, 600.0)
        assert isinstance(taken, Taken)
        for _ in range(4):
            assert isinstance(await take(), Taken)
        assert await take() == Wait(0.25)
        await mine.end(taken)
        assert Use("orders", 1.0, 5, 5) in await theirs.use()
        while isinstance(await take(), Wait):  # noqa: ASYNC110 -- the server tells nobody
            await asyncio.sleep(0.02)
        assert Use("orders", 1.0, 5, 5) in await mine.use()

    play(scene, mine, theirs)


def test_all_keys_are_ours_and_end_by_themselves(server: RedisServer) -> None:
    mine = budget(server, "binance@https://x")

    async def scene() -> None:
        assert isinstance(await mine.take("public", 2, Priority.DATA, 5.0), Taken)
        await mine.observe([Usage("orders", 3, 1.0)])
        await mine.pause("orders", 60.0)
        async with Redis.from_url(server.url, decode_responses=True) as redis:
            keys = [key async for key in redis.scan_iter("*binance@*")]
            assert sorted(keys) == [
                "crossbook:budget:{binance@https://x}:orders:1",
                "crossbook:budget:{binance@https://x}:orders:paused",
                "crossbook:budget:{binance@https://x}:public:0.3",
                "crossbook:budget:{binance@https://x}:public:2",
            ]
            for key in keys:
                assert 0 < await redis.pttl(key) <= 60_000

    play(scene, mine)


def test_a_server_that_is_down_lets_nothing_through(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = ManualClock(START_NS)
    caplog.set_level(logging.INFO)
    with RedisServer(tmp_path, "--requirepass", "hush") as server:
        url = server.url.replace("//", "//:hush@")
        mine = RedisBudget(url, "fake", GROUPS, Machine(clock))
        theirs = RedisBudget(url, "fake", GROUPS, SystemClock())

        async def scene() -> None:
            taken = await mine.take("public", 1, Priority.DATA, 5.0)
            assert isinstance(taken, Taken)
            server.stop()
            with pytest.raises(ConnectError, match=r"redis://127.0.0.1:\d+/0: Conn"):
                await mine.take("public", 1, Priority.CANCEL, 5.0)
            with pytest.raises(ConnectError, match="down, tried again in"):
                await mine.take("public", 1, Priority.CANCEL, 5.0)
            await mine.end(taken)
            await mine.pause("public", 60.0)
            assert await mine.use() == []
            server.start()
            clock.advance(6 * 10**9)
            # The pause that nobody heard is heard with the next look, by everybody.
            assert isinstance(await mine.take("public", 1, Priority.DATA, 5.0), Wait)
            answer = await theirs.take("public", 1, Priority.DATA, 5.0)
            assert isinstance(answer, Wait)
            assert 10.0 < answer.wait_s <= 54.0

        play(scene, mine, theirs)
    events = [record.getMessage().split()[0] for record in caplog.records]
    assert events == ["rest.budget_down", "rest.budget_back"]
    assert "hush" not in caplog.text


def test_a_server_that_does_not_answer_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crossbook.live.rest.redis._ANSWER_S", 0.05)

    async def scene() -> None:
        async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        async with await asyncio.start_server(silence, "127.0.0.1", 0) as there:
            port = there.sockets[0].getsockname()[1]
            mine = RedisBudget(f"redis://127.0.0.1:{port}", "fake", GROUPS, SystemClock())
            with pytest.raises(ConnectError):
                await mine.take("public", 1, Priority.CANCEL, 5.0)
            await mine.close()

    play(scene)


def test_a_server_that_refuses_us_is_named_without_secrets(tmp_path: Path) -> None:
    with RedisServer(tmp_path, "--requirepass", "hush") as server:
        url = server.url.replace("//", "//:guess@")
        mine = RedisBudget(url, "fake", GROUPS, SystemClock())

        async def scene() -> None:
            with pytest.raises(ConfigError, match=r"\$\.budget\.url: redis://127") as raised:
                await mine.take("public", 1, Priority.DATA, 1.0)
            assert "guess" not in str(raised.value)

        play(scene, mine)


@pytest.mark.parametrize("url", ["redis://:hush@x:port/0", "redis://:hu/sh@x/0"])
def test_an_address_that_cannot_be_read_shows_no_secret(url: str) -> None:
    with pytest.raises(ConfigError, match="no address of a Redis") as raised:
        RedisBudget(url, "fake", GROUPS, SystemClock())
    assert "hu" not in str(raised.value)


def test_what_cannot_be_asked_for_is_an_error() -> None:
    mine = RedisBudget("redis://127.0.0.1:1", "fake", GROUPS, SystemClock())

    async def scene() -> None:
        with pytest.raises(ValueError, match="no budget 'x'"):
            await mine.take("x", 1, Priority.DATA, 1.0)
        with pytest.raises(ValueError, match="weight 11 is more than 10"):
            await mine.take("public", 11, Priority.DATA, 1.0)

    play(scene, mine)
