"""What Coinbase's two lists say."""

from typing import Any

import pytest

from crossbook.model import Kind, Status
from crossbook.venues.registry import VENUES
from tests.unit.venues.reading import reread


@pytest.mark.parametrize(
    ("fields", "status", "text"),
    [
        ({}, Status.TRADING, "online"),
        ({"limit_only": True}, Status.LIMIT_ONLY, "online, limit_only"),
        ({"post_only": True}, Status.POST_ONLY, "online, post_only"),
        (
            {"cancel_only": True, "post_only": True},
            Status.CANCEL_ONLY,
            "online, cancel_only, post_only",
        ),
        ({"view_only": True}, Status.HALTED, "online, view_only"),
        ({"auction_mode": True}, Status.HALTED, "online, auction_mode"),
        (
            {"is_disabled": True, "limit_only": True},
            Status.HALTED,
            "online, is_disabled, limit_only",
        ),
        ({"status": "offline"}, Status.HALTED, "offline"),
        (
            {"status": "delisted", "trading_disabled": True},
            Status.CLOSED,
            "delisted, trading_disabled",
        ),
        ({"status": "new word"}, Status.UNKNOWN, "new word"),
    ],
)
def test_the_strictest_flag_decides(fields: dict[str, Any], status: Status, text: str) -> None:
    made = reread("coinbase", lambda doc: doc["products"][0].update(fields)).instruments[0]
    assert (made.status, made.status_text) == (status, text)


def test_an_alias_names_the_book_and_not_the_product() -> None:
    made = reread("coinbase", lambda doc: doc["products"][0].update(alias="ABC-USDX"))
    assert made.instruments[0].book_native == "ABC-USDX"
    assert made.instruments[0].aliases == ()
    assert made.instruments[1].book_native is None


@pytest.mark.parametrize("expiry", ["soon", "2030-12-20T16:00:00", ""])
def test_a_future_without_a_clear_expiry_is_a_problem(expiry: str) -> None:
    def change(document: Any) -> None:
        document["products"][1]["future_product_details"]["contract_expiry"] = expiry

    catalogue = reread("coinbase", change)
    assert [i.kind for i in catalogue.instruments] == [Kind.SPOT]
    (problem,) = catalogue.problems
    assert problem.field == "future_product_details.contract_expiry"


def test_an_empty_list_of_products_is_an_empty_catalogue() -> None:
    assert VENUES["coinbase"].symbols.instruments(b'{"products": []}').instruments == ()
