"""One HTTP answer: read within bounds, and judged by what it is before what it says."""

from collections.abc import Mapping

import aiohttp
import msgspec

from crossbook.errors import ConnectError

__all__ = ["Answer", "check", "read"]

_CHUNK_BYTES = 65_536


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    """Names are lower case."""
    body: bytes


async def read(response: aiohttp.ClientResponse, bytes_max: int, where: str) -> Answer:
    """Return an answer, unless it is longer than allowed.

    Args:
        response: its head.
        bytes_max: bytes of its body, after it was unpacked.
        where: address without secrets, for the error.

    Raises:
        ConnectError: it is longer; reason `oversized`.
    """
    headers = {name.lower(): value for name, value in response.headers.items()}
    if response.content_length is not None and response.content_length > bytes_max:
        raise ConnectError(where, "oversized")
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        body += chunk
        if len(body) > bytes_max:
            raise ConnectError(where, "oversized")
    return Answer(response.status, headers, bytes(body))


def check(answer: Answer, where: str) -> None:
    """Refuse what no venue answers: a redirect, a page for people.

    Raises:
        ConnectError: reason `redirect` or `html`. A page that comes with an error's status is
            let through: the status tells more.
    """
    if 300 <= answer.status < 400:
        raise ConnectError(where, "redirect")
    if answer.status < 300 and _is_page(answer):
        raise ConnectError(where, "html")


def _is_page(answer: Answer) -> bool:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in ("text/html", "application/xhtml+xml") or answer.body[:64].lstrip()[:1] == b"<"
