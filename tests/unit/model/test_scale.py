"""The storage scale is finer than tick and lot, and holds the largest value."""

from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crossbook.errors import NumberRangeError
from crossbook.model import Scale, storage_scale
from crossbook.model.scale import common_decimals, decimals_of, fits, plausible_size

I64_MAX = 2**63 - 1
STEPS = st.integers(0, 12).map(lambda decimals: Decimal(1).scaleb(-decimals))
LARGE = st.none() | st.decimals(1, Decimal("1e17"), places=0)


@given(tick=STEPS, lot=STEPS, price_max=LARGE, size_max=LARGE, quote=st.sampled_from(["", "BTC"]))
def test_steps_and_largest_values_are_stored_exactly(
    tick: Decimal, lot: Decimal, price_max: Decimal | None, size_max: Decimal | None, quote: str
) -> None:
    assume(price_max is None or fits(price_max, decimals_of(tick)))
    assume(size_max is None or fits(size_max, decimals_of(lot)))
    scale = storage_scale(tick, lot, quote=quote, price_max=price_max, size_max=size_max)
    assert decimals_of(tick) <= scale.price_decimals
    assert decimals_of(lot) <= scale.size_decimals
    assert (price_max or 0) * 10**scale.price_decimals <= I64_MAX
    assert (size_max or 0) * 10**scale.size_decimals <= I64_MAX


@given(tick=STEPS, lot=STEPS)
def test_without_stated_maxima_a_price_is_always_finer_than_its_tick(
    tick: Decimal, lot: Decimal
) -> None:
    assert storage_scale(tick, lot).price_decimals > decimals_of(tick)


@given(tick=STEPS, lot=st.integers(0, 3).map(lambda n: Decimal(1).scaleb(-n)))
def test_what_a_floor_of_money_buys_at_one_tick_fits_unless_the_lot_forbids(
    tick: Decimal, lot: Decimal
) -> None:
    scale = storage_scale(tick, lot)
    assert scale.size_decimals == decimals_of(lot) or fits(
        plausible_size(tick, ""), scale.size_decimals
    )


@pytest.mark.parametrize(
    ("tick", "lot", "quote", "expected"),
    [
        ("0.01", "0.00001", "USDT", Scale(8, 10)),
        ("0.1", "1e-8", "USD", Scale(8, 10)),
        ("0.000001", "0.01", "USDT", Scale(8, 8)),
        ("1e-7", "0.001", "BTC", Scale(8, 10)),
        ("1e-8", "0.001", "ETH", Scale(9, 9)),
        ("1e-8", "1e-8", "USD", Scale(9, 8)),
        ("1e-10", "1", "USDT", Scale(11, 4)),
        ("1e-10", "1", "BTC", Scale(11, 5)),
        ("1e-12", "1", "USDT", Scale(13, 2)),
        ("1", "1e-5", "BIDR", Scale(8, 10)),
    ],
)
def test_the_scale_of_usual_instruments(tick: str, lot: str, quote: str, expected: Scale) -> None:
    assert storage_scale(Decimal(tick), Decimal(lot), quote=quote) == expected


@pytest.mark.parametrize("quote", ["USDT", "BTC", ""])
def test_a_token_of_tiny_price_and_huge_size_fits(quote: str) -> None:
    scale = storage_scale(Decimal("1e-10"), Decimal(1), quote=quote, size_max=Decimal("1e13"))
    assert fits(Decimal("1e13"), scale.size_decimals)
    assert scale.price_decimals > 10


def test_a_stated_maximum_takes_decimals_but_none_of_the_lot() -> None:
    okx_bitcoin = storage_scale(Decimal("0.1"), Decimal("1e-8"), size_max=Decimal(9_999_999_999))
    assert okx_bitcoin == Scale(8, 8)


@pytest.mark.parametrize(
    ("maxima", "value", "decimals"),
    [
        ({"price_max": Decimal("1e17")}, "1E+17", 2),
        ({"size_max": Decimal("1e11")}, "1E+11", 8),
        ({"size_max": Decimal("1e999999")}, "1E+999999", 8),
    ],
)
def test_a_maximum_that_fits_no_storage_is_an_error(
    maxima: dict[str, Decimal], value: str, decimals: int
) -> None:
    with pytest.raises(NumberRangeError) as caught:
        storage_scale(Decimal("0.01"), Decimal("1e-8"), **maxima)  # type: ignore[arg-type]  # all are
    assert (caught.value.text, caught.value.decimals) == (value, decimals)


@given(st.decimals(0, Decimal("1e20"), places=4), st.integers(0, 18))
def test_fits_says_what_the_integer_says(value: Decimal, decimals: int) -> None:
    assert fits(value, decimals) == (value * 10**decimals <= I64_MAX)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", 0), ("100", 0), ("1E+3", 0), ("0.10", 1), ("1E-8", 8), ("0", 0), ("0.00", 0)],
)
def test_decimals_of_a_number(text: str, expected: int) -> None:
    assert decimals_of(Decimal(text)) == expected


def test_common_decimals_are_the_finest_that_fit() -> None:
    assert common_decimals([8, 10], [5, 8], Decimal(1000)) == 10
    assert common_decimals([8, 10], [5, 8], Decimal("1e9")) == 9
    assert common_decimals([8, 10], [5, 8], Decimal("9e10")) == 8


def test_a_step_and_a_value_that_exclude_each_other_are_an_error() -> None:
    with pytest.raises(NumberRangeError):
        common_decimals([8], [8], Decimal("1e11"))
