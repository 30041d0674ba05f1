"""REST within the venues' limits: budgets, priorities, retries, circuit breakers."""

from crossbook.live.rest.budget import Budget, LocalBudget
from crossbook.live.rest.client import Fetcher, RestClient
from crossbook.live.rest.priority import Priority, Purpose
from crossbook.live.rest.stats import RestStats

__all__ = [
    "Budget",
    "Fetcher",
    "LocalBudget",
    "Priority",
    "Purpose",
    "RestClient",
    "RestStats",
]
