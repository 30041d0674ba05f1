import asyncio
import json
import socket
import ssl

import aiohttp
import pytest

from crossbook.sim.config import HostConfig, WorldConfig
from crossbook.sim.host import SimulatedVenues
from crossbook.sim.host.deflate import deflated
from tests.sim.host.plain_desk import PlainClient, PlainDesk, desk, eventually, get, play


def test_a_client_follows_a_book_and_has_the_truth() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(sim.urls["okx"]["ws"]) as client:
            await client.until(lambda c: len(c.frames) > 30)
            sim.pause()
            await sim.settle()
            await client.until(lambda c: c.last == sim.truth.version("okx", "BTC-USDT"))
            assert client.gaps == 0
            assert client.levels() == sim.truth.book("okx", "BTC-USDT")
            assert client.levels() == sim.truth.book("okx", "BTC-USDT", sequence=client.last)

    play(scene)


def test_paused_markets_stand_still_and_go_on_where_they_were() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        sim.pause()
        version = sim.truth.version("okx", "BTC-USDT")
        await sim.settle()
        sim.catch_up()
        assert sim.truth.version("okx", "BTC-USDT") == version
        async with PlainClient(sim.urls["okx"]["ws"]) as client:
            sim.resume()
            await client.until(lambda c: len(c.frames) > 10)
            assert client.gaps == 0

    play(scene)


def test_markets_that_are_too_fast_for_the_machine_starve_nobody() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(sim.urls["okx"]["ws"]) as client:
            await client.until(lambda c: len(c.frames) > 500)
            await eventually(lambda: sim.skipped_ns > 0)
            assert (await get(sim.urls["okx"]["rest"] + "/time"))[0] == 200
            sim.pause()
            await sim.settle()
            await client.until(lambda c: c.levels() == sim.truth.book("okx", "BTC-USDT"))

    play(scene, config=WorldConfig(steps_per_s=1_000_000))


def test_rest_carries_method_query_and_body() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        url = sim.urls["okx"]["rest"] + "/echo?a=1&b=x%2Fy"
        async with aiohttp.ClientSession() as session:
            async with session.post(url, data=b"hello") as answer:
                said = await answer.json()
            assert said == {"method": "POST", "query": {"a": "1", "b": "x/y"}, "body": "hello"}

    play(scene)


@pytest.mark.parametrize("length", ["Content-Length: 2000000", "Transfer-Encoding: chunked"])
def test_a_body_that_is_too_large_is_refused(length: str) -> None:
    async def scene(sim: SimulatedVenues) -> None:
        host, port = sim.urls["okx"]["rest"].removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"POST /echo HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n".encode())
        writer.write(b"110000\r\n" + b"x" * 0x110000 + b"\r\n")
        async with asyncio.timeout(20):
            assert (await reader.readline()).split()[1] == b"413"
        writer.close()

    play(scene)


def test_rest_shows_the_present_book() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        sim.pause()
        status, body, _ = await get(sim.urls["okx"]["rest"] + "/book/BTC-USDT")
        assert status == 200
        assert json.loads(body)["last"] == sim.truth.version("okx", "BTC-USDT")

    play(scene)


def test_a_handshake_is_refused_with_the_desks_own_answer() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        url = sim.urls["okx"]["ws"].replace("ws:", "http:")
        status, body, _ = await get(url + "/other")
        assert status == 403
        assert json.loads(body) == {"code": "60000", "host": url.removeprefix("http://")}
        with pytest.raises(aiohttp.WSServerHandshakeError):
            async with aiohttp.ClientSession() as session:
                await session.ws_connect(sim.urls["okx"]["ws"] + "/other")
        assert sim.houses["okx"].tally.refused == 2

    play(scene)


def test_pings_are_answered_and_heard_of_on_both_sides() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(sim.urls["okx"]["ws"], "") as client:
            await client.ws.ping(b"me")
            await client.ws.send_str("ask")
            await eventually(lambda: desk(sim).said == ["ping", "pong you"])

    play(scene)


