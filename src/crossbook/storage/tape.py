"""One growing file of a recording: whole zstd frames, so that it can be read after any crash."""

import os
from pathlib import Path

import zstandard

from crossbook.errors import RecordingError

__all__ = ["Tape", "mend"]

_MEND_BYTES = 1 << 20


class Tape:
    """A file to which blocks of lines are appended.

    Each block is compressed by itself and written by one call: what was written can be read,
    whatever happens afterwards. Not for use by two threads at once.

    Args:
        path: where it is; made, with its folders, and never overwritten.
        level: zstd's level.

    Raises:
        RecordingError: the file is there, or cannot be made.
    """

    def __init__(self, path: Path, level: int) -> None:
        self.path = path
        self.written_bytes = 0
        self._compressor = zstandard.ZstdCompressor(level=level, write_checksum=True)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("xb", buffering=0)
        except OSError as error:
            raise _failed(path, error) from error

    def append(self, lines: bytes) -> None:
        """Write a block of whole lines.

        Raises:
            RecordingError: the disk is full, or broke.
        """
        block = memoryview(self._compressor.compress(lines))
        try:
            while block:
                written = self._file.write(block) or 0
                self.written_bytes += written
                block = block[written:]
        except OSError as error:
            raise _failed(self.path, error) from error

    def sync(self) -> None:
        """Bring what was written to the disk itself.

        Raises:
            RecordingError: it broke.
        """
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _failed(self.path, error) from error

    def close(self) -> None:
        """Write no more; a file without a line is removed."""
        self._file.close()
        if not self.written_bytes:
            self.path.unlink(missing_ok=True)


def mend(path: Path) -> int:
    """Cut a torn end off a file, which a loss of power may leave; return how many bytes it had.

    Raises:
        RecordingError: the file cannot be read or cut.
    """
    try:
        with path.open("r+b") as file:
            good = _whole_bytes(file.fileno(), path.stat().st_size)
            torn = path.stat().st_size - good
            if torn:
                file.truncate(good)
            return torn
    except OSError as error:
        raise _failed(path, error) from error


def _whole_bytes(descriptor: int, size: int) -> int:
    """Return the length of the zstd frames that are whole and undamaged."""
    good = at = 0
    decompressor = zstandard.ZstdDecompressor()
    frame = decompressor.decompressobj()
    while at < size:
        piece = os.pread(descriptor, _MEND_BYTES, at)
        at += len(piece)
        while piece:
            try:
                frame.decompress(piece)
            except zstandard.ZstdError:
                return good
            if not frame.eof:
                break
            piece = frame.unused_data
            good = at - len(piece)
            frame = decompressor.decompressobj()
    return good


def _failed(path: Path, error: OSError) -> RecordingError:
    return RecordingError(str(path), 0, (error.strerror or str(error)).lower())
