"""A feed as people look at it: what came, what pays, how long it took."""

from collections.abc import Callable, Mapping

from crossbook._core import Histogram
from crossbook.books import Book, Engine, EventBatch
from crossbook.clock import Clock
from crossbook.model import AssetKey
from crossbook.model.events import EventKind
from crossbook.services.feed.opportunity_log import OpportunityLog
from crossbook.services.feed.service import FeedService
from crossbook.services.feed.venue_summary import VenueSummary, summarise_venue

__all__ = ["FeedView"]


class FeedView:
    """Follows a feed.

    Args:
        feed: which.
        clock: the time.
        heading: what the screen's first line begins with.
        title_of: gives an asset's name for people; `None`: they are called by their key.
        duration_ns: how long the feed is to run; `None`: until somebody ends it.

    Attributes:
        opportunities: what pays after fees, and did.
        trades: trades that the venues reported.
        events: events of the engine.
    """

    def __init__(
        self,
        feed: FeedService,
        clock: Clock,
        *,
        heading: str,
        title_of: Callable[[AssetKey], str] | None = None,
        duration_ns: int | None = None,
    ) -> None:
        self._feed = feed
        self._clock = clock
        self._begun_ns = clock.monotonic_ns()
        self._title_of = title_of or _plain
        self.heading = heading
        self.duration_ns = duration_ns
        self.opportunities = OpportunityLog(feed.engine.instrument)
        self.trades = 0
        self.events = 0
        feed.listen(self._read)

    @property
    def engine(self) -> Engine:
        """The books."""
        return self._feed.engine

    @property
    def now_ns(self) -> int:
        """The time, UTC nanoseconds."""
        return self._clock.now_ns()

    @property
    def elapsed_ns(self) -> int:
        """Nanoseconds since the feed was begun to be looked at."""
        return self._clock.monotonic_ns() - self._begun_ns

    def title(self, asset: AssetKey) -> str:
        """Return an asset's name for people."""
        return self._title_of(asset)

    def latencies(self) -> Mapping[str, Histogram]:
        """Return, for each venue, nanoseconds from a frame's arrival to the changed book."""
        return {name: venue.latency.receive_to_book for name, venue in self._feed.venues.items()}

    def venues(self) -> Mapping[str, VenueSummary]:
        """Return what came from each venue so far."""
        books: dict[str, list[Book]] = {name: [] for name in self._feed.venues}
        for book in self.engine:
            books[book.instrument.venue].append(book)
        return {
            name: summarise_venue(books[name], venue.counts(), venue.latency.receive_to_book)
            for name, venue in self._feed.venues.items()
        }

    def _read(self, batch: EventBatch) -> None:
        self.trades += batch.count(EventKind.TRADE)
        self.events += len(batch)
        self.opportunities.read(batch)


def _plain(asset: AssetKey) -> str:
    """Return `BTC-USDT` for a pair, and market and outcome for a question."""
    if asset.market_id == asset.aggregate_id:
        return asset.market_id
    return f"{asset.market_id} {asset.asset_id}"
