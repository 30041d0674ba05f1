"""Recorded answers to REST requests: the body, unchanged, and what the file's name tells."""

import re
from collections.abc import Iterator
from pathlib import Path

from crossbook.storage.content import whole
from crossbook.storage.manifest import entry_of
from crossbook.storage.stream import Form, form_of

__all__ = ["bodies", "received_ns", "symbol_in_name"]

_MOMENT_MS = re.compile(r"(?<![0-9])[0-9]{13}(?![0-9])")
_ORDER_BOOK = re.compile(r"rest_(?:depth|order_?book)[0-9]*_(?P<symbol>.+)_[0-9]{8}[0-9T]*")


def bodies(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield line and body of each answer in a file; the line is 0 where it holds just one.

    Raises:
        RecordingError: the file cannot be read.
    """
    content = whole(path)
    if form_of(path) is not Form.DOCUMENTS:
        yield 0, content
        return
    for number, line in enumerate(content.split(b"\n"), start=1):
        if line.strip():
            yield number, line


def received_ns(path: Path) -> int:
    """Return when an answer was received: by the manifest, else by milliseconds in its name.

    Returns:
        Nanoseconds of Unix time; 0: not known.

    Examples:
        >>> received_ns(Path("rest_depth_BTCUSDT_1767225600362.json"))
        1767225600362000000
    """
    entry = entry_of(path)
    if entry is not None and entry.received_ns:
        return entry.received_ns
    found = _MOMENT_MS.search(path.name)
    return int(found.group()) * 1_000_000 if found else 0


def symbol_in_name(path: Path) -> str | None:
    """Return the native symbol of an order book answer; `None`: manifest and name do not tell.

    Examples:
        >>> symbol_in_name(Path("rest_order_book100_BTC_USDC_1619093545407.json"))
        'BTC_USDC'
    """
    found = _ORDER_BOOK.fullmatch(path.name.removesuffix(".zst").rpartition(".")[0])
    return found["symbol"] if found else None
