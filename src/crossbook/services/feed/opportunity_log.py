"""What paid after fees, and for how long."""

from collections import deque
from collections.abc import Callable
from decimal import Decimal
from typing import Final

import msgspec

from crossbook.books import EventBatch
from crossbook.model import Instrument
from crossbook.model.events import EventKind, OpportunityChanged, OpportunityPhase

__all__ = ["OpportunityLog", "Sighting"]

_CLOSED_MAX: Final = 32


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """An opportunity as it was last reported."""

    buy: Instrument
    """What is bought."""
    sell: Instrument
    """What is sold."""
    size: Decimal
    """The size that earns most."""
    buy_limit: Decimal
    """Highest price to buy at."""
    sell_limit: Decimal
    """Lowest price to sell at."""
    profit: Decimal
    """What it earns after both fees, in quote currency."""
    opened_ns: int
    """When it opened, UTC nanoseconds."""
    seen_ns: int
    """When it was last reported: the time at which it closed if it has, UTC nanoseconds."""

    @property
    def edge_bps(self) -> Decimal:
        """Profit in hundredths of a percent of the most that the purchase may cost."""
        return self.profit * 10_000 / (self.buy_limit * self.size)


class OpportunityLog:
    """Follows opportunities by the events of an engine.

    Args:
        instrument: gives the instrument that events call by a number.
    """

    def __init__(self, instrument: Callable[[int], Instrument]) -> None:
        self._instrument = instrument
        self._open: dict[tuple[int, int], Sighting] = {}
        self.closed: deque[Sighting] = deque(maxlen=_CLOSED_MAX)
        """Those that closed last, the newest first."""
        self.opened = 0
        """How many opened so far."""
        self.best: Sighting | None = None
        """The one that earned most, at that moment."""

    @property
    def open(self) -> list[Sighting]:
        """Those that pay now, the best first."""
        return sorted(self._open.values(), key=lambda each: each.profit, reverse=True)

    def read(self, batch: EventBatch) -> None:
        """Take the next events."""
        for event in batch.of(EventKind.OPPORTUNITY):
            assert isinstance(event, OpportunityChanged)
            assert event.instrument is not None
            self._follow((event.instrument, event.sold), event)

    def _follow(self, pair: tuple[int, int], event: OpportunityChanged) -> None:
        if event.phase is OpportunityPhase.CLOSED:
            sighting = self._open.pop(pair)
            closed = msgspec.structs.replace(sighting, seen_ns=event.ts_recv_ns)
            self.closed.appendleft(closed)
            return
        if event.phase is OpportunityPhase.OPENED:
            self.opened += 1
        sighting = self._sighting(pair, event)
        self._open[pair] = sighting
        # USDT and USD count alike here: the best is a matter of display.
        if self.best is None or sighting.profit > self.best.profit:
            self.best = sighting

    def _sighting(self, pair: tuple[int, int], event: OpportunityChanged) -> Sighting:
        buy, sell = (self._instrument(number) for number in pair)
        before = self._open.get(pair)
        return Sighting(
            buy=buy,
            sell=sell,
            size=Decimal(event.size).scaleb(-buy.size_decimals),
            buy_limit=Decimal(event.buy_limit).scaleb(-buy.price_decimals),
            sell_limit=Decimal(event.sell_limit).scaleb(-buy.price_decimals),
            profit=Decimal(event.profit).scaleb(-buy.price_decimals - buy.size_decimals),
            opened_ns=before.opened_ns if before else event.ts_recv_ns,
            seen_ns=event.ts_recv_ns,
        )
