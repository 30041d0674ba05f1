"""A ledger never lets more through than a window holds, and wastes nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyrate_limiter import InMemoryBucket, Rate, RateItem

from crossbook.live.rest.ledger import SHARES, Ledger, limit
from crossbook.live.rest.priority import Priority
from crossbook.venues.requests import Window

MS = 1_000_000
WINDOWS = st.lists(
    st.builds(Window, st.integers(4, 30), st.integers(1, 40).map(lambda ms: ms / 1000)),
    min_size=1,
    max_size=3,
    unique_by=lambda window: window.span_s,
).map(lambda windows: sorted(windows, key=lambda window: window.span_s))
ARRIVALS = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 4)), max_size=80)


def consistent(windows: list[Window]) -> list[Window]:
    """Return limits that the oracle accepts: a longer span has more units, at a lower rate."""
    kept: list[Window] = []
    for window in windows:
        last = kept[-1] if kept else None
        if last is None or (
            window.count > last.count and window.count / window.span_s < last.count / last.span_s
        ):
            kept.append(window)
    return kept


@given(WINDOWS.map(consistent), ARRIVALS)
def test_it_decides_as_pyrate_limiter_does(
    windows: list[Window], arrivals: list[tuple[int, int]]
) -> None:
    ledger = Ledger(windows)
    oracle = InMemoryBucket([Rate(w.count, round(w.span_s * 1000)) for w in windows])
    now_ms = 1_000
    for gap_ms, weight in arrivals:
        now_ms += gap_ms
        wait_ns = ledger.wait_ns(weight, Priority.CANCEL, now_ms * MS)
        assert (wait_ns == 0) == bool(oracle.put(RateItem("x", now_ms, weight)))
        if not wait_ns:
            ledger.take(weight)
            ledger.end(weight, now_ms * MS)


REQUESTS = st.lists(
    st.tuples(
        st.integers(0, 12),  # ms until it is wanted
        st.integers(1, 4),  # its weight
        st.integers(0, 30),  # ms until it is answered
        st.floats(0, 1),  # when in between the venue counts it
    ),
    max_size=60,
)


@given(WINDOWS, REQUESTS)
def test_no_window_of_the_venue_sees_more_than_its_count(
    windows: list[Window], requests: list[tuple[int, int, int, float]]
) -> None:
    ledger = Ledger(windows)
    ends: list[tuple[int, int]] = []
    counted: list[tuple[int, int]] = []
    now_ns = 0
    for gap_ms, weight, answered_ms, moment in requests:
        now_ns += gap_ms * MS
        for end_ns, ended in sorted(e for e in ends if e[0] <= now_ns):
            ledger.end(ended, end_ns)
        ends = [e for e in ends if e[0] > now_ns]
        if ledger.wait_ns(weight, Priority.CANCEL, now_ns) == 0:
            ledger.take(weight)
            ends.append((now_ns + answered_ms * MS, weight))
            counted.append((now_ns + round(answered_ms * MS * moment), weight))
    for window in windows:
        for begin_ns, _ in counted:
            end_ns = begin_ns + round(window.span_s * 1e9)
            assert sum(w for at, w in counted if begin_ns <= at <= end_ns) <= window.count


@given(WINDOWS, ARRIVALS, st.sampled_from(Priority))
def test_after_the_wait_it_may_go_and_a_moment_before_it_may_not(
    windows: list[Window], arrivals: list[tuple[int, int]], priority: Priority
) -> None:
    ledger = Ledger(windows)
    now_ns = 0
    for gap_ms, weight in arrivals:
        now_ns += gap_ms * MS
        while wait_ns := ledger.wait_ns(weight, priority, now_ns):
            assert ledger.wait_ns(weight, priority, now_ns + wait_ns - 1) > 0
            now_ns += wait_ns
        ledger.take(weight)
        ledger.end(weight, now_ns)


def test_what_is_above_a_share_is_kept_for_the_more_urgent() -> None:
    ledger = Ledger([Window(100, 1.0)])
    passed = {}
    for priority in reversed(Priority):
        passed[priority.name] = 0
        while ledger.wait_ns(1, priority, 0) == 0:
            ledger.take(1)
            passed[priority.name] += 1
    assert passed == {"AUDIT": 40, "DATA": 40, "ORDER": 10, "UNWIND": 5, "CANCEL": 5}


def test_shares_grow_with_urgency() -> None:
    assert list(SHARES) == list(Priority)
    assert sorted(SHARES.values(), reverse=True) == list(SHARES.values())


def test_one_that_is_larger_than_its_share_may_go_alone() -> None:
    assert limit(Window(10, 1.0), Priority.DATA, 9) == 9
    ledger = Ledger([Window(10, 1.0)])
    assert ledger.wait_ns(9, Priority.DATA, 0) == 0
    ledger.take(1)
    assert ledger.wait_ns(9, Priority.DATA, 0) > 0


def test_one_that_is_larger_than_a_window_is_refused() -> None:
    with pytest.raises(ValueError, match="weight 11 is more than 10"):
        Ledger([Window(10, 1.0)]).wait_ns(11, Priority.CANCEL, 0)


def test_what_others_used_counts() -> None:
    ledger = Ledger([Window(100, 60.0), Window(1_000, 300.0)])
    ledger.take(10)
    ledger.observe(70, 60.0, now_ns=0)
    assert ledger.used(0) == (70, 10)
    ledger.observe(40, 60.0, now_ns=0)
    assert ledger.used(0) == (70, 10)
    ledger.end(10, now_ns=5)
    assert ledger.used(5 + 61 * 10**9) == (0, 10)
