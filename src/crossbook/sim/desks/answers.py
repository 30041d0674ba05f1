"""REST answers and the parts of a path."""

from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import msgspec

from crossbook.sim.desk import HttpAnswer

__all__ = ["JSON", "encode", "json_answer", "split_path"]

JSON: Final = ("Content-Type", "application/json")

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def encode(document: Any) -> bytes:
    """Return compact JSON; a `Decimal` becomes a number with its own digits."""
    return _ENCODER.encode(document)


def json_answer(
    document: Any,
    *,
    status: int = 200,
    headers: tuple[tuple[str, str], ...] = (),
    native: str = "",
) -> HttpAnswer:
    """Return an answer with a JSON body.

    Examples:
        >>> json_answer({"error": "not found"}, status=404).body
        b'{"error":"not found"}'
    """
    return HttpAnswer(status=status, body=encode(document), headers=(JSON, *headers), native=native)


def split_path(path: str) -> tuple[str, dict[str, str]]:
    """Return the path alone, without a slash at its end, and its query.

    Examples:
        >>> split_path("/ws/v5/public/?brokerId=9999")
        ('/ws/v5/public', {'brokerId': '9999'})
    """
    parts = urlsplit(path)
    return parts.path.rstrip("/") or "/", dict(parse_qsl(parts.query, keep_blank_values=True))
