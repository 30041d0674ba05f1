"""What OKX's lists say."""

from decimal import Decimal
from typing import Any

import pytest

from crossbook.model import Kind, Status
from crossbook.venues.registry import VENUES
from tests.unit.venues.reading import reread


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("live", Status.TRADING),
        ("suspend", Status.HALTED),
        ("preopen", Status.PRE_OPEN),
        ("expired", Status.CLOSED),
        ("new word", Status.UNKNOWN),
    ],
)
def test_each_status_word(word: str, status: Status) -> None:
    made = reread("okx", lambda doc: doc["data"][0].update(state=word)).instruments[0]
    assert (made.status, made.status_text) == (status, word)


@pytest.mark.parametrize(
    ("native", "kind"),
    [
        ("BTC-USDT", Kind.SPOT),
        ("BTC-USD-220527", Kind.FUTURE),
        ("BTC-USD-SWAP", Kind.SWAP),
        ("BTC-USD-220514-22000-C", Kind.OPTION),
        ("BTC-USD-220514-22000-P", Kind.OPTION),
    ],
)
def test_a_name_tells_what_it_is(native: str, kind: Kind) -> None:
    made = VENUES["okx"].symbols.instrument_from_native(native)
    assert (made.kind, made.symbol, made.base) == (kind, native, "BTC")
    assert made.asset.market_id == native


def test_what_one_contract_is() -> None:
    future = reread("okx", lambda doc: doc["data"][1].update(ctMult="0.1")).instruments[1]
    assert future.contract is not None
    assert future.contract.size == Decimal(10)
    assert future.contract.is_inverse
    assert future.contract.expires_ns == 1_893_456_000_000_000_000


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"instType": "EVENTS"}, "instType"),
        ({"uly": "ABC"}, "symbol"),
        ({"ctVal": ""}, "ctVal"),
        ({"expTime": "never"}, "expTime"),
    ],
)
def test_a_bad_contract_is_a_problem_and_costs_no_pair(fields: dict[str, Any], field: str) -> None:
    catalogue = reread("okx", lambda doc: doc["data"][1].update(fields))
    assert [i.native for i in catalogue.instruments] == ["ABC-USDT"]
    assert [problem.field for problem in catalogue.problems] == [field]
