"""Print what pays after fees between simulated venues: no account, no network.

    python examples/crossed_prices.py 5

The argument is how many seconds of the market are played. On real venues nothing changes but
where the frames come from.
"""

import sys
from collections.abc import Iterator
from decimal import Decimal

from crossbook import Engine, EventKind
from crossbook.model.events import OpportunityChanged, OpportunityPhase
from crossbook.sim import SessionConfig, SimulatedSession, listed_instrument


def crossed_prices(seed: int, seconds: float) -> Iterator[str]:
    """Yield a line for each opportunity when it opens."""
    session = SimulatedSession(seed, config=SessionConfig(duration_ns=round(seconds * 1e9)))
    engine = Engine()
    for listing in session.metadata():
        engine.add_instrument(listed_instrument(listing))
    engine.subscribe(EventKind.OPPORTUNITY)
    feeds = {name: engine.open_feed(name) for name in session.venues}
    for event in session:
        feed = feeds[event.venue]
        if event.kind == "open":
            feed.on_open(event.ts_recv_ns)
        elif event.kind == "rest_snapshot":
            feed.on_snapshot(event.native, event.payload, event.ts_recv_ns)
        elif feed.on_frame(event.payload, event.ts_recv_ns):
            for change in engine.drain():
                assert isinstance(change, OpportunityChanged)
                if change.phase is OpportunityPhase.OPENED:
                    yield line_of(engine, change)


def line_of(engine: Engine, change: OpportunityChanged) -> str:
    """Return an opportunity for people."""
    assert change.instrument is not None, "an opportunity names what is bought"
    buy, sell = engine.instrument(change.instrument), engine.instrument(change.sold)
    size = Decimal(change.size).scaleb(-buy.size_decimals)
    profit = Decimal(change.profit).scaleb(-buy.price_decimals - buy.size_decimals)
    limits = [
        Decimal(limit).scaleb(-buy.price_decimals).normalize()
        for limit in (change.buy_limit, change.sell_limit)
    ]
    return (
        f"buy {size.normalize():f} {buy.id} up to {limits[0]:f}, "
        f"sell {sell.id} down to {limits[1]:f}: {profit:+.2f} {buy.quote}"
    )


if __name__ == "__main__":
    for line in crossed_prices(seed=1, seconds=float(sys.argv[1])):
        print(line)
