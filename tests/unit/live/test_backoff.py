from random import Random

from crossbook.live.backoff import Backoff


class Longest(Random):
    def uniform(self, a: float, b: float) -> float:
        return b


def test_the_longest_wait_doubles_from_one_second_to_thirty() -> None:
    backoff = Backoff(1.0, 30.0, Longest())
    assert [backoff.failed() for _ in range(8)] == [1, 2, 4, 8, 16, 30, 30, 30]
    backoff.succeeded()
    assert backoff.failed() == 1


def test_waits_are_spread_over_the_whole_span() -> None:
    backoff = Backoff(1.0, 30.0, Random(7))
    for _ in range(10):
        backoff.failed()
    waits = sorted(backoff.failed() for _ in range(1_000))
    assert waits[0] < 0.5
    assert waits[-1] > 29.5
    assert 14 < sum(waits) / len(waits) < 16


def test_a_thousand_failures_are_no_overflow() -> None:
    backoff = Backoff(1.0, 30.0, Random(7))
    assert all(backoff.failed() <= 30 for _ in range(2_000))
