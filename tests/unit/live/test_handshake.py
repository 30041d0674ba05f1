import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import picows
import pytest
import uvloop

from crossbook.errors import ConnectError, Retry
from crossbook.live.handshake import connect
from tests.unit.live.authority import Authority
from tests.unit.live.bourse import Bourse, serving, until

LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
Run = Callable[..., None]

HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>Hello!</html>"
REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:9/elsewhere\r\n\r\n"
BUSY = b"HTTP/1.1 429 Too Many Requests\r\nContent-Type: application/json\r\n\r\n{}"
ERROR_PAGE = b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\n\r\n<html/>"
OTHER_KEY = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n"
)
ENDLESS = b"HTTP/1.1 200 OK\r\n" + b"X-Filler: yes\r\n" * 10_000


class Server:
    """Sends bytes to whoever connects, and notes when they are gone."""

    def __init__(self, answer: bytes, *, every_s: float | None = None, closes: bool) -> None:
        self._answer = answer
        self._every_s = every_s
        self._closes = closes
        self.open = 0
        self.served = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.served += 1
        try:
            if self._every_s is None:
                writer.write(self._answer)
            else:
                for byte in self._answer:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(self._every_s)
            if not self._closes:
                while await reader.read(65_536):
                    pass
        except ConnectionError:
            pass
        finally:
            writer.close()
            self.open -= 1


@asynccontextmanager
async def answering(server: Server) -> AsyncIterator[str]:
    listening = await asyncio.start_server(server, "127.0.0.1", 0)
    try:
        yield f"ws://127.0.0.1:{listening.sockets[0].getsockname()[1]}/ws"
        # Nothing that failed is left behind.
        await until(lambda: server.open == 0)
    finally:
        listening.close()
        await listening.wait_closed()


async def failure(
    url: str, tls: ssl.SSLContext | None = None, deadline_s: float = 10.0
) -> ConnectError:
    with pytest.raises(ConnectError) as caught:
        await connect(
            url,
            picows.WSListener(),
            deadline_s=deadline_s,
            bytes_max=1 << 20,
            offers_deflate=False,
            tls=tls,
        )
    assert caught.value.retry is Retry.BACKOFF
    assert caught.value.url == url
    return caught.value


@LOOPS
@pytest.mark.parametrize(
    ("answer", "closes", "reason"),
    [
        (HTML, True, "html"),
        (HTML, False, "html"),
        (REDIRECT, True, "redirect"),
        (BUSY, True, "status 429"),
        (ERROR_PAGE, True, "status 502"),
        (b"", True, "closed"),
        (OTHER_KEY, False, "handshake: cannot upgrade, invalid sec-websocket-accept response"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", False, "handshake: cannot upgrade, unknown protocol"),
        (ENDLESS, False, "handshake: upgrade response headers exceed max_size"),
    ],
)
def test_an_answer_that_is_no_websocket_has_a_name(
    run: Run, answer: bytes, closes: bool, reason: str
) -> None:
    async def scenario() -> None:
        async with answering(Server(answer, closes=closes)) as url:
            assert (await failure(url)).reason.startswith(reason)

    run(scenario())


@LOOPS
def test_nobody_at_the_address_is_refused(run: Run) -> None:
    async def scenario() -> None:
        async with answering(Server(b"", closes=True)) as url:
            pass
        assert (await failure(url)).reason == "refused"

    run(scenario())


@LOOPS
@pytest.mark.parametrize(
    ("answer", "every_s"), [(HTML, 1.0), (b"", None)], ids=["a byte a second", "nothing"]
)
def test_who_takes_too_long_is_left_at_the_deadline(
    run: Run, answer: bytes, every_s: float | None
) -> None:
    async def scenario() -> None:
        server = Server(answer, every_s=every_s, closes=False)
        async with answering(server) as url:
            assert (await failure(url, deadline_s=0.2)).reason == "timeout"
            assert server.served == 1

    run(scenario())


@LOOPS
def test_a_cancelled_attempt_leaves_no_socket_behind(run: Run) -> None:
    async def scenario() -> None:
        server = Server(b"", closes=False)
        async with answering(server) as url:
            attempt = asyncio.create_task(failure(url))
            await until(lambda: server.open == 1)
            attempt.cancel()
            await asyncio.gather(attempt, return_exceptions=True)
            await until(lambda: server.open == 0)

    run(scenario())


@LOOPS
@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "not a url"])
def test_what_is_no_address_is_said_to_be_none(run: Run, url: str) -> None:
    async def scenario() -> None:
        assert (await failure(url)).reason in ("url", "handshake: WSInvalidURL")

    run(scenario())


@LOOPS
def test_a_name_that_does_not_exist_is_a_matter_of_dns(run: Run) -> None:
    async def scenario() -> None:
        assert (await failure("ws://no-such-host.invalid/")).reason == "dns"

    run(scenario())


@LOOPS
@pytest.mark.parametrize(
    ("days", "hosts", "reason"),
    [
        ((-3, -1), ("localhost",), "certificate: certificate has expired"),
        ((1, 2), ("localhost",), "certificate: certificate is not yet valid"),
        ((-1, 1), ("example.com",), "certificate: hostname mismatch"),
    ],
)
def test_a_certificate_that_is_not_valid_is_refused(
    run: Run, tmp_path: Path, days: tuple[int, int], hosts: tuple[str, ...], reason: str
) -> None:
    async def scenario() -> None:
        authority = Authority()
        server = authority.server(tmp_path, days=days, hosts=hosts)
        async with serving(Bourse("BTCUSDT"), server) as url:
            found = (await failure(url, authority.client())).reason
            assert found.lower().startswith(reason)

    run(scenario())


@LOOPS
def test_an_unknown_authority_is_refused(run: Run, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with serving(Bourse("BTCUSDT"), Authority().server(tmp_path)) as url:
            found = (await failure(url, Authority().client())).reason
            assert found.startswith("certificate: ")
            assert (await failure(url)).reason.startswith("certificate: ")

    run(scenario())


@LOOPS
def test_tls_to_a_server_without_it_is_named(run: Run) -> None:
    async def scenario() -> None:
        async with answering(Server(HTML, closes=True)) as url:
            found = await failure(url.replace("ws:", "wss:"), Authority().client())
            assert found.reason.startswith("tls: ")

    run(scenario())
