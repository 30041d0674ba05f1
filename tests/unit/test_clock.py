"""Clocks: the machine's and the one that stands still."""

import pytest

from crossbook.clock import Clock, ManualClock, SystemClock


def elapsed_ns(clock: Clock) -> int:
    """Return what passes between two looks at a clock."""
    start_ns = clock.monotonic_ns()
    return clock.monotonic_ns() - start_ns


def test_the_machines_clock_never_goes_back() -> None:
    assert elapsed_ns(SystemClock()) >= 0


def test_the_machines_clock_counts_nanoseconds_since_1970() -> None:
    year_2020_ns = 1_577_836_800 * 10**9
    year_2200_ns = 7_258_118_400 * 10**9
    assert year_2020_ns < SystemClock().now_ns() < year_2200_ns


def test_a_manual_clock_stands_still() -> None:
    assert elapsed_ns(ManualClock(start_ns=7)) == 0


def test_a_manual_clock_goes_on_by_a_duration() -> None:
    clock = ManualClock(start_ns=7)
    clock.advance(5)
    assert (clock.now_ns(), clock.monotonic_ns()) == (12, 5)


def test_a_manual_clock_goes_on_to_a_point_in_time() -> None:
    clock = ManualClock(start_ns=7)
    clock.set(100)
    assert (clock.now_ns(), clock.monotonic_ns()) == (100, 93)


def test_a_manual_clock_does_not_go_back() -> None:
    clock = ManualClock(start_ns=7)
    with pytest.raises(ValueError, match="does not go back: duration_ns=-1"):
        clock.advance(-1)
    with pytest.raises(ValueError, match="does not go back: duration_ns=-2"):
        clock.set(5)
    assert clock.now_ns() == 7
