"""Ids are written and read back, in each accepted spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossbook.errors import SymbolError
from crossbook.model import InstrumentId
from crossbook.model.identifiers import VENUE_ALIASES, canonical_symbol, canonical_venue

PARTS = st.text(
    st.characters(exclude_characters="/- ", exclude_categories=("C", "Z")), min_size=1, max_size=12
)
SYMBOLS = st.lists(PARTS, min_size=1, max_size=4).map("-".join)
VENUE_NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: name not in VENUE_ALIASES
)
TOKEN = "72690798903588392269001731007662425920353908498880709179939493847828858696064"


@given(SYMBOLS, VENUE_NAMES)
def test_an_id_that_was_written_is_read_back(symbol: str, venue: str) -> None:
    written = InstrumentId(symbol, venue)
    assert InstrumentId.parse(str(written)) == written
    assert InstrumentId.of(symbol, venue) == written


@given(SYMBOLS, VENUE_NAMES)
def test_a_slash_means_what_a_dash_means(symbol: str, venue: str) -> None:
    assert InstrumentId.of(symbol.replace("-", "/"), venue) == InstrumentId.of(symbol, venue)


@given(st.text(max_size=30))
def test_any_text_is_an_id_that_reads_back_or_a_symbol_error(text: str) -> None:
    try:
        found = InstrumentId.parse(text)
    except SymbolError:
        return
    assert InstrumentId.parse(str(found)) == found


@pytest.mark.parametrize(
    ("text", "symbol", "venue"),
    [
        ("BTC-USDT.BINANCE", "BTC-USDT", "binance"),
        ("BTC/USDT.binance", "BTC-USDT", "binance"),
        ("BTC-USDT.Gate", "BTC-USDT", "gateio"),
        ("BTC-USDT.gate_io", "BTC-USDT", "gateio"),
        ("ETH2.S-ETH.KRAKEN", "ETH2.S-ETH", "kraken"),
        ("BTC-USD.d.KRAKEN", "BTC-USD.d", "kraken"),
        ("AAPLx-USD.KRAKEN", "AAPLx-USD", "kraken"),
        ("BTC-USD-220527.OKX", "BTC-USD-220527", "okx"),
        ("KXBTC-26APR1817-B76125-YES.KALSHI", "KXBTC-26APR1817-B76125-YES", "kalshi"),
        (f"{TOKEN}.POLYMARKET", TOKEN, "polymarket"),
    ],
)
def test_an_id_is_read(text: str, symbol: str, venue: str) -> None:
    assert InstrumentId.parse(text) == InstrumentId(symbol, venue)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BTC-USDT",
        ".BINANCE",
        "BTC-USDT.",
        "BTC USDT.OKX",
        "BTC--USDT.OKX",
        "-.OKX",
        "A/.OKX",
        "BTC-USDT.9",
        "BTC-USDT.o k",
        "\n.OKX",
        "BTC-USDT.ökx",
    ],
)
def test_what_is_no_id_is_a_symbol_error(text: str) -> None:
    with pytest.raises(SymbolError):
        InstrumentId.parse(text)


def test_the_case_of_a_symbol_is_kept_and_that_of_a_venue_is_not() -> None:
    assert canonical_symbol("AAPLx/USD") == "AAPLx-USD"
    assert canonical_venue("KRAKEN") == "kraken"


def test_ids_sort_by_symbol_and_then_by_venue() -> None:
    ids = [InstrumentId("B", "a"), InstrumentId("A", "b"), InstrumentId("A", "a")]
    assert [str(each) for each in sorted(ids)] == ["A.A", "A.B", "B.A"]
