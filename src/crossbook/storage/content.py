"""The bytes of a file, in pieces, decompressed where its name ends in `.zst`."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import zstandard

from crossbook.errors import RecordingError

__all__ = ["OnRead", "chunks", "ignore", "lines", "whole"]

OnRead = Callable[[int], None]
"""Told how many bytes of the file were read since it was told last."""

_CHUNK_BYTES = 1 << 20
_ZSTD_CHUNK_BYTES = 1 << 13
"""Small, because each is decompressed at once: bytes of one kind shrink by thousands."""
_LINE_BYTES_MAX = 160 << 20
"""Longest line: the largest frame that the core looks at, in hexadecimal, and some room."""
_WHOLE_BYTES_MAX = 1 << 30
"""Longest file that is held as a whole."""


def ignore(_read: int) -> None:
    """Take no notice of progress."""


def chunks(path: Path, on_read: OnRead = ignore) -> Iterator[bytes]:
    """Yield a file's content.

    Raises:
        RecordingError: it cannot be read, is no whole zstd file, or holds nothing.
    """
    is_empty = True
    try:
        with path.open("rb") as file:
            pieces = _decompressed(path, file, on_read) if _is_zstd(path) else _raw(file, on_read)
            for piece in pieces:
                is_empty = False
                yield piece
    except OSError as error:
        raise _unreadable(path, error) from error
    if is_empty:
        raise RecordingError(str(path), 0, "it is empty")


def lines(path: Path, on_read: OnRead = ignore) -> Iterator[list[bytes]]:
    """Yield a file's lines, without their ends, in blocks.

    Raises:
        RecordingError: as `chunks` does, with the line; or a line is absurdly long.
    """
    done = 0
    begun: list[bytes] = []
    try:
        for chunk in chunks(path, on_read):
            begun.append(chunk)
            if b"\n" not in chunk:
                _bound(path, sum(map(len, begun)))
                continue
            block = b"".join(begun).split(b"\n")
            begun = [block.pop()]
            yield block
            done += len(block)
    except RecordingError as error:
        if error.line or not done:
            raise
        raise RecordingError(error.path, done + 1, error.reason) from error
    if last := b"".join(begun):
        yield [last]


def whole(path: Path, on_read: OnRead = ignore) -> bytes:
    """Return a file's content.

    Raises:
        RecordingError: as `chunks` does, or it is absurdly long.
    """
    pieces = []
    room = _WHOLE_BYTES_MAX
    for piece in chunks(path, on_read):
        pieces.append(piece)
        room -= len(piece)
        if room < 0:
            raise RecordingError(str(path), 0, f"it holds over {_WHOLE_BYTES_MAX} bytes")
    return b"".join(pieces)


def _bound(path: Path, line_bytes: int) -> None:
    if line_bytes > _LINE_BYTES_MAX:
        raise RecordingError(str(path), 0, f"a line has over {_LINE_BYTES_MAX} bytes")


def _is_zstd(path: Path) -> bool:
    return path.suffix == ".zst"


def _raw(file: BinaryIO, on_read: OnRead) -> Iterator[bytes]:
    while piece := file.read(_CHUNK_BYTES):
        on_read(len(piece))
        yield piece


def _decompressed(path: Path, file: BinaryIO, on_read: OnRead) -> Iterator[bytes]:
    """Yield what each frame of a zstd file holds; the last one must be complete."""
    decompressor = zstandard.ZstdDecompressor()
    frame = None
    try:
        while piece := file.read(_ZSTD_CHUNK_BYTES):
            on_read(len(piece))
            while piece:
                frame = frame or decompressor.decompressobj()
                if content := frame.decompress(piece):
                    yield content
                piece = frame.unused_data if frame.eof else b""
                frame = None if frame.eof else frame
    except zstandard.ZstdError as error:
        reason = " ".join(str(error).split())
        raise RecordingError(str(path), 0, f"it is no zstd file, or damaged ({reason})") from error
    if frame is not None:
        raise RecordingError(str(path), 0, "the zstd file is cut off")


def _unreadable(path: Path, error: OSError) -> RecordingError:
    if isinstance(error, FileNotFoundError):
        reason = "there is no such file"
    elif isinstance(error, IsADirectoryError):
        reason = "it is a directory"
    else:
        reason = (error.strerror or str(error)).lower()
    return RecordingError(str(path), 0, reason)
