"""Polymarket's markets in each of their shapes."""

import json
from decimal import Decimal
from typing import Any

import pytest

from crossbook.model import AssetKey, FeeSource, Instrument, Outcome, Status
from crossbook.venues.registry import VENUES
from tests.unit.venues.reading import reread
from tests.venues.samples import SAMPLES

GAMMA: Any = SAMPLES["polymarket"]
CLOB = {
    "condition_id": "0xabc",
    "tokens": [{"token_id": "111", "outcome": "Up"}, {"token_id": "222", "outcome": "Down"}],
    "minimum_tick_size": 0.001,
    "minimum_order_size": 5,
    "active": True,
    "closed": False,
    "archived": False,
    "accepting_orders": True,
    "enable_order_book": True,
    "maker_base_fee": 0,
    "taker_base_fee": 0,
}
COMPACT = {
    "c": "0xabc",
    "t": [{"t": "111", "o": "Up"}, {"t": "222", "o": "Down"}],
    "mts": 0.001,
    "mos": 5,
    "ao": True,
    "fd": {"r": 0.04, "e": 1, "to": True},
}
NEW_MARKET = {
    "event_type": "new_market",
    "market": "0xabc",
    "condition_id": "0xabc",
    "clob_token_ids": ["111", "222"],
    "outcomes": ["Up", "Down"],
    "order_price_min_tick_size": "0.001",
    "active": True,
    "event_message": {"slug": "abc-up-or-down"},
}


def read(document: object) -> tuple[Instrument, ...]:
    catalogue = VENUES["polymarket"].symbols.instruments(json.dumps(document).encode())
    assert catalogue.problems == ()
    return catalogue.instruments


@pytest.mark.parametrize(
    "document",
    [
        GAMMA,
        GAMMA[0],
        {"data": GAMMA},
        {"raw": GAMMA[0], "token_ids": ["111", "222"]},
        [{"slug": "abc-up-or-down", "markets": GAMMA}],
        {"events": [{"slug": "abc-up-or-down", "markets": GAMMA}], "next_cursor": "x"},
        CLOB,
        {"data": [CLOB], "next_cursor": "LTE="},
        COMPACT,
        NEW_MARKET,
    ],
)
def test_each_shape_gives_the_same_two_tokens(document: object) -> None:
    yes, no = read(document)
    assert [(i.native, i.outcome, i.outcome_label) for i in (yes, no)] == [
        ("111", Outcome.YES, "Up"),
        ("222", Outcome.NO, "Down"),
    ]
    assert {i.asset.market_id for i in (yes, no)} == {"0xabc"}
    assert (yes.tick, yes.lot, yes.max_price) == (
        Decimal("0.001"),
        Decimal("0.01"),
        Decimal("0.999"),
    )


@pytest.mark.parametrize(
    "document", [GAMMA, NEW_MARKET, {"events": [{"slug": "abc-up-or-down", "markets": GAMMA}]}]
)
def test_the_event_is_the_aggregate_where_it_is_said(document: object) -> None:
    assert read(document)[0].asset == AssetKey("abc-up-or-down", "0xabc", "111")


@pytest.mark.parametrize("document", [CLOB, COMPACT])
def test_the_condition_is_the_aggregate_where_no_event_is_said(document: object) -> None:
    assert read(document)[1].asset == AssetKey("0xabc", "0xabc", "222")


@pytest.mark.parametrize("document", [GAMMA, COMPACT])
def test_the_markets_own_schedule_is_used(document: object) -> None:
    fee = read(document)[0].fee
    assert (fee.taker_ppm, fee.maker_ppm, fee.exponent) == (40_000, 0, 1)
    assert (fee.rounding_decimals, fee.source) == (5, FeeSource.METADATA)


@pytest.mark.parametrize("document", [CLOB, NEW_MARKET])
def test_the_highest_rate_is_assumed_where_none_is_said(document: object) -> None:
    fee = read(document)[0].fee
    assert (fee.taker_ppm, fee.source) == (70_000, FeeSource.DEFAULT)


