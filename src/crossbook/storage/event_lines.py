"""Events as JSON lines: ids instead of numbers, decimal texts instead of integers."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, TypeVar

import msgspec
import zstandard

from crossbook import _core
from crossbook.books import EventBatch
from crossbook.errors import RecordingError
from crossbook.model import Instrument
from crossbook.model.events import (
    Event,
    OpportunityChanged,
    ProofFailed,
    ProofKind,
    QuoteReported,
)

__all__ = ["EventWriter", "line_of"]

_PRICES = frozenset(("price", "bid", "ask", "tick", "buy_limit", "sell_limit"))
_SIZES = frozenset(("size", "bid_size", "ask_size"))
_QUOTES = ("bid", "bid_size", "ask", "ask_size")
_T = TypeVar("_T")
_encoder = msgspec.json.Encoder()


def line_of(event: Event, instruments: Sequence[Instrument]) -> dict[str, object]:
    """Return an event as it is written: every field by its name, absent ones `None`.

    Args:
        event: the event.
        instruments: by number.
    """
    fields: dict[str, object] = msgspec.to_builtins(event)
    if event.instrument is None:
        return fields
    instrument = instruments[event.instrument]
    fields["instrument"] = str(instrument.id)
    price_decimals, size_decimals = instrument.price_decimals, instrument.size_decimals
    for name, value in fields.items():
        if isinstance(value, int):
            if name in _PRICES:
                fields[name] = _core.format_decimal(value, price_decimals)
            elif name in _SIZES:
                fields[name] = _core.format_decimal(value, size_decimals)
    if isinstance(event, ProofFailed) and event.proof is ProofKind.BEST:
        for name in ("theirs", "ours"):
            fields[name] = _core.format_decimal(getattr(event, name), price_decimals)
    elif isinstance(event, OpportunityChanged):
        fields["sold"] = str(instruments[event.sold].id)
        fields["profit"] = _money(event.profit, price_decimals + size_decimals)
    elif isinstance(event, QuoteReported):
        fields.update({name: None for name in _QUOTES if getattr(event, name) == 0})
    return fields


class EventWriter:
    """Writes events to a file, one JSON object a line; a name that ends in `.zst` compresses.

    Args:
        path: the file, which is replaced.
        instruments: by number.

    Raises:
        RecordingError: the file cannot be written.
    """

    def __init__(self, path: Path, instruments: Sequence[Instrument]) -> None:
        self._path = path
        self._instruments = instruments
        self._file = self._guarded(lambda: _opened(path))

    def write(self, batch: EventBatch) -> None:
        """Write the next events.

        Raises:
            RecordingError: the file cannot be written.
        """
        lines = _encoder.encode_lines([line_of(event, self._instruments) for event in batch])
        self._guarded(lambda: self._file.write(lines))

    def close(self) -> None:
        """Write what is left and close the file.

        Raises:
            RecordingError: the file cannot be written.
        """
        self._guarded(self._file.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _guarded(self, act: Callable[[], _T]) -> _T:
        try:
            return act()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise RecordingError(str(self._path), 0, f"it cannot be written: {reason}") from error


def _opened(path: Path) -> BinaryIO:
    file = path.open("wb")
    if path.suffix != ".zst":
        return file
    return zstandard.ZstdCompressor().stream_writer(file)


def _money(value: int, decimals: int) -> str:
    """Return 128 bits of money as plain decimal text without trailing zeros."""
    sign = "-" if value < 0 else ""
    whole, part = divmod(abs(value), 10**decimals)
    fraction = str(part).rjust(decimals, "0").rstrip("0") if part else ""
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"
