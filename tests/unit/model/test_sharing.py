"""Instruments of one asset share one scale."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossbook.errors import NumberRangeError
from crossbook.model import AssetKey, Instrument, Scale, common_scale, share_scales, storage_scale
from crossbook.model.scale import decimals_of
from tests.unit.model.make import instrument

STEPS = st.integers(0, 10).map(lambda decimals: Decimal(1).scaleb(-decimals))


def listed(tick: str | Decimal, lot: str | Decimal, size_max: str = "9000") -> Instrument:
    steps = Decimal(tick), Decimal(lot)
    scale = storage_scale(*steps, quote="USDT", size_max=Decimal(size_max))
    return instrument(tick=steps[0], lot=steps[1], max_size=Decimal(size_max), scale=scale)


@given(st.lists(st.tuples(STEPS, STEPS), min_size=1, max_size=4))
def test_no_step_is_lost_in_the_common_scale(steps: list[tuple[Decimal, Decimal]]) -> None:
    instruments = [listed(tick, lot, "1") for tick, lot in steps]
    common = common_scale(instruments)
    for each in instruments:
        assert each.tick is not None
        assert each.lot is not None
        assert decimals_of(each.tick) <= common.price_decimals
        assert decimals_of(each.lot) <= common.size_decimals


@given(st.lists(st.tuples(STEPS, STEPS), min_size=1, max_size=4), st.randoms())
def test_the_order_of_the_instruments_does_not_matter(
    steps: list[tuple[Decimal, Decimal]], random: Random
) -> None:
    instruments = [listed(tick, lot, "1") for tick, lot in steps]
    expected = common_scale(instruments)
    random.shuffle(instruments)
    assert common_scale(instruments) == expected


def test_one_alone_keeps_its_scale() -> None:
    for alone in (listed("0.01", "0.00001"), listed("1e-10", "1", "1e13")):
        assert common_scale([alone]) == alone.scale


def test_a_number_format_of_one_venue_costs_no_decimals_of_another() -> None:
    okx = listed("0.1", "1e-8", "9999999999")
    gateio = listed("0.01", "0.0001")
    assert okx.scale == Scale(8, 8)
    assert common_scale([okx, gateio]) == Scale(8, 10)


def test_the_largest_price_of_one_binds_all() -> None:
    cheap = listed("1e-10", "1")
    dear = instrument(tick=Decimal(1), lot=Decimal(1), max_price=Decimal("9e9"), scale=Scale(8, 10))
    with pytest.raises(NumberRangeError):
        common_scale([cheap, dear])


def test_instruments_without_rules_share_what_they_were_given() -> None:
    bare = instrument(tick=None, lot=None, scale=Scale(8, 10))
    assert common_scale([bare, instrument(tick=None, lot=None, scale=Scale(9, 8))]) == Scale(9, 10)


def test_each_asset_gets_a_scale_of_its_own() -> None:
    other = AssetKey.of_pair("ETH-BTC", "ETH")
    found = share_scales(
        [
            instrument(scale=Scale(8, 8), tick=None, lot=None),
            instrument(scale=Scale(9, 9), tick=None, lot=None, asset=other, symbol="ETH-BTC"),
            instrument(scale=Scale(8, 10), tick=None, lot=None, venue="kraken"),
        ]
    )
    assert [(each.symbol, each.venue, each.scale) for each in found] == [
        ("BTC-USDT", "binance", Scale(8, 10)),
        ("ETH-BTC", "binance", Scale(9, 9)),
        ("BTC-USDT", "kraken", Scale(8, 10)),
    ]
