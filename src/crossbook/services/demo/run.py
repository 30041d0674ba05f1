"""The demo's driver: simulated venues in, books and opportunities out."""

from collections.abc import Mapping
from typing import Final

from crossbook.books import Engine, EventDigest, Feed
from crossbook.clock import Clock
from crossbook.model import AssetKey
from crossbook.model.events import EventKind
from crossbook.services.demo.latency import Latency
from crossbook.services.demo.opportunity_log import OpportunityLog
from crossbook.sim import START_NS, SimulatedSession, WireEvent, listed_instrument

__all__ = ["DemoRun"]

_EVENTS_WAITING_MAX: Final = 8_192
"""The engine keeps eight times as many; one frame of the simulation gives a few hundred."""


class DemoRun:
    """Plays a simulated session into an engine, as connections to the venues would.

    What comes out depends on the session alone, never on the clock.

    Args:
        session: one of which nothing was taken yet.
        clock: measures how long the engine takes for a frame, and nothing else.

    Attributes:
        engine: the books.
        feeds: the connection to each venue.
        latency: how long `on_frame` took, for each venue.
        opportunities: what paid after fees.
        digest: of all events.
        titles: the name of each asset for people.
        position_ns: how much of the market was played, in nanoseconds.
        frames: frames and snapshots that were given to the engine.
    """

    def __init__(self, session: SimulatedSession, clock: Clock) -> None:
        self.session = session
        self._clock = clock
        self.engine = Engine()
        self.titles: dict[AssetKey, str] = {}
        for listing in session.metadata():
            instrument = listed_instrument(listing)
            self.engine.add_instrument(instrument)
            title = f"{listing.outcome}: {listing.title}" if listing.outcome else listing.title
            self.titles.setdefault(instrument.asset, title)
        # All kinds: the digest is then that of a replay of the same frames.
        self.engine.subscribe(*EventKind)
        self.feeds: Mapping[str, Feed] = {
            venue: self.engine.open_feed(venue) for venue in session.venues
        }
        self.latency = {venue: Latency() for venue in session.venues}
        self.opportunities = OpportunityLog(self.engine.instrument)
        self.digest = EventDigest()
        self.trades = 0
        self.frames = 0
        self.position_ns = 0
        self._next = next(session, None)

    @property
    def now_ns(self) -> int:
        """The market's time, UTC nanoseconds."""
        return START_NS + self.position_ns

    @property
    def is_finished(self) -> bool:
        """Whether the session was played to its end."""
        duration_ns = self.session.config.duration_ns
        return duration_ns is not None and self.position_ns >= duration_ns

    def advance(self, until_ns: int) -> None:
        """Play the market up to a time.

        Args:
            until_ns: nanoseconds since its start; what comes at that time itself waits.
        """
        if (duration_ns := self.session.config.duration_ns) is not None:
            until_ns = min(until_ns, duration_ns)
        event = self._next
        while event is not None and event.ts_recv_ns - START_NS < until_ns:
            if self._deliver(event) > _EVENTS_WAITING_MAX:
                self._drain()
            event = next(self.session, None)
        self._next = event
        self.position_ns = max(self.position_ns, until_ns)
        self._drain()

    def stop(self) -> None:
        """Give the engine the one event that was taken from the session and waits.

        The simulator's true books hold it already; only then can the two be compared. A session
        that ends right after that event gives the same digest.
        """
        if self._next is not None:
            self._deliver(self._next)
            self.position_ns = self._next.ts_recv_ns - START_NS + 1
            self._next = None
            self._drain()

    def _deliver(self, event: WireEvent) -> int:
        """Give an event to the engine and return how many of its events wait."""
        feed = self.feeds[event.venue]
        if event.kind == "open":
            feed.on_open(event.ts_recv_ns)
            return 0
        self.frames += 1
        if event.kind == "rest_snapshot":
            return feed.on_snapshot(event.native, event.payload, event.ts_recv_ns)
        clock = self._clock
        begun_ns = clock.monotonic_ns()
        waiting = feed.on_frame(event.payload, event.ts_recv_ns)
        self.latency[event.venue].add(clock.monotonic_ns() - begun_ns)
        return waiting

    def _drain(self) -> None:
        batch = self.engine.drain()
        self.digest.update(batch)
        self.trades += batch.count(EventKind.TRADE)
        self.opportunities.read(batch)
