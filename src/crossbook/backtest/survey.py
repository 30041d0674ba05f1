"""The first look at a stream: when it begins and ends, and which instruments it speaks of."""

import msgspec

from crossbook import _core
from crossbook.backtest.inputs import SnapshotFile, StreamFile
from crossbook.storage.answer import bodies
from crossbook.storage.content import OnRead, ignore
from crossbook.storage.stream import OPENED, RECEIVED, rows

__all__ = ["Extent", "Key", "Survey", "survey", "survey_snapshot"]

Key = tuple[str, int]
"""Native symbol; 0 the whole, 1 the YES leg, 2 the NO leg of what it names."""


class Extent(msgspec.Struct, frozen=True):
    """How fine and how large the numbers of an instrument are."""

    price_decimals: int = 0
    """Decimals that its prices need."""
    size_decimals: int = 0
    """Decimals that its sizes need."""
    price_max: int = 0
    """A whole number that no price exceeds."""
    size_max: int = 0
    """A whole number that no size exceeds."""
    messages: int = 0
    """How many messages speak of it."""

    def __or__(self, other: "Extent") -> "Extent":
        """Return the extent of both."""
        return Extent(
            max(self.price_decimals, other.price_decimals),
            max(self.size_decimals, other.size_decimals),
            max(self.price_max, other.price_max),
            max(self.size_max, other.size_max),
            self.messages + other.messages,
        )


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What a stream file holds."""

    file: StreamFile
    """The file."""
    begin_ns: int
    """Time of its first row; 0: it keeps no times."""
    end_ns: int
    """Latest time of its rows."""
    is_opening: bool
    """It begins with the opening of a connection."""
    messages: int
    """How many messages were received."""
    frame_bytes_max: int
    """Length of the longest one."""
    extents: dict[Key, Extent]
    """The instruments."""

    @property
    def natives(self) -> frozenset[str]:
        """The native symbols it speaks of."""
        return frozenset(native for native, _ in self.extents)


def survey(file: StreamFile, on_read: OnRead = ignore) -> Survey:
    """Read a stream once, with the decoders of the engine, and only look.

    Raises:
        RecordingError: the file cannot be read.
    """
    discovery = _core.Discovery(file.venue)
    look = discovery.on_frame
    begin = end = messages = longest = 0
    first: bytes | None = None
    for block in rows(file.path, on_read):
        for time, direction, payload in block:
            if direction == RECEIVED:
                look(payload)
                messages += 1
                longest = max(longest, len(payload))
            if first is None:
                first = direction
            if time > end:
                begin, end = begin or time, time
    return Survey(
        file=file,
        begin_ns=begin,
        end_ns=end,
        is_opening=first == OPENED,
        messages=messages,
        frame_bytes_max=longest,
        extents=_extents(discovery),
    )


def survey_snapshot(snapshot: SnapshotFile) -> dict[Key, Extent]:
    """Return the instruments of an order book answer.

    Raises:
        RecordingError: the file cannot be read.
    """
    discovery = _core.Discovery(snapshot.venue)
    for _, body in bodies(snapshot.path):
        discovery.on_snapshot(snapshot.native, body)
    return _extents(discovery)


def _extents(discovery: _core.Discovery) -> dict[Key, Extent]:
    """Return what was seen; a book of no symbol may be anybody's, so all make room for it."""
    seen = {(native, outcome): Extent(*extent) for native, outcome, *extent in discovery.seen()}
    unnamed = [seen.pop(key) for key in list(seen) if not key[0]]
    for extent in unnamed:
        room = msgspec.structs.replace(extent, messages=0)
        seen = {key: known | room for key, known in seen.items()}
    return seen
