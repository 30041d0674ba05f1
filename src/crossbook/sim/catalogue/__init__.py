"""What the simulated venues list, and how they quote it."""

from crossbook.sim.catalogue.question import (
    QUESTIONS,
    Question,
    question_listings,
    question_terms,
)
from crossbook.sim.catalogue.spot import (
    SPOT_ASSETS,
    SPOT_VENUES,
    SpotAsset,
    spot_listing,
    spot_terms,
)

__all__ = [
    "QUESTIONS",
    "SPOT_ASSETS",
    "SPOT_VENUES",
    "Question",
    "SpotAsset",
    "question_listings",
    "question_terms",
    "spot_listing",
    "spot_terms",
]
