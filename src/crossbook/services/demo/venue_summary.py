"""What came from one venue, and how its books were proved."""

from collections.abc import Iterable

import msgspec

from crossbook.books import Book
from crossbook.model.events import BookState
from crossbook.services.demo.latency import Latency
from crossbook.services.demo.run import DemoRun

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
    """How long the engine took for a frame, in microseconds, measured in Python around the call."""

    p50: float
    """Half of all frames took no longer."""
    p99: float
    """99 % took no longer."""
    p99_9: float
    """99.9 % took no longer."""

    @classmethod
    def of(cls, latency: Latency) -> "LatencyUs":
        """Return the percentiles of what was measured."""
        shares = (0.5, 0.99, 0.999)
        return cls(*(round(latency.quantile_ns(share) / 1_000, 1) for share in shares))


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
    """Time for a frame."""


def summarise_venue(run: DemoRun, venue: str) -> VenueSummary:
    """Return what came from a venue so far."""
    books = [book for book in run.engine if book.instrument.venue == venue]
    counts = [book.counts() for book in books]
    of_feed = run.feeds[venue].counts()
    errors = of_feed["decode_errors"]
    assert isinstance(errors, dict)
    return VenueSummary(
        frames=_whole(of_feed["frames"]),
        messages=_whole(of_feed["messages"]),
        books=len(books),
        books_live=_live(books),
        checksums=_proofs(counts, "checksums"),
        bbo_checks=_proofs(counts, "bbo"),
        gaps=_whole(of_feed["stream_gaps"]) + sum(each["gaps"] for each in counts),
        decode_errors={kind: number for kind, number in errors.items() if number},
        unknown_symbols=_whole(of_feed["unknown_symbols"]),
        latency_us=LatencyUs.of(run.latency[venue]),
    )


def _live(books: Iterable[Book]) -> int:
    return sum(book.state is BookState.LIVE for book in books)


def _proofs(counts: Iterable[dict[str, int]], name: str) -> Proofs:
    proofs = (Proofs(each[f"{name}_ok"], each[f"{name}_failed"]) for each in counts)
    return sum(proofs, Proofs())


def _whole(count: int | dict[str, int]) -> int:
    assert isinstance(count, int)
    return count
