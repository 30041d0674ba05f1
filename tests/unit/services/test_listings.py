"""An instrument is found by all words in any of its names."""

import msgspec
import pytest

from crossbook.model import AssetKey, Catalogue
from crossbook.model.instruments import Status
from crossbook.services.listings import Listing, Search, search
from crossbook.venues.registry import venue

BTC = venue("kraken").symbols.instrument_from_native("XBT/USD")
TOKEN = msgspec.structs.replace(
    venue("polymarket").symbols.instrument_from_native("123"),
    asset=AssetKey("will-the-fed-cut-rates", "0xabc", "123"),
    outcome_label="Up",
)


@pytest.mark.parametrize(
    ("query", "finds_btc", "finds_token"),
    [
        ("xbt", True, False),
        ("BTC/USD kraken", True, False),
        ("btcusd", True, False),
        ("BTC polymarket", False, False),
        ("fed rates", False, True),
        ("the-fed up", False, True),
        ("0xABC", False, True),
        ("123", False, True),
        ("", True, True),
    ],
)
def test_all_words_have_to_be_in_the_names(query: str, finds_btc: bool, finds_token: bool) -> None:
    wanted = Search.of(query.split(" "))
    assert (wanted.finds(BTC), wanted.finds(TOKEN)) == (finds_btc, finds_token)


def test_what_trades_comes_first_then_names_decide() -> None:
    names = ("ETH/USD", "XBT/USD", "ADA/USD")
    eth, btc, ada = (venue("kraken").symbols.instrument_from_native(name) for name in names)
    trading = [msgspec.structs.replace(each, status=Status.TRADING) for each in (eth, btc)]
    listed = [Listing("kraken", Catalogue((ada, *trading)))]
    found = search(listed, Search.of(["usd"]))
    assert [each.base for each in found] == ["BTC", "ETH", "ADA"]
