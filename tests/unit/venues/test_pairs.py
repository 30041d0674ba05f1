"""Pairs are told by their spelling."""

import pytest

from crossbook.errors import SymbolError
from crossbook.model import AssetKey, FeeSchedule, Scale
from crossbook.model.scale import UNKNOWN_SCALE
from crossbook.venues.pairs import bare_spot, split_at, split_word
from crossbook.venues.registry import VENUES

FEE = FeeSchedule(taker_ppm=1, maker_ppm=1)


@pytest.mark.parametrize(
    ("venue", "native", "expected"),
    [
        ("binance", "BTCUSDT", ("BTC", "USDT")),
        ("binance", "BTCTUSD", ("BTC", "TUSD")),
        ("binance", "USDSBUSDT", ("USDSB", "USDT")),
        ("binance", "ETHBTC", ("ETH", "BTC")),
        ("coinbase", "BTC-USD", ("BTC", "USD")),
        ("kraken", "XBT/CHF", ("BTC", "CHF")),
        ("kraken", "BTC/USD", ("BTC", "USD")),
        ("kraken", "XXBTZUSD", ("BTC", "USD")),
        ("kraken", "XBTUSD", ("BTC", "USD")),
        ("kraken", "XDG/XBT", ("DOGE", "BTC")),
        ("kraken", "XCADUSD", ("XCAD", "USD")),
        ("kraken", "ETH2.S/ETH", ("ETH2.S", "ETH")),
        ("mexc", "XRPUSDC", ("XRP", "USDC")),
        ("gateio", "QTUM3S_USDT", ("QTUM3S", "USDT")),
        ("bybit", "XRPUSDT", ("XRP", "USDT")),
        ("okx", "BTC-USDT", ("BTC", "USDT")),
        ("okx", "BTC-USD-220527", ("BTC", "USD")),
        ("polymarket", "123", ("123", "PUSD")),
        ("kalshi", "KXBTC-26APR1817-B76125", ("KXBTC-26APR1817-B76125", "USD")),
    ],
)
def test_base_and_quote_are_told_by_the_spelling(
    venue: str, native: str, expected: tuple[str, str]
) -> None:
    assert VENUES[venue].symbols.split(native) == expected


@pytest.mark.parametrize(
    ("venue", "native"),
    [
        ("binance", "BTCXYZ"),
        ("binance", "USDT"),
        ("coinbase", "BTC"),
        ("kraken", "/USD"),
        ("gateio", "BTC_USDT_X"),
        ("okx", "BTC"),
        ("polymarket", "0x12"),
        ("polymarket", "1" * 79),
        ("polymarket", "٣"),
        ("kalshi", "KX/A"),
    ],
)
def test_a_spelling_that_does_not_tell_is_a_symbol_error(venue: str, native: str) -> None:
    with pytest.raises(SymbolError):
        VENUES[venue].symbols.split(native)


def test_the_longest_quote_wins_and_a_quote_alone_is_no_pair() -> None:
    assert split_word("ATUSD", "USD TUSD") == ("A", "TUSD")
    assert split_word("TUSD", "USD TUSD") == ("T", "USD")
    with pytest.raises(SymbolError):
        split_word("USD", "USD")
    with pytest.raises(SymbolError):
        split_at("A_B_C", "_")


def test_a_book_of_unknown_currencies_is_named_by_its_native_symbol() -> None:
    made = VENUES["binance"].symbols.instrument_from_native("BTCXYZ")
    assert (made.symbol, made.base, made.quote) == ("BTCXYZ", "BTCXYZ", "")
    assert made.asset == AssetKey("BTCXYZ", "BTCXYZ", "BTCXYZ")


def test_a_bare_instrument_has_a_scale_that_holds_what_was_seen() -> None:
    made = bare_spot("okx", "A-B", lambda text: split_at(text, "-"), FEE, None, None)
    assert made.scale == UNKNOWN_SCALE
    given = bare_spot("okx", "A-B", lambda text: split_at(text, "-"), FEE, 2, None)
    assert given.scale == Scale(2, UNKNOWN_SCALE.size_decimals)


@pytest.mark.parametrize("native", ["BTC/USD", "XBT/USD", "XBTUSD", "XXBTZUSD"])
def test_kraken_is_one_pair_in_each_spelling(native: str) -> None:
    made = VENUES["kraken"].symbols.instrument_from_native(native)
    assert str(made.id) == "BTC-USD.KRAKEN"
    assert made.native == native
    assert {"BTC/USD", "XBT/USD", "XBTUSD"} <= {native, *made.aliases}
    assert native not in made.aliases
