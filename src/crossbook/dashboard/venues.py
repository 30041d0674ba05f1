"""A line for each venue: states of its books, rates, proofs, times."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.text import Text

from crossbook._core import Histogram
from crossbook.books import Book
from crossbook.dashboard.figures import compact
from crossbook.dashboard.palette import STATE_SIGNS, STATE_STYLES, venue_style
from crossbook.dashboard.rates import Rates
from crossbook.services.feed import VenueSummary

__all__ = ["venue_lines"]


class _Column(NamedTuple):
    """One column of the table."""

    head: str
    width: int
    is_wide: bool = False
    """Shown only where there is room."""


_COLUMNS = (
    _Column("frames", 9, is_wide=True),
    _Column("messages", 10, is_wide=True),
    _Column("frames/s", 9),
    _Column("msgs/s", 8),
    _Column("proved", 8),
    _Column("failed", 7),
    _Column("gaps", 5),
    _Column("bad", 4),
    _Column("µs p50", 8),
    _Column("p99", 6),
    _Column("p99.9", 7),
)
_NAME = 11
_WIDE = 100


def venue_lines(
    venues: Mapping[str, VenueSummary],
    latencies: Mapping[str, Histogram],
    books: Sequence[Book],
    rates: Rates,
    *,
    width: int,
) -> list[Text]:
    """Return the table: a head, a line for each venue, and their sum.

    Args:
        venues: what came from each.
        latencies: nanoseconds from a frame's arrival to the changed book.
        books: all books.
        rates: counters called `<venue> frames` and `<venue> messages`.
        width: columns of each line.
    """
    columns = [column for column in _COLUMNS if width >= _WIDE or not column.is_wide]
    signs = max((venue.books for venue in venues.values()), default=0) + 1
    lines = [_head(columns, signs)]
    for name, venue in venues.items():
        line = Text(f"{name:<{_NAME}}", venue_style(name))
        mine = [book for book in books if book.instrument.venue == name]
        for book in mine:
            line.append(STATE_SIGNS[book.state], STATE_STYLES[book.state])
        line.append(" " * (signs - len(mine)))
        cells = _cells([venue], latencies[name], rates, [name])
        lines.append(_with_cells(line, columns, cells))
    live = sum(venue.books_live for venue in venues.values())
    text = f"{live} of {len(books)} live"
    total = Text(f"{text:<{_NAME + signs}}")
    everything = Histogram()
    for latency in latencies.values():
        everything.merge(latency)
    cells = _cells(list(venues.values()), everything, rates, list(venues))
    lines.append(_with_cells(total, columns, cells, style="bold"))
    for line in lines:
        line.truncate(width, pad=True)
    return lines


def _head(columns: list[_Column], signs: int) -> Text:
    line = Text(f"{'venue':<{_NAME}}{'books':<{signs}}", "dim")
    for column in columns:
        line.append(f"{column.head:>{column.width}}")
    return line


def _cells(
    venues: list[VenueSummary], latency: Histogram, rates: Rates, names: list[str]
) -> dict[str, str]:
    failed = sum(venue.checksums.failed + venue.bbo_checks.failed for venue in venues)
    bad = sum(sum(venue.decode_errors.values()) + venue.unknown_symbols for venue in venues)
    return {
        "frames": f"{sum(venue.frames for venue in venues):,}",
        "messages": f"{sum(venue.messages for venue in venues):,}",
        "frames/s": f"{sum(rates.per_second(f'{name} frames') for name in names):,.0f}",
        "msgs/s": f"{sum(rates.per_second(f'{name} messages') for name in names):,.0f}",
        "proved": f"{sum(venue.checksums.ok + venue.bbo_checks.ok for venue in venues):,}",
        "failed": f"{failed}",
        "gaps": f"{sum(venue.gaps for venue in venues)}",
        "bad": f"{bad}",
        "µs p50": _microseconds(latency, 500_000),
        "p99": _microseconds(latency, 990_000),
        "p99.9": _microseconds(latency, 999_000),
    }


def _with_cells(
    line: Text, columns: list[_Column], cells: Mapping[str, str], style: str = ""
) -> Text:
    for column in columns:
        text = cells[column.head]
        alarm = column.head in {"failed", "gaps", "bad"} and text != "0"
        line.append(f"{text:>{column.width}}", "bold red" if alarm else style)
    return line


def _microseconds(latency: Histogram, ppm: int) -> str:
    value_us = (latency.quantile(ppm) or 0) / 1_000
    return f"{value_us:.1f}" if value_us < 99.95 else compact(round(value_us))
