"""Kalshi's markets, their ticks and their fees."""

import json
from decimal import Decimal
from typing import Any

import pytest

from crossbook.model import AssetKey, FeeSource, Outcome, PriceRange, Status
from crossbook.venues.registry import VENUES
from tests.unit.venues.reading import reread
from tests.venues.samples import SAMPLES

EVENTS: Any = SAMPLES["kalshi"]
MARKET = EVENTS["events"][0]["markets"][0]


def market(document: Any) -> Any:
    return document["events"][0]["markets"][0]


def test_a_ticker_has_two_sides() -> None:
    yes, no = reread("kalshi", market).instruments
    assert [str(i.id) for i in (yes, no)] == [
        "KXABC-30-B1-YES.KALSHI",
        "KXABC-30-B1-NO.KALSHI",
    ]
    assert [(i.native, i.outcome, i.outcome_label) for i in (yes, no)] == [
        ("KXABC-30-B1", Outcome.YES, "1 or more"),
        ("KXABC-30-B1", Outcome.NO, "Less"),
    ]
    assert yes.asset == AssetKey("KXABC-30", "KXABC-30-B1", "KXABC-30-B1-YES")
    assert (yes.lot, yes.min_size, yes.min_notional) == (Decimal("0.01"), Decimal("0.01"), None)


def test_the_tick_depends_on_the_price_and_mirrors_for_no() -> None:
    yes, no = reread("kalshi", market).instruments
    fine, coarse = Decimal("0.001"), Decimal("0.01")
    assert yes.price_ranges == (
        PriceRange(Decimal(0), Decimal("0.1"), fine),
        PriceRange(Decimal("0.1"), Decimal(1), coarse),
    )
    assert no.price_ranges == (
        PriceRange(Decimal(0), Decimal("0.9"), coarse),
        PriceRange(Decimal("0.9"), Decimal(1), fine),
    )
    assert (yes.tick, no.tick, yes.max_price) == (fine, fine, Decimal("0.999"))
    for price in ("0.05", "0.5", "0.95"):
        assert yes.tick_at(Decimal(price)) == no.tick_at(1 - Decimal(price))


def test_an_older_answer_has_its_tick_in_cents() -> None:
    def change(document: Any) -> None:
        market(document).pop("price_ranges")
        market(document)["tick_size"] = 1

    made = reread("kalshi", change).instruments[0]
    assert (made.tick, made.price_ranges) == (Decimal("0.01"), ())


def test_without_any_tick_it_is_not_known() -> None:
    made = reread("kalshi", lambda doc: market(doc).pop("price_ranges")).instruments[0]
    assert (made.tick, made.max_price) == (None, None)


@pytest.mark.parametrize(
    ("fee_type", "multiplier", "taker_ppm", "maker_ppm"),
    [
        ("quadratic", 1, 70_000, 0),
        ("quadratic", 0.5, 35_000, 0),
        ("quadratic", 0, 0, 0),
        ("quadratic_with_maker_fees", 1, 70_000, 17_500),
        ("quadratic_with_combo_maker_fees", 1, 70_000, 35_000),
        ("quadratic_with_maker_fees", "0.123457", 8642, 2161),
    ],
)
def test_the_series_says_the_fee(
    fee_type: str, multiplier: object, taker_ppm: int, maker_ppm: int
) -> None:
    def change(document: Any) -> None:
        document["series"][0].update(fee_type=fee_type, fee_multiplier=multiplier)

    fee = reread("kalshi", change).instruments[0].fee
    assert (fee.taker_ppm, fee.maker_ppm, fee.source) == (taker_ppm, maker_ppm, FeeSource.METADATA)


def test_an_event_outranks_its_series_and_a_market_its_event() -> None:
    def change(document: Any) -> None:
        document["events"][0]["fee_multiplier"] = 2

    assert reread("kalshi", change).instruments[0].fee.taker_ppm == 140_000

    def change_more(document: Any) -> None:
        change(document)
        market(document)["fee_multiplier"] = 3

    assert reread("kalshi", change_more).instruments[0].fee.taker_ppm == 210_000


def test_the_series_may_stand_on_a_line_of_its_own() -> None:
    lines = [{"series": EVENTS["series"][0]}, {"events": EVENTS["events"]}]
    body = "\n".join(map(json.dumps, lines)).encode()
    catalogue = VENUES["kalshi"].symbols.instruments(body)
    assert catalogue.instruments[0].fee.taker_ppm == 35_000


def test_without_a_series_the_default_stands() -> None:
    made = reread("kalshi", lambda doc: doc.pop("series")).instruments[0]
    assert made.fee == VENUES["kalshi"].symbols.DEFAULT_FEE
    assert (made.fee.taker_ppm, made.fee.maker_ppm) == (70_000, 17_500)


@pytest.mark.parametrize(
    "document",
    [
        {"markets": [MARKET], "cursor": ""},
        {"market": MARKET},
        [MARKET],
        MARKET,
        {"event": EVENTS["events"][0]},
        {"event": {"event_ticker": "KXABC-30"}, "markets": [MARKET]},
    ],
)
def test_each_route_gives_the_same_market(document: object) -> None:
    catalogue = VENUES["kalshi"].symbols.instruments(json.dumps(document).encode())
    assert [i.symbol for i in catalogue.instruments] == ["KXABC-30-B1-YES", "KXABC-30-B1-NO"]
    assert catalogue.problems == ()


def test_a_nested_market_may_leave_its_event_to_the_parent() -> None:
    made = reread("kalshi", lambda doc: market(doc).pop("event_ticker")).instruments
    assert [i.asset.aggregate_id for i in made] == ["KXABC-30", "KXABC-30"]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("initialized", Status.PRE_OPEN),
        ("inactive", Status.HALTED),
        ("active", Status.TRADING),
        ("closed", Status.CLOSED),
        ("disputed", Status.CLOSED),
        ("finalized", Status.SETTLED),
        ("new word", Status.UNKNOWN),
        (None, Status.UNKNOWN),
    ],
)
def test_each_status_word(word: str | None, status: Status) -> None:
    made = reread("kalshi", lambda doc: market(doc).update(status=word)).instruments[0]
    assert (made.status, made.status_text) == (status, word or "")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"fee_type": "flat"}, "fee_type"),
        ({"fee_type": "quadratic", "fee_multiplier": 11}, "fee_multiplier"),
        ({"fee_type": "quadratic", "fee_multiplier": -1}, "fee_multiplier"),
        ({"price_ranges": [{"start": "0", "end": "1", "step": "0"}]}, "price_ranges[0].step"),
        ({"price_ranges": [{"start": "0", "end": "1", "step": "1e-7"}]}, "price_ranges"),
        ({"price_ranges": "all"}, "price_ranges"),
        ({"status": 1}, "status"),
        ({"ticker": "KX A"}, "symbol"),
        ({"ticker": "KX/A"}, "ticker"),
        ({"ticker": ""}, "ticker"),
    ],
)
def test_a_bad_market_is_a_problem_by_name(fields: dict[str, Any], field: str) -> None:
    catalogue = reread("kalshi", lambda doc: market(doc).update(fields))
    assert catalogue.instruments == ()
    assert [problem.field for problem in catalogue.problems] == [field]
