"""Rates become parts per million, against us."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossbook.model import FeeCurve, FeeSchedule, FeeSource
from crossbook.model.fees import ppm


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        ("0.0026", 2600),
        ("0.001", 1000),
        ("0", 0),
        ("0.07", 70_000),
        ("0.00000001", 1),
        ("0.0000015", 2),
        ("-0.0002", -200),
        ("-0.0000015", -1),
    ],
)
def test_a_rate_is_rounded_against_us(rate: str, expected: int) -> None:
    assert ppm(Decimal(rate)) == expected


@given(st.decimals(-1, 1, places=12))
def test_parts_per_million_are_never_below_the_rate_and_never_one_above(rate: Decimal) -> None:
    assert 0 <= ppm(rate) - rate * 1_000_000 < 1


def test_a_schedule_is_proportional_and_a_default_unless_said() -> None:
    schedule = FeeSchedule(taker_ppm=1000, maker_ppm=500)
    assert schedule.curve is FeeCurve.PROPORTIONAL
    assert schedule.source is FeeSource.DEFAULT
    assert (schedule.exponent, schedule.rounding_decimals) == (1, None)
