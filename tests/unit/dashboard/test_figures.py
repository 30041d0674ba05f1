"""Numbers in few columns."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossbook.dashboard.figures import compact, duration, money, price_text

FACTORS = {"k": 1_000, "M": 1_000_000, "G": 1_000_000_000}


@given(st.decimals(min_value=0, max_value=999_000_000_000, places=6))
def test_any_size_fits_five_columns_and_is_close_to_the_truth(value: Decimal) -> None:
    text = compact(value)
    assert len(text) <= 5
    if text == "<.001":
        assert value < Decimal("0.001")
        return
    shown = Decimal(text.rstrip("kMG")) * FACTORS.get(text[-1], 1)
    assert abs(shown - value) <= max(value * Decimal("0.006"), Decimal("0.0005"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("9.9996", "10.00"),
        ("99.996", "100.0"),
        ("999.949", "999.9"),
        ("999.95", "1000"),
        ("9999.4", "9999"),
        ("9999.5", "10.0k"),
        ("99960", "100k"),
        ("999499", "999k"),
        ("999500", "1.00M"),
        ("0.001", "0.001"),
        ("0.000999", "<.001"),
    ],
)
def test_rounding_does_not_add_a_column(text: str, shown: str) -> None:
    assert compact(Decimal(text)) == shown


def test_what_is_larger_than_all_letters_is_a_power_of_ten() -> None:
    assert compact(10**15) == "1e+15"


@pytest.mark.parametrize(
    ("duration_ns", "shown"),
    [(0, "0.0 ms"), (9_990_000, "10.0 ms"), (999_000_000, "999 ms"), (10**10, "10 s")],
)
def test_durations_are_short(duration_ns: int, shown: str) -> None:
    assert duration(duration_ns) == shown


def test_amounts_have_a_sign_and_prices_their_decimals() -> None:
    assert (money(Decimal(5)), money(Decimal("-1234.5"))) == ("+5.00", "-1,234.50")
    assert price_text(Decimal("0.5"), 3) == "0.500"
