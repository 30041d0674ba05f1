"""What a demo showed, in one object."""

from collections import Counter

import msgspec

from crossbook.services.demo.audit import live_books, wrong_books
from crossbook.services.demo.latency import Latency
from crossbook.services.demo.opportunity_log import Sighting
from crossbook.services.demo.run import DemoRun
from crossbook.services.demo.venue_summary import LatencyUs, Proofs, VenueSummary, summarise_venue
from crossbook.sim import START_NS

__all__ = ["Best", "Summary", "summarise"]


class Best(msgspec.Struct, frozen=True, kw_only=True):
    """The opportunity that earned most, at the moment when it did. Numbers are decimal text."""

    buy: str
    """Instrument to buy."""
    sell: str
    """Instrument to sell."""
    size: str
    """The size that earns most."""
    buy_limit: str
    """Highest price to buy at."""
    sell_limit: str
    """Lowest price to sell at."""
    profit: str
    """After both fees."""
    quote: str
    """Currency of the profit."""
    at_seconds: float
    """When, in seconds since the market's start."""

    @classmethod
    def of(cls, sighting: Sighting) -> "Best":
        """Return a sighting as text."""
        return cls(
            buy=str(sighting.buy.id),
            sell=str(sighting.sell.id),
            size=f"{sighting.size.normalize():f}",
            buy_limit=f"{sighting.buy_limit.normalize():f}",
            sell_limit=f"{sighting.sell_limit.normalize():f}",
            profit=f"{sighting.profit.normalize():f}",
            quote=sighting.buy.quote,
            at_seconds=(sighting.seen_ns - START_NS) / 1e9,
        )


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What a demo showed.

    Only the last four fields, and the times in `by_venue`, depend on the machine.
    """

    seed: int
    """Seed of the market."""
    simulated_seconds: float
    """How much of the market was played."""
    venues: list[str]
    """Who took part."""
    frames: int
    """Frames and REST answers that the engine got."""
    messages: int
    """Messages in them."""
    trades: int
    """Trades that the venues reported."""
    books: int
    """Books that were kept."""
    books_live: int
    """Those that can be trusted at the end."""
    books_wrong: int
    """Those of them that are not, level by level, what the simulator says."""
    levels: int
    """Price levels in all books."""
    opportunities: int
    """How many opened: what paid after fees, and did not just before."""
    opportunities_open: int
    """Those that pay at the end."""
    best_opportunity: Best | None
    """The one that earned most; `None`: there was none."""
    checksums: Proofs
    """Checksums and hashes."""
    bbo_checks: Proofs
    """Best prices that the venues said beside their books."""
    gaps: int
    """Missed messages."""
    decode_errors: dict[str, int]
    """Frames that could not be decoded, by kind."""
    unknown_symbols: int
    """Messages of instruments that were not registered."""
    events: int
    """Events of the engine."""
    events_dropped: int
    """Events that were lost because nobody took them in time."""
    digest: str
    """SHA-256 over all events."""
    memory_bytes: int
    """What all books hold in the core."""
    by_venue: dict[str, VenueSummary]
    """The same for each venue."""
    wall_seconds: float
    """How long it took."""
    frames_per_second: float
    """Frames in a second of that time, the making of them included."""
    ns_per_message: int
    """Time in the engine for a message, measured in Python around the call."""
    latency_us: LatencyUs
    """Time for a frame."""

    @property
    def faults(self) -> int:
        """How many messages were missed, not understood, or said that a book is not right."""
        failed = self.checksums.failed + self.bbo_checks.failed
        return failed + self.gaps + sum(self.decode_errors.values()) + self.unknown_symbols


def summarise(run: DemoRun, wall_ns: int) -> Summary:
    """Return what a run showed so far.

    Args:
        run: the run; after `stop`, if its books are to be compared before its end.
        wall_ns: how long it took.
    """
    by_venue = {venue: summarise_venue(run, venue) for venue in run.feeds}
    each = list(by_venue.values())
    log = run.opportunities
    latency = Latency.merged(run.latency.values())
    messages = sum(venue.messages for venue in each)
    return Summary(
        seed=run.session.seed,
        simulated_seconds=run.position_ns / 1e9,
        venues=list(by_venue),
        frames=run.frames,
        messages=messages,
        trades=run.trades,
        books=len(run.engine.books),
        books_live=len(live_books(run.engine)),
        books_wrong=len(wrong_books(run.engine, run.session)),
        levels=sum(sum(book.level_counts) for book in run.engine),
        opportunities=log.opened,
        opportunities_open=len(log.open),
        best_opportunity=Best.of(log.best) if log.best else None,
        checksums=sum((venue.checksums for venue in each), Proofs()),
        bbo_checks=sum((venue.bbo_checks for venue in each), Proofs()),
        gaps=sum(venue.gaps for venue in each),
        decode_errors=dict(sum((Counter(venue.decode_errors) for venue in each), Counter[str]())),
        unknown_symbols=sum(venue.unknown_symbols for venue in each),
        events=run.digest.events,
        events_dropped=run.engine.events_dropped,
        digest=run.digest.hex(),
        memory_bytes=run.engine.memory_bytes,
        by_venue=by_venue,
        wall_seconds=round(wall_ns / 1e9, 3),
        frames_per_second=round(run.frames / (wall_ns / 1e9), 1) if wall_ns else 0.0,
        ns_per_message=latency.total_ns // messages if messages else 0,
        latency_us=LatencyUs.of(latency),
    )