def test_a_market_may_be_free_and_makers_may_pay() -> None:
    def free(document: Any) -> None:
        document[0].pop("feeSchedule")
        document[0]["feesEnabled"] = False

    fee = reread("polymarket", free).instruments[0].fee
    assert (fee.taker_ppm, fee.maker_ppm, fee.source) == (0, 0, FeeSource.METADATA)
    schedule = {"rate": 0.25, "exponent": 2, "takerOnly": False}
    paid = reread("polymarket", lambda doc: doc[0].update(feeSchedule=schedule))
    fee = paid.instruments[0].fee
    assert (fee.taker_ppm, fee.maker_ppm, fee.exponent) == (250_000, 250_000, 2)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, Status.TRADING),
        ({"closed": True}, Status.CLOSED),
        ({"archived": True}, Status.CLOSED),
        ({"acceptingOrders": False}, Status.HALTED),
        ({"enableOrderBook": False}, Status.HALTED),
        ({"active": False}, Status.HALTED),
    ],
)
def test_a_market_trades_when_all_says_so(fields: dict[str, Any], status: Status) -> None:
    made = reread("polymarket", lambda doc: doc[0].update(fields)).instruments[0]
    assert made.status is status


def test_the_compact_shape_has_one_flag() -> None:
    assert read(COMPACT)[0].status is Status.TRADING
    assert read(COMPACT | {"ao": False})[0].status is Status.HALTED
    assert read(NEW_MARKET)[0].status is Status.PRE_OPEN


def test_real_lists_are_as_good_as_lists_in_a_text() -> None:
    fields = {"clobTokenIds": ["111", "222"], "outcomes": ["Up", "Down"]}
    assert reread("polymarket", lambda doc: doc[0].update(fields)).instruments == read(GAMMA)


def test_tick_and_smallest_size_may_be_absent() -> None:
    def drop(document: Any) -> None:
        document[0].pop("orderPriceMinTickSize")
        document[0].pop("orderMinSize")

    made = reread("polymarket", drop).instruments[0]
    assert (made.tick, made.min_size, made.max_price) == (None, None, None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"clobTokenIds": ""}, "clobTokenIds"),
        ({"clobTokenIds": "[]"}, "clobTokenIds"),
        ({"clobTokenIds": '["1"]'}, "clobTokenIds"),
        ({"clobTokenIds": '["1", "2", "3"]'}, "clobTokenIds"),
        ({"clobTokenIds": '["0x1", "2"]'}, "clobTokenIds"),
        ({"clobTokenIds": '["5", "5"]'}, "market"),
        ({"clobTokenIds": [1, 2]}, "clobTokenIds"),
        ({"clobTokenIds": f'["1", "{"9" * 79}"]'}, "clobTokenIds"),
        ({"outcomes": '["Yes"]'}, "outcomes"),
        ({"outcomes": None}, "outcomes"),
        ({"conditionId": ""}, "market"),
        ({"orderPriceMinTickSize": "0.0000001"}, "market"),
        ({"orderPriceMinTickSize": 1}, "market"),
        ({"feeSchedule": {"rate": "x"}}, "feeSchedule.rate"),
        ({"feeSchedule": {"rate": 0.1, "exponent": 9}}, "feeSchedule.exponent"),
        ({"events": [1]}, "events"),
        ({"active": "yes"}, "active"),
    ],
)
def test_a_bad_market_is_a_problem_by_name(fields: dict[str, Any], field: str) -> None:
    catalogue = reread("polymarket", lambda doc: doc[0].update(fields))
    assert catalogue.instruments == ()
    assert [problem.field for problem in catalogue.problems] == [field]


def test_nesting_has_an_end() -> None:
    document: object = GAMMA[0]
    for _ in range(12):
        document = [document]
    catalogue = VENUES["polymarket"].symbols.instruments(json.dumps([GAMMA[0], document]).encode())
    assert len(catalogue.instruments) == 2
    assert [problem.field for problem in catalogue.problems] == ["row"]
