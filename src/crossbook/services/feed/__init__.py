"""The feed role: connections to venues, and the books that live on them."""

from crossbook.services.feed.opportunity_log import OpportunityLog, Sighting
from crossbook.services.feed.selection import EVERYTHING
from crossbook.services.feed.service import FeedService
from crossbook.services.feed.summary import FeedSummary, summarise_feed
from crossbook.services.feed.venue_summary import (
    LatencyUs,
    Proofs,
    VenueSummary,
    summarise_venue,
)
from crossbook.services.feed.view import FeedView

__all__ = [
    "EVERYTHING",
    "FeedService",
    "FeedSummary",
    "FeedView",
    "LatencyUs",
    "OpportunityLog",
    "Proofs",
    "Sighting",
    "VenueSummary",
    "summarise_feed",
    "summarise_venue",
]
