"""What Kraken's lists say, old and new."""

from decimal import Decimal
from typing import Any

import pytest

from crossbook.model import FeeSource, Status
from crossbook.venues.registry import VENUES
from tests.unit.venues.reading import reread


def pair(document: Any) -> Any:
    return document["result"]["XXBTZUSD"]


def test_the_names_of_a_pair() -> None:
    (made,) = reread("kraken", pair).instruments
    assert str(made.id) == "BTC-USD.KRAKEN"
    assert made.native == "BTC/USD"
    assert made.aliases == ("XBT/USD", "XBTUSD", "XXBTZUSD")


def test_rates_are_percent_of_the_first_tier() -> None:
    (made,) = reread("kraken", pair).instruments
    assert (made.fee.taker_ppm, made.fee.maker_ppm) == (4000, 2500)
    assert made.fee.source is FeeSource.METADATA


def test_without_a_makers_table_both_sides_pay_the_same() -> None:
    (made,) = reread("kraken", lambda doc: pair(doc).pop("fees_maker")).instruments
    assert (made.fee.taker_ppm, made.fee.maker_ppm) == (4000, 4000)


@pytest.mark.parametrize("fees", [None, [], [0], [[0]], [[0, "x"]], [[0, 100]], {}])
def test_a_broken_table_of_fees_is_a_problem(fees: object) -> None:
    (problem,) = reread("kraken", lambda doc: pair(doc).update(fees=fees)).problems
    assert problem.symbol == "XXBTZUSD"
    assert problem.field.startswith("fees")


def test_the_tick_may_be_coarser_than_the_printed_digits() -> None:
    (made,) = reread("kraken", lambda doc: pair(doc).update(tick_size="0.5")).instruments
    assert made.tick == Decimal("0.5")
    assert made.printed_scale is not None
    assert made.printed_scale.price_decimals == 1


def test_a_list_without_tick_cost_and_status_is_of_2021() -> None:
    def change(document: Any) -> None:
        for field in ("tick_size", "costmin", "status"):
            pair(document).pop(field)

    (made,) = reread("kraken", change).instruments
    assert (made.tick, made.min_notional) == (Decimal("0.1"), None)
    assert (made.status, made.status_text) == (Status.TRADING, "")


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("cancel_only", Status.CANCEL_ONLY),
        ("post_only", Status.POST_ONLY),
        ("limit_only", Status.LIMIT_ONLY),
        ("reduce_only", Status.REDUCE_ONLY),
        ("maintenance", Status.HALTED),
        ("delisted", Status.CLOSED),
        ("new word", Status.UNKNOWN),
    ],
)
def test_each_status_word(word: str, status: Status) -> None:
    (made,) = reread("kraken", lambda doc: pair(doc).update(status=word)).instruments
    assert (made.status, made.status_text) == (status, word)


def test_numbers_of_the_v2_channel_stay_exact() -> None:
    body = b"""{"channel": "instrument", "type": "snapshot", "data": {"assets": [], "pairs": [
        {"symbol": "ABC/USD", "base": "ABC", "quote": "USD", "status": "online",
         "qty_precision": 8, "qty_increment": 1E-8, "price_precision": 10,
         "price_increment": 0.0000000001, "qty_min": 0.10000000, "cost_min": 5}]}}"""
    (made,) = VENUES["kraken"].symbols.instruments(body).instruments
    assert (made.tick, made.lot) == (Decimal("1e-10"), Decimal("1e-8"))
    assert (made.min_size, made.min_notional) == (Decimal("0.1"), Decimal(5))
    assert made.aliases == ("ABCUSD",)
    assert made.fee == VENUES["kraken"].symbols.DEFAULT_FEE
