"""What Bybit's list says."""

from decimal import Decimal
from typing import Any

import pytest

from crossbook.model import Status
from tests.unit.venues.reading import reread


def row(document: Any) -> Any:
    return document["result"]["list"][0]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Trading", Status.TRADING),
        ("PreLaunch", Status.PRE_OPEN),
        ("Closed", Status.CLOSED),
        ("New", Status.UNKNOWN),
    ],
)
def test_each_status_word(word: str, status: Status) -> None:
    (made,) = reread("bybit", lambda doc: row(doc).update(status=word)).instruments
    assert (made.status, made.status_text) == (status, word)


def test_the_newer_maximum_comes_first() -> None:
    assert reread("bybit", row).instruments[0].max_size == Decimal(80)
    older = reread("bybit", lambda doc: row(doc)["lotSizeFilter"].pop("maxLimitOrderQty"))
    assert older.instruments[0].max_size == Decimal(100)


def test_a_derivative_is_refused_because_a_spot_pair_has_its_name() -> None:
    catalogue = reread("bybit", lambda doc: row(doc).update(contractType="LinearPerpetual"))
    (problem,) = catalogue.problems
    assert (problem.symbol, problem.field) == ("ABCUSDT", "contractType")
