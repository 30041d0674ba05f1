"""A limit holds over any span."""

from hypothesis import given
from hypothesis import strategies as st

from crossbook.venues.pace import Pace
from crossbook.venues.requests import Window
from tests.unit.venues.talking import T0, S


@given(
    st.integers(1, 8),
    st.lists(st.integers(0, 700_000_000), max_size=60),
)
def test_no_span_holds_more_than_is_allowed(count: int, waits: list[int]) -> None:
    pace, now_ns, taken = Pace(Window(count, 1.0)), T0, []
    for wait_ns in waits:
        now_ns += wait_ns
        free = pace.free(now_ns)
        assert pace.take(now_ns) == (free > 0)
        taken += [now_ns] if free else []
    for first in taken:
        assert sum(first <= each < first + S for each in taken) <= count


def test_no_limit_is_none() -> None:
    pace = Pace(None)
    assert all(pace.take(0) for _ in range(1000))
