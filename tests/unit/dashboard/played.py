"""Something to show that needs no socket: a simulated session, played into an engine."""

from collections.abc import Mapping

from crossbook import Engine
from crossbook._core import Histogram
from crossbook.model import AssetKey
from crossbook.model.events import EventKind
from crossbook.services.feed import OpportunityLog, VenueSummary, summarise_venue
from crossbook.sim import START_NS, SimulatedSession, listed_instrument


class Played:
    """A session that is played step by step; every frame takes a thousand nanoseconds."""

    def __init__(self, session: SimulatedSession) -> None:
        self.session = session
        self.heading = f"crossbook demo  seed {session.seed}"
        self.duration_ns = session.config.duration_ns
        self.engine = Engine()
        self._titles: dict[AssetKey, str] = {}
        for listing in session.metadata():
            instrument = listed_instrument(listing)
            self.engine.add_instrument(instrument)
            title = f"{listing.outcome}: {listing.title}" if listing.outcome else listing.title
            self._titles.setdefault(instrument.asset, title)
        self.engine.subscribe(*EventKind)
        self.feeds = {venue: self.engine.open_feed(venue) for venue in session.venues}
        self._latency = {venue: Histogram() for venue in session.venues}
        self.opportunities = OpportunityLog(self.engine.instrument)
        self.trades = self.events = self.elapsed_ns = 0
        self._next = next(session, None)

    @property
    def now_ns(self) -> int:
        return START_NS + self.elapsed_ns

    def title(self, asset: AssetKey) -> str:
        return self._titles[asset]

    def latencies(self) -> Mapping[str, Histogram]:
        return self._latency

    def venues(self) -> Mapping[str, VenueSummary]:
        return {
            venue: summarise_venue(
                [book for book in self.engine if book.instrument.venue == venue],
                feed.counts(),
                self._latency[venue],
            )
            for venue, feed in self.feeds.items()
        }

    def advance(self, until_ns: int) -> None:
        """Play the session up to a time, in nanoseconds since its start."""
        event = self._next
        while event is not None and event.ts_recv_ns - START_NS < until_ns:
            feed = self.feeds[event.venue]
            if event.kind == "open":
                feed.on_open(event.ts_recv_ns)
            elif event.kind == "rest_snapshot":
                feed.on_snapshot(event.native, event.payload, event.ts_recv_ns)
            else:
                feed.on_frame(event.payload, event.ts_recv_ns)
                self._latency[event.venue].record(1_000)
            event = next(self.session, None)
        self._next = event
        self.elapsed_ns = max(self.elapsed_ns, until_ns)
        batch = self.engine.drain()
        self.trades += batch.count(EventKind.TRADE)
        self.events += len(batch)
        self.opportunities.read(batch)
