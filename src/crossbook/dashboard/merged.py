"""One asset over all its venues: levels with the size of each."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from rich.text import Text

from crossbook.books import Book, ConsolidatedBook, ConsolidatedLevel
from crossbook.dashboard.figures import compact, price_text
from crossbook.dashboard.palette import STATE_SIGNS, STATE_STYLES, venue_style
from crossbook.model.scale import decimals_of

__all__ = ["ROWS_AROUND", "merged_lines"]

ROWS_AROUND: Final = 3
"""Rows beside the levels: title, head and spread."""

_PRICE: Final = 9
_TOTAL: Final = 6
_BAR_MIN: Final = 5


class _Columns:
    """Widths of one block, and how its numbers are written."""

    def __init__(self, books: Sequence[Book], width: int) -> None:
        self.books = books
        self.width = width
        ticks = [book.tick for book in books if book.tick]
        self.decimals = max((decimals_of(tick) for tick in ticks), default=2)
        self.sizes = [max(7, len(book.instrument.venue) + 1) for book in books]
        used = _PRICE + _TOTAL + sum(self.sizes)
        self.bar = width - used - 1 if width - used - 1 >= _BAR_MIN else 0


def merged_lines(
    title: str, books: Sequence[Book], merged: ConsolidatedBook, *, depth: int, width: int
) -> list[Text]:
    """Return the lines of an asset's book: asks above, bids below, the spread between them.

    Args:
        title: what is traded.
        books: the books of all its venues, live or not.
        merged: those that are live, as one.
        depth: levels a side.
        width: columns of each line.
    """
    columns = _Columns(books, width)
    asks, bids = merged.asks[:depth], merged.bids[:depth]
    largest = max((level.size for level in (*asks, *bids)), default=0)
    best_bid = bids[0].price if bids else None
    best_ask = asks[0].price if asks else None
    lines = [_title(title, columns), _head(columns)]
    lines += [Text(" " * width)] * (depth - len(asks))
    for level in reversed(asks):
        crosses = best_bid is not None and level.price <= best_bid
        lines.append(_level(level, columns, "red", largest, crosses=crosses))
    lines.append(_spread(columns, best_bid, best_ask))
    for level in bids:
        crosses = best_ask is not None and level.price >= best_ask
        lines.append(_level(level, columns, "green", largest, crosses=crosses))
    lines += [Text(" " * width)] * (depth - len(bids))
    for line in lines:
        line.truncate(width, pad=True)
    return lines


def _title(title: str, columns: _Columns) -> Text:
    states = Text(" ")
    for book in columns.books:
        states.append(STATE_SIGNS[book.state], STATE_STYLES[book.state])
    name = Text(title, "bold")
    name.truncate(columns.width - len(states) - 2, overflow="ellipsis")
    name.append(" ")
    rule = "─" * (columns.width - len(name) - len(states))
    return Text.assemble(name, (rule, "dim"), states)


def _head(columns: _Columns) -> Text:
    line = Text.assemble((f"{'price':>{_PRICE}}{'all':>{_TOTAL}}", "dim"))
    for book, width in zip(columns.books, columns.sizes, strict=True):
        line.append(f"{book.instrument.venue:>{width}}", venue_style(book.instrument.venue))
    return line


def _level(
    level: ConsolidatedLevel, columns: _Columns, style: str, largest: int, *, crosses: bool
) -> Text:
    first = columns.books[0]
    price = price_text(first.price(level.price), columns.decimals)
    line = Text(" " * max(0, _PRICE - len(price)))
    line.append(price, f"{style} reverse" if crosses else style)
    line.append(f"{compact(first.size(level.size)):>{_TOTAL}}", "bold")
    for book, width in zip(columns.books, columns.sizes, strict=True):
        size = level.sizes.get(str(book.instrument.id))
        shown = "·" if size is None else compact(book.size(size))
        line.append(f"{shown:>{width}}", "dim" if size is None else venue_style(_venue(book)))
    if columns.bar:
        line.append(" ").append_text(_bar(level, columns, largest))
    return line


def _bar(level: ConsolidatedLevel, columns: _Columns, largest: int) -> Text:
    """Return a bar as long as the level is large, in the colours of its venues."""
    bar, end, drawn = Text(), 0, 0
    for book in columns.books:
        end += level.sizes.get(str(book.instrument.id), 0)
        upto = -(-end * columns.bar // largest) if largest else 0
        bar.append("█" * (upto - drawn), venue_style(_venue(book)))
        drawn = upto
    return bar


def _spread(columns: _Columns, best_bid: int | None, best_ask: int | None) -> Text:
    if best_bid is None or best_ask is None:
        return Text("no two sides".center(columns.width), "dim")
    first = columns.books[0]
    bid, ask = first.price(best_bid), first.price(best_ask)
    mid, gap = (bid + ask) / 2, ask - bid
    bps = gap * Decimal(10_000) / mid
    word, style = ("spread", "dim") if gap > 0 else ("crossed by", "bold yellow")
    text = f"{word} {price_text(abs(gap), columns.decimals)} = {abs(bps):,.1f} bps"
    if not gap:
        text = "locked"
    middle = f"mid {price_text(mid, columns.decimals + 1)}"
    if len(text) + len(middle) + 1 <= columns.width:
        text += middle.rjust(columns.width - len(text))
    return Text(text, style)


def _venue(book: Book) -> str:
    return book.instrument.venue
