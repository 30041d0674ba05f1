"""The REST client and the simulated venues, over real sockets."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from random import Random

import msgspec
import pytest

from crossbook.clock import SystemClock
from crossbook.config import RestConfig, VenueConfig
from crossbook.errors import (
    ConnectError,
    CrossbookError,
    DeadlineError,
    RateLimitError,
    UnavailableError,
    VenueError,
)
from crossbook.live.rest import RestClient
from crossbook.live.rest.discovery import Changes, Discovery
from crossbook.live.rest.opening import open_client
from crossbook.sim.chaos.plan import (
    AnyFault,
    Endless,
    Html,
    NewMarket,
    Redirect,
    SlowRest,
    Storm,
)
from crossbook.sim.host import SimulatedVenues
from crossbook.venues.base import Capability
from crossbook.venues.registry import VENUES
from tests.authority import Authority
from tests.sim.host.plain_desk import eventually

EACH = pytest.mark.parametrize("name", VENUES)
ONCE = RestConfig(tries_max=1, try_s=10.0, answer_bytes_max=1_000)

Scene = Callable[[SimulatedVenues, RestClient], Awaitable[None]]


def placed(name: str, urls: Mapping[str, str], config: RestConfig) -> VenueConfig:
    """Return settings that point at a simulated venue."""
    hosts = {host: url for host, url in urls.items() if host not in ("rest", "ws")}
    return VENUES[name].config(
        rest_url=urls["rest"], ws_url=urls["ws"], rest_hosts=hosts, rest=config
    )


def play(name: str, scene: Scene, config: RestConfig | None = None) -> None:
    """Run a scene with a simulated venue and a client of it."""

    async def run() -> None:
        async with SimulatedVenues(1, [name]) as session:
            settings = placed(name, session.urls[name], config or RestConfig())
            async with open_client(
                VENUES[name],
                settings,
                budget_url="memory://",
                runtime=Path(),
                clock=SystemClock(),
                random=Random(1),
            ) as client:
                await scene(session, client)

    asyncio.run(run())


def discovery(name: str, client: RestClient) -> Discovery:
    venue = VENUES[name]
    return Discovery(name, client, venue.rest, venue.symbols, random=Random(1))


@EACH
def test_all_that_rest_offers_is_had_over_connections_that_are_used_again(name: str) -> None:
    async def scene(session: SimulatedVenues, client: RestClient) -> None:
        rest, able = VENUES[name].rest, VENUES[name].capabilities
        found = discovery(name, client)
        await found.refresh()
        instrument = next(each for each in found.catalogue.instruments if each.is_tradable)
        assert found.catalogue.problems == ()
        if Capability.TIME in able:
            now_ns = rest.read_time(await client.fetch(rest.time()))
            assert abs(now_ns - SystemClock().now_ns()) < 10 * 10**9
        assert await client.fetch(rest.snapshot(instrument))
        if Capability.PUBLIC_TRADES in able:
            rest.read_trades(instrument, await client.fetch(rest.trades(instrument, 10)))
        stats = await client.stats()
        assert stats.answered == stats.requests == stats.tries
        assert stats.connections_reused >= stats.tries - 2
        assert all(use.used <= use.count for use in stats.use)

    play(name, scene)


@EACH
@pytest.mark.parametrize(
    ("fault", "kind", "word"),
    [
        pytest.param(Storm(status=429, retry_after_s=60), RateLimitError, "", id="429"),
        pytest.param(Storm(status=418, retry_after_s=120), RateLimitError, "", id="418"),
        pytest.param(Storm(status=503), UnavailableError, "", id="503"),
        pytest.param(Storm(status=502, body="<html>Bad gateway"), UnavailableError, "", id="502"),
        pytest.param(Html(), ConnectError, "html", id="html"),
        pytest.param(Redirect(), ConnectError, "redirect", id="redirect"),
        pytest.param(Endless(), ConnectError, "oversized", id="endless"),
    ],
)
def test_what_goes_wrong_has_a_type(
    name: str, fault: AnyFault, kind: type[CrossbookError], word: str
) -> None:
    async def scene(session: SimulatedVenues, client: RestClient) -> None:
        session.add_fault(fault)
        with pytest.raises(kind) as raised:
            await client.fetch(VENUES[name].rest.instruments()[0])
        assert word in str(raised.value)
        if isinstance(fault, Storm) and isinstance(raised.value, RateLimitError):
            assert raised.value.retry_after_s == fault.retry_after_s
            assert raised.value.is_ban == (fault.status == 418)

    play(name, scene, ONCE)


def test_an_answer_that_is_slow_is_waited_for_or_not() -> None:
    async def scene(session: SimulatedVenues, client: RestClient) -> None:
        rest = VENUES["kraken"].rest
        session.add_fault(SlowRest(delay_s=0.5))
        with pytest.raises(DeadlineError):
            await client.fetch(rest.time(), deadline_s=0.1)
        assert rest.read_time(await client.fetch(rest.time())) > 0

    play("kraken", scene)


def test_a_refusal_of_the_venue_says_why() -> None:
    async def scene(session: SimulatedVenues, client: RestClient) -> None:
        stranger = VENUES["kraken"].symbols.instrument_from_native("NO/SUCH")
        with pytest.raises(VenueError, match="kraken refused: EQuery"):
            await client.fetch(VENUES["kraken"].rest.snapshot(stranger))

    play("kraken", scene)


@pytest.mark.parametrize("name", ["polymarket", "kalshi", "binance"])
def test_a_new_market_is_discovered(name: str) -> None:
    async def scene(session: SimulatedVenues, client: RestClient) -> None:
        found = discovery(name, client)
        first = await found.refresh()
        assert first.new == found.catalogue.instruments
        assert await found.refresh() == Changes()
        session.add_fault(NewMarket())
        listed = len(session.world.quotes[name])

        await eventually(lambda: len(session.world.quotes[name]) > listed)
        second = await found.refresh()
        assert second.new
        assert second.gone == ()
        assert set(second.new).isdisjoint(first.new)

    play(name, scene)


def test_processes_that_ask_more_than_a_venue_allows_are_never_told_so() -> None:
    async def scene(session: SimulatedVenues, client: RestClient) -> None:
        # One a second is what Kraken allows: the client waits, the venue never refuses.
        times = [VENUES["kraken"].rest.time() for _ in range(4)]
        await asyncio.gather(*(client.fetch(request) for request in times))
        stats = await client.stats()
        assert (stats.answered, stats.rate_limited) == (4, 0)
        assert stats.waited >= 3

    play("kraken", scene)


def test_tls_is_checked_with_the_authority_of_the_settings(tmp_path: Path) -> None:
    authority = Authority(tmp_path)

    async def run() -> None:
        async with SimulatedVenues(1, ["okx"], ssl_context=authority.server()) as session:
            plain = placed("okx", session.urls["okx"], ONCE)
            trusting = msgspec.structs.replace(
                plain, ca_file=authority.ca_file, rest=RestConfig(tries_max=1)
            )
            for settings, is_trusted in ((trusting, True), (plain, False)):
                async with open_client(
                    VENUES["okx"],
                    settings,
                    budget_url="memory://",
                    runtime=tmp_path,
                    clock=SystemClock(),
                    random=Random(1),
                ) as client:
                    if is_trusted:
                        assert await client.fetch(VENUES["okx"].rest.time())
                        continue
                    with pytest.raises(ConnectError, match="certificate"):
                        await client.fetch(VENUES["okx"].rest.time())

    asyncio.run(run())
