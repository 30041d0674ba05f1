import pytest
from msgspec.structs import replace

from crossbook.model import AssetKey, Catalogue, Instrument, Outcome
from crossbook.model.instruments import Status
from crossbook.services.feed.selection import EVERYTHING, select
from crossbook.venues.registry import venue


def pair(native: str, status: Status = Status.TRADING) -> Instrument:
    found = venue("binance").symbols.instrument_from_native(native)
    return replace(found, status=status, aliases=(f"{native}.alias",))


def question(ticker: str) -> list[Instrument]:
    build = venue("kalshi").symbols.instrument_from_native
    return [build(ticker, side) for side in Outcome]


CATALOGUE = Catalogue((pair("BTCUSDT"), pair("ETHUSDT"), pair("SOLUSDT", Status.HALTED)))


@pytest.mark.parametrize(
    "name",
    ["BTC-USDT", "BTC/USDT", "BTC-USDT.BINANCE", "BTC/USDT.binance", "BTCUSDT", "BTCUSDT.alias"],
)
def test_an_instrument_has_many_names(name: str) -> None:
    found = select("binance", CATALOGUE, [name])
    assert [str(each.id) for each in found.instruments] == ["BTC-USDT.BINANCE"]
    assert found.unknown == ()


def test_a_star_is_everything_that_trades() -> None:
    found = select("binance", CATALOGUE, [EVERYTHING])
    assert [each.native for each in found.instruments] == ["BTCUSDT", "ETHUSDT"]


def test_a_ticker_is_both_of_its_sides() -> None:
    catalogue = Catalogue(tuple(question("KXFED-26DEC")))
    found = select("kalshi", catalogue, ["KXFED-26DEC"])
    assert [each.symbol for each in found.instruments] == ["KXFED-26DEC-YES", "KXFED-26DEC-NO"]
    one = select("kalshi", catalogue, ["KXFED-26DEC-NO"])
    assert [each.symbol for each in one.instruments] == ["KXFED-26DEC-NO"]


def test_an_event_is_all_sides_of_its_questions() -> None:
    def asked(market: str, *tokens: str) -> list[Instrument]:
        build = venue("polymarket").symbols.instrument_from_native
        sides = zip(tokens, Outcome, strict=True)
        return [
            replace(build(token, side), asset=AssetKey("rates-in-december", market, token))
            for token, side in sides
        ]

    catalogue = Catalogue((*asked("0xa", "1", "2"), *asked("0xb", "3", "4")))
    for name, tokens in (("0xb", ["3", "4"]), ("rates-in-december", ["1", "2", "3", "4"])):
        found = select("polymarket", catalogue, [name])
        assert [each.native for each in found.instruments] == tokens


def test_what_is_asked_for_twice_is_there_once() -> None:
    found = select("binance", CATALOGUE, ["BTCUSDT", "BTC/USDT", EVERYTHING])
    assert [each.native for each in found.instruments] == ["BTCUSDT", "ETHUSDT"]


@pytest.mark.parametrize("name", ["XYZ-USDT", "BTC-USDT.KRAKEN", "", "BTC--USDT", "a b"])
def test_what_is_not_listed_is_named(name: str) -> None:
    found = select("binance", CATALOGUE, [name, "ETHUSDT"])
    assert [error.text for error in found.unknown] == [name]
    assert [each.native for each in found.instruments] == ["ETHUSDT"]
