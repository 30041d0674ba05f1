"""What came from one venue, and how its books were proved."""

from collections.abc import Iterable, Mapping
from typing import cast

import msgspec

from crossbook._core import Histogram
from crossbook.books import Book
from crossbook.model.events import BookState

__all__ = ["LatencyUs", "Proofs", "VenueSummary", "summarise_venue"]


class Proofs(msgspec.Struct, frozen=True):
    """How often books were compared with what the venue says of them."""

    ok: int = 0
    """They agreed."""
    failed: int = 0
    """They did not."""

    def __add__(self, other: "Proofs") -> "Proofs":
        return Proofs(self.ok + other.ok, self.failed + other.failed)


class LatencyUs(msgspec.Struct, frozen=True):
    """Percentiles of durations, in microseconds; 0: nothing was measured."""

    p50: float
    """Half of them were no longer."""
    p99: float
    """99 % were no longer."""
    p99_9: float
    """99.9 % were no longer."""

    @classmethod
    def of(cls, *histograms: Histogram) -> "LatencyUs":
        """Return the percentiles of what was measured in nanoseconds, all of it together."""
        histogram = Histogram()
        for part in histograms:
            histogram.merge(part)
        quantiles = (histogram.quantile(ppm) or 0 for ppm in (500_000, 990_000, 999_000))
        return cls(*(round(quantile / 1_000, 1) for quantile in quantiles))


class VenueSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What came from one venue."""

    frames: int
    """Frames and REST answers."""
    messages: int
    """Messages in them."""
    books: int
    """Books of the venue."""
    books_live: int
    """Those that can be trusted."""
    checksums: Proofs
    """Checksums and hashes."""
    bbo_checks: Proofs
    """Best prices that the venue said beside its book."""
    gaps: int
    """Missed messages."""
    decode_errors: dict[str, int]
    """Frames that could not be decoded, by kind."""
    unknown_symbols: int
    """Messages of instruments that were not registered."""
    latency_us: LatencyUs
    """From a frame's arrival to the changed book."""


def summarise_venue(
    books: Iterable[Book],
    counts: Mapping[str, int | Mapping[str, int]],
    latency: Histogram,
) -> VenueSummary:
    """Return what came from a venue so far.

    Args:
        books: the venue's books.
        counts: what was counted of its connections together, as `Feed.counts` names it.
        latency: nanoseconds from a frame's arrival to the changed book.
    """
    kept = list(books)
    of_books = [book.counts() for book in kept]
    errors = cast("Mapping[str, int]", counts.get("decode_errors", {}))
    gaps = _whole(counts, "stream_gaps") + sum(each["gaps"] for each in of_books)
    return VenueSummary(
        frames=_whole(counts, "frames"),
        messages=_whole(counts, "messages"),
        books=len(kept),
        books_live=sum(book.state is BookState.LIVE for book in kept),
        checksums=_proofs(of_books, "checksums"),
        bbo_checks=_proofs(of_books, "bbo"),
        gaps=gaps,
        decode_errors={kind: number for kind, number in errors.items() if number},
        unknown_symbols=_whole(counts, "unknown_symbols"),
        latency_us=LatencyUs.of(latency),
    )


def _proofs(counts: Iterable[Mapping[str, int]], name: str) -> Proofs:
    proofs = (Proofs(each[f"{name}_ok"], each[f"{name}_failed"]) for each in counts)
    return sum(proofs, Proofs())


def _whole(counts: Mapping[str, int | Mapping[str, int]], name: str) -> int:
    count = counts.get(name, 0)
    assert isinstance(count, int)
    return count
