"""An instrument answers for itself."""

from decimal import Decimal

import pytest

from crossbook.model import InstrumentId, PriceRange, Scale, Status
from tests.unit.model.make import instrument


def test_an_instrument_is_named_by_symbol_and_venue() -> None:
    made = instrument(symbol="BTC-USDT", venue="binance")
    assert made.id == InstrumentId("BTC-USDT", "binance")
    assert str(made.id) == "BTC-USDT.BINANCE"


def test_the_scale_is_read_by_its_parts() -> None:
    made = instrument(scale=Scale(6, 4))
    assert (made.price_decimals, made.size_decimals) == (6, 4)


@pytest.mark.parametrize("status", Status)
def test_only_trading_is_tradable(status: Status) -> None:
    assert instrument(status=status).is_tradable == (status is Status.TRADING)


@pytest.mark.parametrize(
    ("price", "tick"),
    [("0.05", "0.001"), ("0.1", "0.001"), ("0.11", "0.01"), ("0.95", "0.001"), ("2", "0.001")],
)
def test_the_tick_depends_on_the_price_where_there_are_ranges(price: str, tick: str) -> None:
    ranges = tuple(
        PriceRange(Decimal(start), Decimal(end), Decimal(step))
        for start, end, step in (
            ("0", "0.1", "0.001"),
            ("0.1", "0.9", "0.01"),
            ("0.9", "1", "0.001"),
        )
    )
    made = instrument(tick=Decimal("0.001"), price_ranges=ranges)
    assert made.tick_at(Decimal(price)) == Decimal(tick)


def test_the_tick_is_one_where_there_are_no_ranges() -> None:
    assert instrument(tick=Decimal("0.01")).tick_at(Decimal(5)) == Decimal("0.01")
    assert instrument(tick=None).tick_at(Decimal(5)) is None


def test_a_spelling_is_swapped_and_none_is_lost() -> None:
    made = instrument(native="BTC/USD", aliases=("XBT/USD", "XXBTZUSD"))
    swapped = made.spelled("XBT/USD")
    assert (swapped.native, swapped.aliases) == ("XBT/USD", ("BTC/USD", "XXBTZUSD"))
    assert swapped.spelled("BTC/USD") == made
    assert made.spelled("BTC/USD") is made


def test_a_foreign_spelling_changes_nothing() -> None:
    made = instrument(native="BTC/USD", aliases=("XBT/USD",))
    assert made.spelled("ETH/USD") is made