def test_the_desk_ends_a_connection_with_its_own_code() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(sim.urls["okx"]["ws"], "") as client:
            await client.ws.send_str("bye")
            await client.until(lambda c: c.is_over)
            assert client.close_code == 4_001

    play(scene)


def test_a_desk_that_fails_fails_one_client_only() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(sim.urls["okx"]["ws"]) as good:
            async with PlainClient(sim.urls["okx"]["ws"], "") as bad:
                await bad.ws.send_str("nonsense")
                await bad.until(lambda c: c.is_over)
                assert bad.close_code == 1_011
            seen = len(good.frames)
            await good.until(lambda c: len(c.frames) > seen + 5)
        status, _, _ = await get(sim.urls["okx"]["rest"] + "/book/nothing")
        assert status == 500
        assert sim.houses["okx"].tally.errors == 2
        assert [type(error) for error in sim.houses["okx"].errors] == [RuntimeError, KeyError]

    play(scene, errors=2)


def test_a_client_that_does_not_read_is_cut() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        url = sim.urls["okx"]["ws"]
        host, port = url.removeprefix("ws://").split(":")
        # The smallest window there is, and nobody who empties it.
        _, writer = await asyncio.open_connection(host, int(port), limit=1)
        writer.write(
            b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        try:
            await eventually(lambda: desk(sim).open)
            (client,) = desk(sim).open.values()

            def is_cut() -> bool:
                client.send(b"x" * 200_000)
                return not desk(sim).open

            await eventually(is_cut)
        finally:
            writer.close()
        assert sim.houses["okx"].tally.cut >= 1

    play(scene, host=HostConfig(backlog_bytes_max=100_000))


@pytest.mark.parametrize("is_offered", [False, True])
def test_frames_are_compressed_for_those_who_offer_it(is_offered: bool) -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(sim.urls["okx"]["ws"], compress=15 if is_offered else 0) as client:
            assert bool(client.ws.compress) == is_offered
            await client.until(lambda c: len(c.frames) > 20)
            assert client.gaps == 0
            sim.pause()
            await sim.settle()
            await client.until(lambda c: c.levels() == sim.truth.book("okx", "BTC-USDT"))

    play(scene, host=HostConfig(deflates=True))


def test_compression_is_not_chosen_unless_the_venue_compresses() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(sim.urls["okx"]["ws"], compress=15) as client:
            assert not client.ws.compress
            await client.until(lambda c: len(c.frames) > 3)

    play(scene)


@pytest.mark.parametrize(("payload", "code"), [(b"\xff" * 200, 1007), (b"", 1009)])
def test_what_cannot_be_inflated_ends_the_connection(payload: bytes, code: int) -> None:
    if code == 1009:
        payload = deflated(b"x" * ((1 << 20) + 1))

    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(sim.urls["okx"]["ws"], "", compress=15) as client:
            writer = client.ws._writer
            header = bytes([0b11000001, 0x80 | 126]) + len(payload).to_bytes(2, "big")
            writer.transport.write(header + bytes(4) + payload)
            await client.until(lambda c: c.is_over)
            assert client.close_code == code

    play(scene, host=HostConfig(deflates=True))


def test_venues_speak_tls_with_the_key_they_are_given(
    server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    async def scene(sim: SimulatedVenues) -> None:
        urls = sim.urls["okx"]
        assert (urls["rest"][:8], urls["ws"][:6]) == ("https://", "wss://")
        status, _, _ = await get(urls["rest"] + "/time", ssl=client_tls)
        assert status == 200
        async with PlainClient(urls["ws"], ssl=client_tls) as client:
            await client.until(lambda c: len(c.frames) > 3)
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await get(urls["rest"] + "/time")

    play(scene, ssl_context=server_tls)


def test_a_port_that_is_taken_is_an_error_that_leaves_nothing_behind() -> None:
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(OSError, match="address already in use"):
                async with SimulatedVenues(
                    1, desks={"okx": PlainDesk}, host=HostConfig(port_base=port)
                ):
                    pass

    asyncio.run(run())


def test_a_venue_without_a_desk_is_refused() -> None:
    with pytest.raises(ValueError, match="kraken"):
        SimulatedVenues(1, ["kraken"], desks={"okx": PlainDesk})
