"""Percentiles from buckets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossbook.services.demo import Latency

durations = st.lists(st.integers(min_value=0, max_value=10**12), min_size=1, max_size=50)
shares = st.sampled_from([0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0])


def filled(values: list[int]) -> Latency:
    latency = Latency()
    for value in values:
        latency.add(value)
    return latency


@given(durations, shares)
def test_a_percentile_is_at_most_a_thirty_second_above_the_exact_one(
    values: list[int], share: float
) -> None:
    ordered = sorted(values)
    exact = next(v for i, v in enumerate(ordered, start=1) if i >= share * len(ordered))
    assert exact <= filled(values).quantile_ns(share) <= exact + exact // 32


@given(durations, durations, shares)
def test_merged_parts_are_as_if_counted_in_one(
    left: list[int], right: list[int], share: float
) -> None:
    merged, whole = Latency.merged([filled(left), filled(right)]), filled(left + right)
    assert merged.quantile_ns(share) == whole.quantile_ns(share)
    assert (merged.count, merged.total_ns) == (whole.count, whole.total_ns)


def test_merging_leaves_the_parts_alone() -> None:
    part = filled([5])
    Latency.merged([part, part])
    assert part.count == 1


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_nothing_took_no_time(share: float) -> None:
    assert Latency().quantile_ns(share) == 0
