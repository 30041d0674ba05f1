"""Opening a websocket: within a deadline, and with a name for each way in which it fails."""

import asyncio
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Protocol

import picows
from picows.url import WSParsedURL

from crossbook.errors import ConnectError
from crossbook.live.deflate import OFFER

__all__ = ["Connect", "connect"]

# Whatever picows has to say, the driver counts and logs by its own names.
_QUIET = logging.Logger("crossbook.live.picows", logging.CRITICAL + 1)  # noqa: LOG001 -- a root's child would speak
_QUIET.addHandler(logging.NullHandler())

_REASON_BYTES_MAX = 60
_ADDRESS_S = 1.5
"""How long one of a name's addresses is tried before the next one."""
_OFFERS = (("Sec-WebSocket-Extensions", OFFER),)

_NAMES: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "timeout"),
    (socket.gaierror, "dns"),
    (ConnectionRefusedError, "refused"),
    (ConnectionError, "closed"),
    (OSError, "unreachable"),
    (ValueError, "url"),
)
"""Kinds of failures, the special before the general."""


class Connect(Protocol):
    """Opens a websocket."""

    def __call__(
        self,
        url: str,
        listener: picows.WSListener,
        *,
        deadline_s: float,
        bytes_max: int,
        offers_deflate: bool,
        tls: ssl.SSLContext | None,
        headers: Sequence[tuple[str, str]] = (),
    ) -> Awaitable[picows.WSTransport]:
        """Return the open socket.

        Raises:
            ConnectError: it did not open.
        """
        ...


async def connect(
    url: str,
    listener: picows.WSListener,
    *,
    deadline_s: float,
    bytes_max: int,
    offers_deflate: bool,
    tls: ssl.SSLContext | None,
    headers: Sequence[tuple[str, str]] = (),
) -> picows.WSTransport:
    """Open a websocket.

    Args:
        url: `ws://` or `wss://`.
        listener: takes its frames, from the first one on.
        deadline_s: for all of it: name, TCP, TLS and the handshake.
        bytes_max: longest frame; a longer one closes the socket with 1009.
        offers_deflate: ask the venue to compress its frames.
        tls: certificates to trust, for `wss`; `None`: those of the system.
        headers: further headers of the request.

    Returns:
        The open socket. Frames may have come already.

    Raises:
        ConnectError: it did not open. Its reason is one of `dns`, `refused`, `unreachable`,
            `timeout`, `certificate: …`, `tls: …`, `redirect`, `html`, `status <code>`,
            `handshake: …`, `closed`, `url`.
    """
    opened: list[socket.socket] = []
    found: object = None
    try:
        async with asyncio.timeout(deadline_s):
            transport, found = await picows.ws_connect(
                lambda: listener,
                url,
                ssl_context=tls,
                # The deadline above holds for this, too; this one ends picows' own waiting.
                websocket_handshake_timeout=deadline_s,
                enable_auto_pong=True,
                max_frame_size=bytes_max,
                max_redirects=0,
                logger_name=_QUIET,
                extra_headers=[*headers, *(_OFFERS if offers_deflate else ())],
                socket_factory=_dial(opened),
            )
    except Exception as error:
        raise ConnectError(url, _reason(error)) from error
    finally:
        if found is None:
            _hang_up(opened)
    if found is None:
        # It was closed before the handshake was over, which picows does not call a failure.
        raise ConnectError(url, "closed")
    return transport


def _dial(
    opened: list[socket.socket],
) -> Callable[[WSParsedURL], Awaitable[socket.socket]]:
    """Return what opens the TCP connection, and remembers it.

    picows leaves a connection alone whose handshake is cancelled; we end it by its socket.
    """

    async def dial(url: WSParsedURL) -> socket.socket:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
        failure: OSError | None = None
        for at, (family, kind, protocol, _, address) in enumerate(found):
            is_last = at == len(found) - 1
            dialled = socket.socket(family, kind, protocol)
            dialled.setblocking(False)  # noqa: FBT003 -- the library's signature
            try:
                # An address that swallows packets must not use up the time of the others.
                async with asyncio.timeout(None if is_last else _ADDRESS_S):
                    await loop.sock_connect(dialled, address)
            except OSError as error:
                dialled.close()
                failure = error
            except BaseException:
                dialled.close()
                raise
            else:
                opened.append(dialled)
                return dialled
        raise failure or OSError(f"no address of {url.host}")

    return dial


def _hang_up(opened: list[socket.socket]) -> None:
    for dialled in opened:
        with suppress(OSError):
            dialled.shutdown(socket.SHUT_RDWR)


def _reason(error: Exception) -> str:
    """Return the name of a failure."""
    match error:
        case picows.WSHandshakeError():
            return _refusal(error)
        case ssl.SSLCertVerificationError():
            return f"certificate: {error.verify_message}"
        case ssl.SSLError():
            return f"tls: {error.reason or error}"
    named = (name for kind, name in _NAMES if isinstance(error, kind))
    return next(named, f"handshake: {type(error).__name__}")


def _refusal(error: picows.WSHandshakeError) -> str:
    """Return the name of an HTTP answer that is no websocket handshake."""
    answer = error.response
    if answer is None:
        return f"handshake: {str(error)[:_REASON_BYTES_MAX]}"
    status = int(answer.status)
    if 300 <= status < 400:
        return "redirect"
    if status != 101 and "html" in answer.headers.get("Content-Type", "").lower():
        return "html" if status == 200 else f"status {status}"
    if status != 101:
        return f"status {status}"
    return f"handshake: {str(error)[:_REASON_BYTES_MAX]}"
