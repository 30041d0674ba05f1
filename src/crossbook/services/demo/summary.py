"""What a demo showed, in one object."""

import hashlib
from collections import Counter

import msgspec

from crossbook._core import format_decimal
from crossbook.books import Engine
from crossbook.services.demo.audit import live_books, wrong_books
from crossbook.services.feed import (
    FeedService,
    FeedView,
    LatencyUs,
    Proofs,
    Sighting,
    VenueSummary,
)
from crossbook.sim.host import SimulatedVenues

__all__ = ["Best", "Summary", "digest", "summarise"]


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
        )


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What a demo showed."""

    seed: int
    """Seed of the market."""
    seconds: float
    """How long the market was open."""
    venues: list[str]
    """Who took part."""
    frames: int
    """Frames and REST answers that came in."""
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
    best_opportunity: Best | None
    """The one that earned most; `None`: there was none."""
    checksums: Proofs
    """Checksums and hashes."""
    bbo_checks: Proofs
    """Best prices that the venues said beside their books."""
    faults: int
    """Things that went wrong on purpose between the venues and us."""
    reconnects: int
    """Sockets that opened in place of one that had ended."""
    gaps: int
    """Missed messages that were noticed."""
    resyncs: int
    """Books that were fetched anew."""
    audits: int
    """Live books that were compared with REST in the background."""
    audit_mismatches: int
    """Those that differed."""
    decode_errors: dict[str, int]
    """Frames that could not be decoded, by kind."""
    events_dropped: int
    """Events that were lost because nobody took them in time."""
    digest: str
    """SHA-256 over all final books: the same for the same seed and seconds."""
    memory_bytes: int
    """What all books hold in the core."""
    venue_to_arrival_us: LatencyUs
    """From the venue's own time to a frame's arrival, by its clock corrected."""
    arrival_to_book_us: LatencyUs
    """From a frame's arrival to the changed book."""
    arrival_to_event_us: LatencyUs
    """From a frame's arrival to the delivery of its events."""
    by_venue: dict[str, VenueSummary]
    """The same for each venue."""


def digest(engine: Engine) -> str:
    """Return the SHA-256 of all books: instruments in the order of their ids, levels best first."""
    found = hashlib.sha256()
    for name, book in sorted(engine.books.items()):
        scale = book.instrument.scale
        for side in book.levels():
            levels = (
                f"{format_decimal(price, scale.price_decimals)}"
                f"x{format_decimal(size, scale.size_decimals)}"
                for price, size in side
            )
            found.update(f"{name} {' '.join(levels)}\n".encode())
    return found.hexdigest()


def summarise(feed: FeedService, view: FeedView, sim: SimulatedVenues, seconds: float) -> Summary:
    """Return what a demo showed. The venues stand still, and everything they sent has arrived."""
    by_venue = dict(view.venues())
    each = list(by_venue.values())
    counts = [venue.driver.env.counts for venue in feed.venues.values()]
    latencies = [venue.latency for venue in feed.venues.values()]
    log = view.opportunities
    return Summary(
        seed=sim.world.seed,
        seconds=seconds,
        venues=list(by_venue),
        frames=sum(venue.frames for venue in each),
        messages=sum(venue.messages for venue in each),
        trades=view.trades,
        books=len(feed.engine.books),
        books_live=len(live_books(feed.engine)),
        books_wrong=len(wrong_books(feed.engine, sim.truth)),
        levels=sum(sum(book.level_counts) for book in feed.engine),
        opportunities=log.opened,
        best_opportunity=Best.of(log.best) if log.best else None,
        checksums=sum((venue.checksums for venue in each), Proofs()),
        bbo_checks=sum((venue.bbo_checks for venue in each), Proofs()),
        faults=sum(sim.log.counts.values()),
        reconnects=sum(count.reconnects for count in counts),
        gaps=sum(venue.gaps for venue in each),
        resyncs=sum(count.resyncs for count in counts),
        audits=sum(count.audits for count in counts),
        audit_mismatches=sum(count.audit_mismatches for count in counts),
        decode_errors=dict(sum((Counter(venue.decode_errors) for venue in each), Counter[str]())),
        events_dropped=feed.engine.events_dropped,
        digest=digest(feed.engine),
        memory_bytes=feed.engine.memory_bytes,
        venue_to_arrival_us=LatencyUs.of(*(each.venue_to_receive for each in latencies)),
        arrival_to_book_us=LatencyUs.of(*(each.receive_to_book for each in latencies)),
        arrival_to_event_us=LatencyUs.of(*(each.receive_to_event for each in latencies)),
        by_venue=by_venue,
    )
