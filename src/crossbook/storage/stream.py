"""Recorded streams: one event a line, receive time, direction and payload parted by TABs."""

from binascii import unhexlify
from collections.abc import Callable, Iterator
from enum import Enum
from operator import itemgetter
from pathlib import Path
from typing import TypeAlias

from crossbook.errors import RecordingError
from crossbook.storage.content import OnRead, ignore, lines, whole

__all__ = ["OPENED", "RECEIVED", "SENT", "Form", "Row", "form_of", "rows"]

OPENED = b"C"
"""A connection was opened; the payload is its URL."""
RECEIVED = b"R"
"""The payload is a message as it was received."""
SENT = b"S"
"""The payload was sent by the client."""

Row: TypeAlias = tuple[int, bytes, bytes]
"""Receive time in nanoseconds of Unix time (0: not kept), direction, payload."""

_DIRECTIONS = frozenset((OPENED, RECEIVED, SENT))
_TIME_NS_MAX = 2**63 - 1
_TIME_DIGITS_MAX = 19
_SHOWN_MAX = 40
_time_of = itemgetter(0)


class Form(Enum):
    """How a file holds what it holds, by the end of its name; each may be followed by `.zst`."""

    HEX = ".hex.tsv"
    """A stream whose payloads are in hexadecimal."""
    STREAM = ".tsv"
    """A stream."""
    DOCUMENT = ".json"
    """One answer, or one message."""
    DOCUMENTS = ".ndjson"
    """One of them on each line."""


def form_of(path: Path) -> Form:
    """Return the form of a file.

    Raises:
        RecordingError: its name ends like none.
    """
    name = path.name.removesuffix(".zst")
    for form in Form:
        if name.endswith(form.value):
            return form
    known = ", ".join(form.value for form in Form)
    raise RecordingError(str(path), 0, f"its name ends in none of {known}, with or without .zst")


def rows(path: Path, on_read: OnRead = ignore) -> Iterator[list[Row]]:
    """Yield the rows of a file, in blocks. Documents are messages received at no known time.

    Raises:
        RecordingError: the file cannot be read, or one of its lines is no row.
    """
    form = form_of(path)
    if form is Form.DOCUMENT:
        yield [(0, RECEIVED, whole(path, on_read).strip())]
        return
    take = {Form.STREAM: _plain, Form.HEX: _hex, Form.DOCUMENTS: _documents}[form]
    done = 0
    for block in lines(path, on_read):
        yield _taken(path, take, block, done)
        done += len(block)


def _taken(
    path: Path, take: Callable[[list[bytes]], list[Row]], block: list[bytes], done: int
) -> list[Row]:
    try:
        return take(block)
    except (ValueError, KeyError):
        # A block is read without looking where it is: which line it was is found only now.
        for number, line in enumerate(block, start=done + 1):
            try:
                take([line])
            except (ValueError, KeyError) as error:
                raise RecordingError(str(path), number, _fault(line)) from error
        raise


def _plain(block: list[bytes]) -> list[Row]:
    taken = []
    for line in block:
        time, direction, payload = line.split(b"\t", 2)
        if direction not in _DIRECTIONS:
            raise KeyError(direction)
        taken.append((int(time) if time.isdigit() else _odd(time), direction, payload))
    if max(map(_time_of, taken)) > _TIME_NS_MAX:
        raise ValueError(_TIME_NS_MAX)
    return taken


def _hex(block: list[bytes]) -> list[Row]:
    return [
        (time, direction, payload if direction == OPENED else unhexlify(payload.strip()))
        for time, direction, payload in _plain(block)
    ]


def _documents(block: list[bytes]) -> list[Row]:
    return [(0, RECEIVED, line) for line in block if line.strip()]


def _odd(time: bytes) -> int:
    """Return the time of a row that kept none."""
    if time != b"-":
        raise ValueError(time)
    return 0


def _fault(line: bytes) -> str:
    """Return what is wrong with a line."""
    fields = line.split(b"\t", 2)
    if len(fields) < 3:
        return f"{len(fields)} of the three fields time, direction, payload"
    time, direction, payload = fields
    if direction not in _DIRECTIONS:
        return f"direction is {_shown(direction)}, expected C, S or R"
    if time != b"-" and not _is_time(time):
        return f"time is {_shown(time)}, expected nanoseconds of Unix time or -"
    return f"payload is {_shown(payload)}, expected hexadecimal digits"


def _is_time(field: bytes) -> bool:
    is_short = len(field) <= _TIME_DIGITS_MAX
    return field.isdigit() and is_short and int(field) <= _TIME_NS_MAX


def _shown(field: bytes) -> str:
    text = repr(field[:_SHOWN_MAX].decode(errors="backslashreplace"))
    return text if len(field) <= _SHOWN_MAX else f"{text}…"
