"""Read recorded sessions: one event a line, receive time, direction and payload parted by TABs."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import zstandard

ROOT = Path(__file__).resolve().parents[1]


class Row(NamedTuple):
    """One received message."""

    ts_recv_ns: int | None
    """`None` where the source kept no receive time."""
    payload: bytes


def recordings_folder() -> Path:
    """Return the folder of the recordings: `CROSSBOOK_RECORDINGS`, or `../shared/data`.

    Raises:
        FileNotFoundError: there is no such folder.
    """
    folder = Path(os.environ.get("CROSSBOOK_RECORDINGS") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        raise FileNotFoundError(f"no recordings at {folder}: set CROSSBOOK_RECORDINGS")
    return folder


def read_bytes(path: Path) -> bytes:
    """Return the content of a file, decompressed where its name ends in `.zst`."""
    if path.suffix != ".zst":
        return path.read_bytes()
    with path.open("rb") as file:
        return zstandard.ZstdDecompressor().stream_reader(file).read()


def received(path: Path) -> Iterator[Row]:
    """Yield the messages that the venue sent, in order."""
    for line in read_bytes(path).split(b"\n"):
        if not line:
            continue
        time, direction, payload = line.split(b"\t", 2)
        if direction == b"R":
            yield Row(None if time == b"-" else int(time), payload)
