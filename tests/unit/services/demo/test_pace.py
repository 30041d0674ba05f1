"""A second of the market takes a second of the clock, unless the machine is too slow."""

from crossbook.clock import ManualClock
from crossbook.services.demo import TICK_NS, RealTime, Sprint

SECOND_NS = 1_000_000_000


class Market:
    """A market that costs time to play, at a pace, on a clock that stands still otherwise."""

    def __init__(self, cost_ns: int = 0) -> None:
        self.clock = ManualClock(start_ns=7)
        self.slept: list[int] = []
        self.pace = RealTime(self.clock, self._sleep)
        self.position_ns = 0
        self.cost_ns = cost_ns

    def _sleep(self, duration_ns: int) -> None:
        self.slept.append(duration_ns)
        self.clock.advance(duration_ns)

    def play(self, ticks: int) -> None:
        for _ in range(ticks):
            self.position_ns += TICK_NS
            self.clock.advance(self.cost_ns)
            self.pace.wait(self.position_ns)


def test_the_market_keeps_up_with_the_clock() -> None:
    market = Market(cost_ns=30_000_000)
    market.play(50)
    assert market.clock.monotonic_ns() == market.position_ns == 5 * SECOND_NS
    assert set(market.slept) == {TICK_NS - 30_000_000}


def test_a_slow_machine_plays_more_slowly() -> None:
    market = Market(cost_ns=2 * TICK_NS)
    market.play(100)
    assert market.slept == []
    assert market.clock.monotonic_ns() == 2 * market.position_ns


def test_a_short_pause_is_caught_up() -> None:
    market = Market()
    market.play(10)
    market.clock.advance(3 * TICK_NS)
    market.play(20)
    assert market.clock.monotonic_ns() == market.position_ns


def test_after_a_long_pause_the_market_goes_on_where_it_was() -> None:
    market = Market()
    market.play(10)
    market.clock.advance(3_600 * SECOND_NS)
    market.play(1)
    market.slept.clear()
    market.play(10)
    assert market.slept == [TICK_NS] * 10


def test_a_sprint_never_waits() -> None:
    Sprint().wait(10**18)
