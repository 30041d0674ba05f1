"""What a feed did, in one object."""

from collections import Counter

import msgspec

from crossbook.live.rest import RestStats
from crossbook.model.events import BookState
from crossbook.services.feed.service import FeedService
from crossbook.services.feed.venue_summary import LatencyUs, VenueSummary
from crossbook.services.feed.view import FeedView
from crossbook.storage.recorder import Recorder, RecorderStats

__all__ = ["FeedSummary", "summarise_feed"]


class FeedSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What a feed did since it began."""

    seconds: float
    """How long it ran."""
    frames: int
    """Frames and REST answers that came in."""
    messages: int
    """Messages in them."""
    trades: int
    """Trades that the venues reported."""
    books: dict[str, int]
    """Number of books by state."""
    opportunities: int
    """How often something began to pay after fees."""
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
    unknown: dict[str, list[str]]
    """By venue: what was asked for and is not listed."""
    unreachable: dict[str, str]
    """By venue: why it did not say what it lists."""
    venue_to_arrival_us: LatencyUs
    """From the venue's own time to a frame's arrival, by its clock corrected."""
    arrival_to_book_us: LatencyUs
    """From a frame's arrival to the changed book."""
    arrival_to_event_us: LatencyUs
    """From a frame's arrival to the delivery of its events."""
    by_venue: dict[str, VenueSummary]
    """The same for each venue."""
    rest: dict[str, RestStats]
    """By venue: requests, connections that were used again, breakers, budgets."""
    recorded: RecorderStats | None
    """What was recorded; `None`: nothing was to be."""


async def summarise_feed(
    feed: FeedService, view: FeedView, recorder: Recorder | None = None
) -> FeedSummary:
    """Return what a feed did so far."""
    rest = {name: await venue.client.stats() for name, venue in feed.venues.items()}
    by_venue = dict(view.venues())
    each = list(by_venue.values())
    counts = [venue.driver.env.counts for venue in feed.venues.values()]
    states = Counter(book.state.value for book in feed.engine)
    latencies = [venue.latency for venue in feed.venues.values()]
    return FeedSummary(
        seconds=round(view.elapsed_ns / 1e9, 3),
        frames=sum(venue.frames for venue in each),
        messages=sum(venue.messages for venue in each),
        trades=view.trades,
        books={state.value: states[state.value] for state in BookState if states[state.value]},
        opportunities=view.opportunities.opened,
        reconnects=sum(count.reconnects for count in counts),
        gaps=sum(venue.gaps for venue in each),
        resyncs=sum(count.resyncs for count in counts),
        audits=sum(count.audits for count in counts),
        audit_mismatches=sum(count.audit_mismatches for count in counts),
        decode_errors=dict(sum((Counter(venue.decode_errors) for venue in each), Counter[str]())),
        events_dropped=feed.engine.events_dropped,
        unknown={
            name: [error.text for error in venue.unknown]
            for name, venue in feed.venues.items()
            if venue.unknown
        },
        unreachable={name: str(venue.error) for name, venue in feed.venues.items() if venue.error},
        venue_to_arrival_us=LatencyUs.of(*(each.venue_to_receive for each in latencies)),
        arrival_to_book_us=LatencyUs.of(*(each.receive_to_book for each in latencies)),
        arrival_to_event_us=LatencyUs.of(*(each.receive_to_event for each in latencies)),
        by_venue=by_venue,
        rest=rest,
        recorded=recorder.stats if recorder else None,
    )
