from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crossbook.sim.wire.number import fixed, trimmed


@given(st.integers(min_value=-(10**18), max_value=10**18), st.integers(0, 12))
def test_the_text_is_the_number(units: int, decimals: int) -> None:
    exact = Decimal(f"{units}e-{decimals}")
    assert Decimal(fixed(units, decimals)) == exact
    assert Decimal(trimmed(units, decimals)) == exact


@given(st.integers(min_value=0, max_value=10**18), st.integers(1, 12))
def test_fixed_text_has_all_decimals_and_trimmed_text_no_zero_to_spare(
    units: int, decimals: int
) -> None:
    whole, fraction = fixed(units, decimals).split(".")
    assert len(fraction) == decimals
    assert whole == str(units // 10**decimals)
    text = trimmed(units, decimals)
    assert not text.endswith(".")
    assert "." not in text or not text.endswith("0")
