"""What Binance's list says in its several forms."""

from decimal import Decimal
from typing import Any

import pytest

from crossbook.model import Status
from tests.unit.venues.reading import reread


@pytest.mark.parametrize(
    ("fields", "status", "text"),
    [
        ({"status": "BREAK"}, Status.HALTED, "BREAK"),
        ({"status": "HALT"}, Status.HALTED, "HALT"),
        ({"status": "END_OF_DAY"}, Status.HALTED, "END_OF_DAY"),
        ({"status": "NEW_WORD"}, Status.HALTED, "NEW_WORD"),
        ({"status": "CANCEL_ONLY"}, Status.CANCEL_ONLY, "CANCEL_ONLY"),
        ({"status": "PRE_TRADING"}, Status.PRE_OPEN, "PRE_TRADING"),
        (
            {"isSpotTradingAllowed": False},
            Status.HALTED,
            "TRADING, isSpotTradingAllowed false",
        ),
    ],
)
def test_only_the_word_trading_trades(fields: dict[str, Any], status: Status, text: str) -> None:
    (made,) = reread("binance", lambda doc: doc["symbols"][0].update(fields)).instruments
    assert (made.status, made.status_text) == (status, text)


@pytest.mark.parametrize("name", ["NOTIONAL", "MIN_NOTIONAL"])
def test_the_smallest_notional_stands_in_either_filter(name: str) -> None:
    def change(document: Any) -> None:
        document["symbols"][0]["filters"][2] = {"filterType": name, "minNotional": "7.50"}

    (made,) = reread("binance", change).instruments
    assert made.min_notional == Decimal("7.5")


def test_a_zero_switches_a_bound_off() -> None:
    def change(document: Any) -> None:
        price, size, notional = document["symbols"][0]["filters"]
        price["maxPrice"] = size["minQty"] = size["maxQty"] = notional["minNotional"] = "0.00000000"

    (made,) = reread("binance", change).instruments
    assert (made.max_price, made.min_size, made.max_size, made.min_notional) == (None,) * 4


def test_a_symbol_without_its_filters_is_a_problem() -> None:
    catalogue = reread("binance", lambda doc: doc["symbols"][0].update(filters=[]))
    (problem,) = catalogue.problems
    assert (problem.symbol, problem.field) == ("ABCUSDT", "filters")


def test_a_list_without_commission_precision_keeps_the_default() -> None:
    catalogue = reread("binance", lambda doc: doc["symbols"][0].pop("quoteCommissionPrecision"))
    assert catalogue.instruments[0].fee.rounding_decimals == 8


def test_a_maximum_that_fits_no_storage_is_a_problem() -> None:
    def change(document: Any) -> None:
        document["symbols"][0]["filters"][1]["maxQty"] = "99999999999999999999"

    (problem,) = reread("binance", change).problems
    assert (problem.symbol, problem.field) == ("ABCUSDT", "largest value")
