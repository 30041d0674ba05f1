"""What the simulated venues list, and how they quote it."""

from crossbook.sim.catalogue.question import (
    QUESTIONS,
    Question,
    question,
    question_listings,
    question_terms,
)
from crossbook.sim.catalogue.spot import (
    LATER_ASSETS,
    SPOT_ASSETS,
    SPOT_VENUES,
    SpotAsset,
    SpotVenue,
    spot_listing,
    spot_terms,
)

__all__ = [
    "LATER_ASSETS",
    "QUESTIONS",
    "SPOT_ASSETS",
    "SPOT_VENUES",
    "Question",
    "SpotAsset",
    "SpotVenue",
    "question",
    "question_listings",
    "question_terms",
    "spot_listing",
    "spot_terms",
]
