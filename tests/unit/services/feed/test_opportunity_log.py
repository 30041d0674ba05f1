"""What paid after fees, followed by its events."""

import struct
from decimal import Decimal

from crossbook.books import EventBatch
from crossbook.model import Instrument
from crossbook.model.events import EventKind, OpportunityPhase
from crossbook.services.feed import OpportunityLog
from crossbook.sim import SessionConfig, SimulatedSession, listed_instrument
from tests.unit.dashboard.played import Played

SECOND_NS = 1_000_000_000
PHASES = list(OpportunityPhase)
BINANCE, COINBASE, KRAKEN = [
    listed_instrument(listing)
    for listing in SimulatedSession(1).metadata()
    if listing.symbol == "BTC-USDT"
]
MARKETS: list[Instrument] = [BINANCE, COINBASE, KRAKEN]


def changed(
    phase: OpportunityPhase, ts_ns: int, profit: int, *, buy: int = 0, sell: int = 2
) -> EventBatch:
    """Return the event of one unit bought at 100 and sold at 200, at the storage scale."""
    unit = 10**8
    values = (sell, unit, 100 * unit, 200 * unit, profit * unit * unit, 0)
    low = profit * unit * unit
    values = (sell, unit, 100 * unit, 200 * unit, low & (2**63 - 1), low >> 64)
    kind = list(EventKind).index(EventKind.OPPORTUNITY)
    return EventBatch(
        struct.pack("<BBBxI9q", kind, 255, PHASES.index(phase), buy, ts_ns, 0, -1, *values)
    )


def log(*batches: EventBatch) -> OpportunityLog:
    seen = OpportunityLog(lambda number: MARKETS[number])
    for batch in batches:
        seen.read(batch)
    return seen


def test_an_opportunity_is_open_until_it_closes() -> None:
    seen = log(changed(OpportunityPhase.OPENED, 10, 3))
    (sighting,) = seen.open
    assert (sighting.buy, sighting.sell) == (BINANCE, KRAKEN)
    assert (sighting.size, sighting.profit) == (Decimal(1), Decimal(3))
    assert (sighting.buy_limit, sighting.sell_limit) == (Decimal(100), Decimal(200))
    assert sighting.edge_bps == 300
    seen.read(changed(OpportunityPhase.CLOSED, 30, 3))
    assert seen.open == []
    (closed,) = seen.closed
    assert (closed.opened_ns, closed.seen_ns) == (10, 30)


def test_an_update_keeps_the_time_at_which_it_opened() -> None:
    seen = log(changed(OpportunityPhase.OPENED, 10, 3), changed(OpportunityPhase.UPDATED, 20, 2))
    (sighting,) = seen.open
    assert (sighting.opened_ns, sighting.seen_ns, sighting.profit) == (10, 20, Decimal(2))
    assert seen.opened == 1


def test_the_best_is_remembered_as_it_was_at_its_best() -> None:
    seen = log(
        changed(OpportunityPhase.OPENED, 10, 3),
        changed(OpportunityPhase.UPDATED, 20, 5),
        changed(OpportunityPhase.UPDATED, 30, 1),
        changed(OpportunityPhase.CLOSED, 40, 1),
    )
    assert seen.best is not None
    assert (seen.best.profit, seen.best.seen_ns) == (Decimal(5), 20)


def test_the_best_of_those_that_are_open_comes_first() -> None:
    seen = log(
        changed(OpportunityPhase.OPENED, 10, 3),
        changed(OpportunityPhase.OPENED, 10, 7, buy=1),
        changed(OpportunityPhase.OPENED, 11, 5, sell=1),
    )
    assert [sighting.profit for sighting in seen.open] == [7, 5, 3]
    assert seen.opened == 3


def test_only_the_newest_of_those_that_closed_are_kept() -> None:
    seen = log()
    for ts_ns in range(100):
        seen.read(changed(OpportunityPhase.OPENED, ts_ns, 1))
        seen.read(changed(OpportunityPhase.CLOSED, ts_ns, 1))
    assert [sighting.seen_ns for sighting in seen.closed] == list(range(99, 67, -1))
    assert seen.opened == 100


def test_what_is_open_is_what_the_engine_says() -> None:
    run = Played(SimulatedSession(3, config=SessionConfig(duration_ns=10 * SECOND_NS)))
    met = 0
    for tick in range(1, 101):
        run.advance(tick * SECOND_NS // 10)
        theirs = {(str(o.buy.id), str(o.sell.id)): o.profit for o in run.engine.opportunities()}
        ours = {
            (str(s.buy.id), str(s.sell.id)): int(
                s.profit.scaleb(s.buy.price_decimals + s.buy.size_decimals)
            )
            for s in run.opportunities.open
        }
        assert ours == theirs
        met += len(ours)
    assert met > 10
