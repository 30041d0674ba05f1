"""What the screen shows."""

from collections.abc import Mapping
from typing import Protocol

from crossbook._core import Histogram
from crossbook.books import Engine
from crossbook.model import AssetKey
from crossbook.services.feed import OpportunityLog, VenueSummary

__all__ = ["Shown"]


class Shown(Protocol):
    """Books that are alive, and what came of them."""

    heading: str
    """What the first line begins with."""
    duration_ns: int | None
    """How long it runs; `None`: until somebody ends it."""
    opportunities: OpportunityLog
    """What pays after fees, and did."""
    trades: int
    """Trades that the venues reported."""
    events: int
    """Events of the engine."""

    @property
    def engine(self) -> Engine:
        """The books."""
        ...

    @property
    def now_ns(self) -> int:
        """The time that events carry, UTC nanoseconds."""
        ...

    @property
    def elapsed_ns(self) -> int:
        """How long it has run."""
        ...

    def title(self, asset: AssetKey) -> str:
        """Return an asset's name for people."""
        ...

    def latencies(self) -> Mapping[str, Histogram]:
        """Return, for each venue, nanoseconds from a frame's arrival to the changed book."""
        ...

    def venues(self) -> Mapping[str, VenueSummary]:
        """Return what came from each venue so far."""
        ...
