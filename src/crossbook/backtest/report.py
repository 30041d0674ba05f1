"""What a replay found."""

from collections import Counter
from collections.abc import Iterable
from typing import cast

import msgspec

from crossbook import _core
from crossbook.books import Book, Feed

__all__ = [
    "Checks",
    "FileReport",
    "InstrumentReport",
    "ReplayReport",
    "Totals",
    "instrument_report",
]

Quote = tuple[str, str]


class Checks(msgspec.Struct, frozen=True):
    """How often something that the venue says of its book was compared with ours."""

    ok: int
    """It was the same."""
    failed: int
    """It was not."""


class InstrumentReport(msgspec.Struct, frozen=True, kw_only=True):
    """One instrument at the end."""

    native: str
    """The venue's own symbol, token or ticker."""
    state: str
    """How far the book can be trusted."""
    reason: str
    """Why it is in its state."""
    sequence: int | None
    """The venue's last update id in the book."""
    best_bid: Quote | None
    """Price and size as decimal texts; `None`: nobody bids."""
    best_ask: Quote | None
    """The same of the asks."""
    levels: tuple[int, int]
    """How many bids and asks there are."""
    snapshots: int
    """Snapshots taken."""
    applied: int
    """Changes applied."""
    old: int
    """Changes that the book knew already."""
    unsynced: int
    """Changes that came while no base was there, and could not be kept for one."""
    gaps: int
    """Messages found missing."""
    snapshots_too_old: int
    """Snapshots older than the changes kept for them."""
    checksums_ok: int
    """Checksums and hashes that were right."""
    checksums_failed: int
    """Checksums and hashes that were wrong."""
    bbo_ok: int
    """Best prices beside the book that were ours."""
    bbo_failed: int
    """Best prices beside the book that were not ours."""
    off_tick: int
    """Prices that are no multiple of the tick."""
    off_lot: int
    """Sizes that are no multiple of the lot."""
    off_scale: int
    """Prices or sizes that do not fit the storage scale."""
    trades: int
    """Trades."""
    quotes: int
    """Best prices beside the book, compared or not."""
    takeovers: int
    """Times that another connection's book took its place."""
    memory_bytes: int
    """Bytes that the book holds."""


class FileReport(msgspec.Struct, frozen=True, kw_only=True):
    """One stream file."""

    file: str
    """Its path as given."""
    venue: str
    """Of which venue it is."""
    connection: int
    """Number of the connection that it is part of."""
    messages: int
    """Messages received in it."""
    begin_ns: int | None
    """Time of its first row in UTC nanoseconds; `None`: it keeps no times."""
    end_ns: int | None
    """Latest time of its rows."""


class ReplayReport(msgspec.Struct, frozen=True, kw_only=True):
    """All of it. As JSON, this is what `crossbook replay --json` prints."""

    messages: int
    """Frames received, over all streams."""
    decode_errors: dict[str, int]
    """Frames that could not be decoded, by kind."""
    unknown_symbols: int
    """Messages for symbols that are no instrument."""
    controls: dict[str, int]
    """Messages about connections, by kind."""
    gaps: int
    """Messages found missing, on connections and in books."""
    checksums: Checks
    """Checksums and hashes."""
    bbo_checks: Checks
    """Best prices that the venue says beside its book."""
    trades: int
    """Trades, over all instruments."""
    opportunities: int
    """How often something began to pay after fees."""
    events: dict[str, int]
    """Events by kind."""
    metadata_problems: int
    """Rows of lists of instruments that could not be read."""
    instruments: dict[str, InstrumentReport]
    """By instrument id."""
    files: list[FileReport]
    """The streams, in the order of their connections."""
    memory_bytes: int
    """Bytes that all books hold."""
    digest: str
    """SHA-256 over all events and the final books: the same for the same input."""
    ns_per_message: float
    """Time in the engine for each frame; reading the files is not part of it."""


class Totals(msgspec.Struct, frozen=True):
    """What was counted of all connections."""

    decode_errors: dict[str, int]
    unknown_symbols: int
    controls: dict[str, int]
    gaps: int

    @classmethod
    def of(cls, feeds: Iterable[Feed]) -> "Totals":
        """Return the sums over the connections."""
        errors: Counter[str] = Counter()
        controls: Counter[str] = Counter()
        unknown = gaps = 0
        for feed in feeds:
            counts = feed.counts()
            errors.update(cast("dict[str, int]", counts["decode_errors"]))
            controls.update(cast("dict[str, int]", counts["controls"]))
            unknown += cast("int", counts["unknown_symbols"])
            gaps += cast("int", counts["stream_gaps"])
        return cls(dict(sorted(errors.items())), unknown, dict(sorted(controls.items())), gaps)


def instrument_report(book: Book) -> InstrumentReport:
    """Return what a book is."""
    return InstrumentReport(
        native=book.instrument.native,
        state=book.state.value,
        reason=book.reason.value,
        sequence=book.sequence,
        best_bid=_quote(book, book.best_bid),
        best_ask=_quote(book, book.best_ask),
        levels=book.level_counts,
        memory_bytes=book.memory_bytes,
        **book.counts(),
    )


def _quote(book: Book, level: tuple[int, int] | None) -> Quote | None:
    if level is None:
        return None
    price, size = level
    return (
        _core.format_decimal(price, book.instrument.price_decimals),
        _core.format_decimal(size, book.instrument.size_decimals),
    )
