"""One HTTP exchange through aiohttp: a request's value out, a bounded answer or a typed error."""

import asyncio
import errno

import aiohttp
from yarl import URL

from crossbook.errors import ConnectError, CrossbookError, DeadlineError, DisconnectError
from crossbook.live.rest.answer import Answer, check, read
from crossbook.live.rest.pool import Pool
from crossbook.venues.requests import Request, target

__all__ = ["exchange", "title"]

_REFUSALS = {errno.ECONNREFUSED: "refused", errno.ECONNRESET: "reset"}


def title(request: Request) -> str:
    """Return a request's name for errors and logs: no query and no header, which hold secrets."""
    return f"{request.method} {request.path}"


async def exchange(
    pool: Pool, base: str, request: Request, *, timeout_s: float, bytes_max: int
) -> Answer:
    """Send a request once and return what came back.

    Args:
        pool: connections.
        base: address that its path belongs to.
        request: what to ask.
        timeout_s: the whole answer has to be there within this time, however slowly it comes.
        bytes_max: bytes of its body.

    Raises:
        ConnectError: nobody answered, or not as a venue does.
        DeadlineError: it took too long.
        DisconnectError: the connection broke in between.
    """
    where = f"{base.rstrip('/')}{request.path}"
    try:
        async with (
            asyncio.timeout(timeout_s),
            pool.session.request(
                request.method,
                # It is sent as it was signed: nobody may encode it anew.
                URL(f"{base.rstrip('/')}{target(request)}", encoded=True),
                headers=request.headers,
                data=request.body or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=None),
            ) as response,
        ):
            answer = await read(response, bytes_max, where)
    except TimeoutError as error:
        raise DeadlineError(title(request), timeout_s) from error
    except (aiohttp.ClientError, ValueError, OSError, RuntimeError) as error:
        # uvloop raises a `RuntimeError` for a socket whose number it still knows: aiohttp closes
        # the socket of an attempt that timed out, though a transport has it by then.
        raise _typed(error, where, request) from error
    check(answer, where)
    return answer


def _typed(error: Exception, where: str, request: Request) -> CrossbookError:  # noqa: PLR0911 -- a table
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return ConnectError(where, "certificate")
        case aiohttp.ClientSSLError():
            return ConnectError(where, "tls")
        case aiohttp.ClientConnectorDNSError():
            return ConnectError(where, "dns")
        case aiohttp.ClientConnectorError():
            return ConnectError(where, _REFUSALS.get(error.os_error.errno or 0, "unreachable"))
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError() | ValueError():
            return ConnectError(where, "url")
        case aiohttp.ServerDisconnectedError():
            return DisconnectError(title(request), "closed")
        case aiohttp.ClientPayloadError():
            return DisconnectError(title(request), "payload")
        case aiohttp.ClientResponseError():
            # What came is no HTTP.
            return ConnectError(where, "protocol")
        case OSError():
            return DisconnectError(title(request), _REFUSALS.get(error.errno or 0, "broken"))
        case _:
            return DisconnectError(title(request), "broken")
