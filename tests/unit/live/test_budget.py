from hypothesis import given
from hypothesis import strategies as st

from crossbook.clock import ManualClock
from crossbook.live.budget import RateBudget
from crossbook.venues.requests import Window

_S = 1_000_000_000


def test_no_more_than_the_window_allows() -> None:
    clock = ManualClock()
    budget = RateBudget(Window(3, 1.0), 1.0, clock)
    assert [budget.try_take() for _ in range(4)] == [True, True, True, False]
    assert budget.wait_s() == 1.0
    clock.advance(_S)
    assert budget.wait_s() == 0.0
    assert budget.try_take()


def test_a_share_is_left_but_never_nothing() -> None:
    clock = ManualClock()
    half = RateBudget(Window(5, 1.0), 0.5, clock)
    assert [half.try_take() for _ in range(3)] == [True, True, False]
    least = RateBudget(Window(1, 1.0), 0.5, clock)
    assert [least.try_take() for _ in range(2)] == [True, False]


def test_without_a_window_there_is_no_limit() -> None:
    budget = RateBudget(None, 0.8, ManualClock())
    assert all(budget.try_take() for _ in range(1_000))


def test_what_cannot_wait_delays_what_can() -> None:
    clock = ManualClock()
    budget = RateBudget(Window(2, 1.0), 1.0, clock)
    for _ in range(3):
        budget.take()
    assert not budget.try_take()
    clock.advance(_S)
    assert budget.try_take()


@given(
    count=st.integers(1, 5),
    steps=st.lists(st.integers(0, 400_000_000), min_size=1, max_size=60),
)
def test_no_span_of_the_window_holds_more(count: int, steps: list[int]) -> None:
    clock = ManualClock()
    budget = RateBudget(Window(count, 1.0), 1.0, clock)
    taken = []
    for step in steps:
        clock.advance(step)
        if budget.try_take():
            taken.append(clock.now_ns())
    assert all(sum(t <= u < t + _S for u in taken) <= count for t in taken)
