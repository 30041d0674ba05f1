"""The whole screen, laid out for the terminal's size."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.text import Text

from crossbook.books import Book
from crossbook.clock import Clock
from crossbook.dashboard.figures import compact
from crossbook.dashboard.merged import ROWS_AROUND, merged_lines
from crossbook.dashboard.palette import ASCII
from crossbook.dashboard.rates import Rates
from crossbook.dashboard.shown import Shown
from crossbook.dashboard.sightings import sighting_lines
from crossbook.dashboard.venues import venue_lines
from crossbook.model import AssetKey, Outcome
from crossbook.services.feed import VenueSummary

__all__ = ["Screen"]

_BLOCK_MIN: Final = 39
"""Columns of a merged book: price, total and three venues."""
_DEPTH: Final = (3, 10)
_TURN_NS: Final = 6_000_000_000
"""Where not all assets fit, the next ones are shown after this time."""


class Screen:
    """Shows a run. Print it with rich as often as it is to be drawn anew.

    Args:
        run: what is shown.
        clock: what rates are measured by.
    """

    def __init__(self, run: Shown, clock: Clock) -> None:
        self._run = run
        self._clock = clock
        self._rates = Rates()
        self._venues: dict[str, VenueSummary] = {}
        self._books: dict[AssetKey, list[Book]] = {}
        self.update()

    def update(self) -> None:
        """Look at the counters: call it before the screen is drawn, and regularly."""
        run = self._run
        self._books = {}
        for book in run.engine:
            self._books.setdefault(book.instrument.asset, []).append(book)
        self._venues = dict(run.venues())
        counts: dict[str, int] = {}
        for name, venue in self._venues.items():
            counts |= {f"{name} frames": venue.frames, f"{name} messages": venue.messages}
        self._rates.add(self._clock.monotonic_ns(), counts)

    def lines(self, width: int, height: int) -> list[Text]:
        """Return exactly `height` lines of `width` columns."""
        run = self._run
        venues = venue_lines(
            self._venues, run.latencies(), list(run.engine), self._rates, width=width
        )
        rest = height - 2 - len(venues)
        blocks, rows = self._merged(width, rest)
        sightings = sighting_lines(
            run.opportunities, run.now_ns, rows=max(2, rest - rows), width=width
        )
        lines = [self._header(width), *blocks, *sightings, *venues, self._footer(width)]
        lines = [*lines[:height], *[Text()] * (height - len(lines))]
        for line in lines:
            line.truncate(width, pad=True)
        return lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        height = options.height or console.size.height
        lines = self.lines(options.max_width, height)
        for number, line in enumerate(lines):
            if options.ascii_only:
                line.plain = line.plain.translate(ASCII)
            # A style of the whole line is left out where none of its parts has one.
            line.stylize_before(line.style)
            yield from line.render(console)
            if number < height - 1:
                yield Segment.line()

    def _header(self, width: int) -> Text:
        run = self._run
        end = "" if run.duration_ns is None else f" of {_minutes(run.duration_ns)}"
        left = Text.assemble((run.heading, "bold"), f"  {_minutes(run.elapsed_ns)}{end}")
        right = Text("Ctrl-C ends", "dim")
        return left.append(" " * (width - len(left) - len(right))).append_text(right)

    def _footer(self, width: int) -> Text:
        run = self._run
        levels = sum(sum(book.level_counts) for book in run.engine)
        memory = run.engine.memory_bytes
        parts = [
            f"{levels:,} levels in {compact(Decimal(memory) / 1000)} kB",
            f"{run.trades:,} trades",
            f"{run.events:,} events",
            "µs: from a frame's arrival to the book",
        ]
        while len(parts) > 1 and len(" · ".join(parts)) > width:
            parts.pop()
        return Text(" · ".join(parts), "dim")

    def _merged(self, width: int, rest: int) -> tuple[list[Text], int]:
        """Return the merged books in as many rows of blocks as leave room for opportunities."""
        # Before the venues have said what they list there is no book at all.
        count = max(1, sum(not _is_mirror(books[0]) for books in self._books.values()))
        across = max(1, min(count, width // _BLOCK_MIN))
        stacked = 2 if across < count and rest >= 2 * (ROWS_AROUND + 2 * _DEPTH[0]) + 5 else 1
        # Six in two rows are three and three, even where four fit.
        across = min(across, -(-count // stacked))
        sightings = 4 if rest < 20 else 6
        depth = ((rest - sightings) // stacked - ROWS_AROUND) // 2
        depth = min(max(depth, 1), _DEPTH[1])
        lines = []
        assets = self._shown(across * stacked)
        for start in range(0, len(assets), across):
            lines += self._row(assets[start : start + across], width, across, depth)
        return lines, len(lines)

    def _shown(self, count: int) -> Sequence[AssetKey]:
        """Return the assets whose turn it is: NO mirrors YES, so it is left out."""
        assets = [key for key, books in self._books.items() if not _is_mirror(books[0])]
        if not assets:
            return []
        # A pair and a question beside each other say more than two pairs.
        if count < len(assets):
            assets = _alternating(assets, self._books)
        turn = self._run.elapsed_ns // _TURN_NS if count < len(assets) else 0
        start = turn * count % len(assets)
        return (assets + assets)[start : start + min(count, len(assets))]

    def _row(self, assets: Sequence[AssetKey], width: int, across: int, depth: int) -> list[Text]:
        run = self._run
        block_width = (width - across + 1) // across
        blocks = [
            merged_lines(
                run.title(asset),
                self._books[asset],
                run.engine.consolidated(asset, depth),
                depth=depth,
                width=block_width,
            )
            for asset in assets
        ]
        return [_side_by_side(parts) for parts in zip(*blocks, strict=True)]


def _side_by_side(parts: Sequence[Text]) -> Text:
    line = Text().append_text(parts[0])
    for part in parts[1:]:
        line.append("│", "dim").append_text(part)
    return line


def _minutes(duration_ns: int) -> str:
    seconds = duration_ns // 1_000_000_000
    return f"{seconds // 60}:{seconds % 60:02d}"


def _is_mirror(book: Book) -> bool:
    return book.instrument.outcome is Outcome.NO


def _alternating(assets: Sequence[AssetKey], books: dict[AssetKey, list[Book]]) -> list[AssetKey]:
    pairs = [asset for asset in assets if books[asset][0].instrument.outcome is None]
    questions = [asset for asset in assets if asset not in pairs]
    shared = min(len(pairs), len(questions))
    mixed = [asset for both in zip(pairs, questions, strict=False) for asset in both]
    return mixed + pairs[shared:] + questions[shared:]
