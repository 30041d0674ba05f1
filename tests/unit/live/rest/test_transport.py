"""What no venue answers becomes a typed error, in bounded time and space."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from aiohttp import web

from crossbook.errors import ConnectError, CrossbookError, DeadlineError, DisconnectError
from crossbook.live.rest.transport import exchange
from crossbook.venues.requests import Request
from tests.authority import Authority
from tests.unit.live.rest.serving import client, raw, serving

READ = Request(path="/depth", query=(("signature", "hush"),), headers=(("X-KEY", "hush"),))
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def fault(url: str, **config: Any) -> CrossbookError:
    """Return what a single try ends with."""
    async with client(url, tries_max=1, **config) as rest:
        with pytest.raises(CrossbookError) as raised:
            await rest.fetch(READ)
    return raised.value


def says(*pieces: bytes, pause_s: float = 0.0) -> Speak:
    """Read a request, then send pieces, and close."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return speak


def endless(piece: bytes, pause_s: float) -> Speak:
    """Send pieces until nobody listens any more."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + b"\r\n")
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return speak


@pytest.mark.parametrize(
    ("speak", "kind", "reason"),
    [
        (says(HEAD + b"Content-Length: 90\r\n\r\n[1"), DisconnectError, "payload"),
        (says(), DisconnectError, "closed"),
        (says(b"SSH-2.0-OpenSSH_9.2\r\n"), ConnectError, "protocol"),
        (says(HEAD + b"Content-Length: 99999999\r\n\r\n"), ConnectError, "oversized"),
        (endless(b"[" * 512, 0.0), ConnectError, "oversized"),
        (
            says(HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b" " * 10_000_000)),
            ConnectError,
            "oversized",
        ),
    ],
    ids=["cut short", "closed", "not http", "announced", "endless", "packed"],
)
def test_an_answer_that_is_none(speak: Speak, kind: type[CrossbookError], reason: str) -> None:
    async def run() -> None:
        async with raw(speak) as url:
            error = await fault(url, answer_bytes_max=100_000)
        assert type(error) is kind
        assert error.args[1] == reason
        assert "hush" not in str(error)

    asyncio.run(run())


def test_one_that_comes_byte_by_byte_ends_in_time() -> None:
    async def run() -> None:
        async with raw(endless(b" ", 0.01)) as url:
            error = await fault(url, try_s=0.2)
        assert isinstance(error, DeadlineError)
        assert str(error) == "no answer to GET /depth within 0.2 s"

    asyncio.run(run())


async def moved(request: web.Request) -> web.StreamResponse:
    raise web.HTTPMovedPermanently("https://127.0.0.1:1/elsewhere")


async def page(request: web.Request) -> web.StreamResponse:
    return web.Response(text="<!doctype html><p>Sign in to this network", content_type="text/html")


async def disguised(request: web.Request) -> web.StreamResponse:
    return web.Response(text="\n <html>", content_type="application/json")


@pytest.mark.parametrize(
    ("handler", "reason"), [(moved, "redirect"), (page, "html"), (disguised, "html")]
)
def test_a_redirect_or_a_page_for_people_is_refused(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]], reason: str
) -> None:
    async def run() -> None:
        async with serving(handler) as url:
            error = await fault(url)
        assert isinstance(error, ConnectError)
        assert (error.url, error.reason) == (f"{url}/depth", reason)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:9", "refused"),
        ("http://127.0.0.1:99999", "url"),
        ("ftp://127.0.0.1", "url"),
        ("nonsense", "url"),
    ],
)
def test_an_address_where_nobody_is(url: str, reason: str) -> None:
    error = asyncio.run(fault(url))
    assert isinstance(error, ConnectError)
    assert error.reason == reason


def test_a_host_that_has_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(*_: Any, **__: Any) -> NoReturn:
        raise OSError("Name or service not known")

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", unknown)
    error = asyncio.run(fault("http://no-such-host.invalid"))
    assert isinstance(error, ConnectError)
    assert error.reason == "dns"


async def fine(request: web.Request) -> web.StreamResponse:
    return web.json_response({})


def test_a_certificate_is_checked(tmp_path: Path) -> None:
    authority = Authority(tmp_path)

    async def run() -> None:
        async with serving(fine, tls=authority.server()) as url:
            async with client(url, tls=authority.client()) as rest:
                assert await rest.fetch(READ) == b"{}"
            stranger = await fault(url)
            plain = await fault(url.replace("https", "http"))
        async with serving(fine, tls=authority.server(is_expired=True)) as url:
            expired = await fault(url, tls=authority.client())
        async with serving(fine) as url:
            tls_expected = await fault(url.replace("http", "https"), tls=authority.client())
        assert isinstance(stranger, ConnectError)
        assert isinstance(expired, ConnectError)
        assert isinstance(tls_expected, ConnectError)
        assert (stranger.reason, expired.reason) == ("certificate", "certificate")
        assert tls_expected.reason == "tls"
        assert isinstance(plain, ConnectError | DisconnectError)

    asyncio.run(run())


def test_what_the_loop_says_of_a_socket_is_no_fault_of_ours() -> None:
    class Session:
        def request(self, *_: object, **__: object) -> NoReturn:
            raise RuntimeError("File descriptor 34 is used by transport <TCPTransport>")

    class Broken:
        session = Session()

    async def scenario() -> None:
        pool: Any = Broken()
        with pytest.raises(DisconnectError):
            await exchange(pool, "http://127.0.0.1:1", READ, timeout_s=1.0, bytes_max=100)

    asyncio.run(scenario())
