"""What MEXC's list says."""

from decimal import Decimal
from typing import Any

import pytest

from crossbook.model import FeeSource, Status
from tests.unit.venues.reading import reread


def change_to(fields: dict[str, Any]) -> Any:
    return lambda doc: doc["symbols"][0].update(fields)


@pytest.mark.parametrize(
    ("fields", "status", "text"),
    [
        ({"status": "ENABLED"}, Status.TRADING, "ENABLED"),
        ({"status": "2"}, Status.HALTED, "2"),
        ({"status": "3"}, Status.CLOSED, "3"),
        ({"status": "9"}, Status.UNKNOWN, "9"),
        ({"isSpotTradingAllowed": False}, Status.HALTED, "1, isSpotTradingAllowed false"),
        ({"tradeSideType": 2}, Status.BUY_ONLY, "1, tradeSideType 2"),
        ({"tradeSideType": 3}, Status.SELL_ONLY, "1, tradeSideType 3"),
        ({"tradeSideType": "4"}, Status.HALTED, "1, tradeSideType 4"),
        ({"tradeSideType": None}, Status.TRADING, "1"),
    ],
)
def test_status_permission_and_side_decide_together(
    fields: dict[str, Any], status: Status, text: str
) -> None:
    (made,) = reread("mexc", change_to(fields)).instruments
    assert (made.status, made.status_text) == (status, text)


def test_the_smallest_quantity_is_called_a_precision() -> None:
    (made,) = reread("mexc", change_to({"baseSizePrecision": "0.5"})).instruments
    assert (made.min_size, made.lot, made.tick) == (
        Decimal("0.5"),
        Decimal("0.01"),
        Decimal("0.00001"),
    )


def test_rates_of_the_list_come_before_the_default() -> None:
    (made,) = reread("mexc", change_to({})).instruments
    assert (made.fee.taker_ppm, made.fee.maker_ppm) == (500, 0)
    assert made.fee.source is FeeSource.METADATA
    (bare,) = reread("mexc", change_to({"takerCommission": None})).instruments
    assert bare.fee.source is FeeSource.DEFAULT
