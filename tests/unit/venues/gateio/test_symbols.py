"""What Gate.io's list says."""

from typing import Any

import pytest

from crossbook.model import FeeSource, Status
from tests.unit.venues.reading import reread


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("tradable", Status.TRADING),
        ("buyable", Status.BUY_ONLY),
        ("sellable", Status.SELL_ONLY),
        ("untradable", Status.HALTED),
        ("new word", Status.UNKNOWN),
    ],
)
def test_each_status_word(word: str, status: Status) -> None:
    (made,) = reread("gateio", lambda doc: doc[0].update(trade_status=word)).instruments
    assert (made.status, made.status_text) == (status, word)


def test_a_rate_in_percent_or_the_default() -> None:
    def drop(document: Any) -> None:
        document[0].pop("fee")

    (listed,) = reread("gateio", lambda doc: doc[0].update(fee="0.02")).instruments
    assert (listed.fee.taker_ppm, listed.fee.source) == (200, FeeSource.METADATA)
    (bare,) = reread("gateio", drop).instruments
    assert (bare.fee.taker_ppm, bare.fee.source) == (2000, FeeSource.DEFAULT)


def test_limits_may_be_absent() -> None:
    def drop(document: Any) -> None:
        for field in ("min_base_amount", "min_quote_amount", "max_base_amount"):
            document[0].pop(field)

    (made,) = reread("gateio", drop).instruments
    assert (made.min_size, made.min_notional, made.max_size) == (None, None, None)
