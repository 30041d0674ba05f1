"""What comes in a second, over the last two."""

from crossbook.dashboard.rates import Rates

SECOND_NS = 1_000_000_000


def test_nothing_is_known_from_one_look() -> None:
    rates = Rates()
    assert rates.per_second("frames") == 0
    rates.add(0, {"frames": 5})
    assert rates.per_second("frames") == 0


def test_the_same_moment_twice_gives_no_rate() -> None:
    rates = Rates()
    rates.add(5, {"frames": 5})
    rates.add(5, {"frames": 9})
    assert rates.per_second("frames") == 0


def test_a_rate_is_that_of_the_last_two_seconds() -> None:
    rates = Rates()
    for tenth in range(101):
        # A thousand in a second, and after nine seconds none any more.
        rates.add(tenth * SECOND_NS // 10, {"frames": min(tenth, 90) * 100})
    assert rates.per_second("frames") == 500


def test_the_counts_are_those_at_the_moment_of_the_look() -> None:
    rates, counts = Rates(), {"frames": 0}
    rates.add(0, counts)
    counts["frames"] = 10
    rates.add(SECOND_NS, counts)
    assert rates.per_second("frames") == 10


def test_what_began_later_counts_from_nothing() -> None:
    rates = Rates()
    rates.add(0, {})
    rates.add(SECOND_NS, {"kraken": 7})
    assert rates.per_second("kraken") == 7
