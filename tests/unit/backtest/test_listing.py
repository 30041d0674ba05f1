from decimal import Decimal

import pytest

from crossbook import Engine
from crossbook.backtest.listing import instruments_of
from crossbook.backtest.survey import Extent
from crossbook.model import Catalogue, Instrument, Kind, Scale
from crossbook.venues.registry import VENUES, venue
from tests.venues.samples import sample

PLAIN = Extent(2, 4, 100_000, 1_000, 1)


def by_id(*found: Instrument) -> dict[str, Instrument]:
    return {str(instrument.id): instrument for instrument in found}


def catalogue(name: str) -> Catalogue:
    return venue(name).symbols.instruments(sample(name))


def test_symbols_become_instruments_in_the_order_of_their_ids() -> None:
    found = instruments_of(
        {
            "kraken": {("XBT/CHF", 0): PLAIN},
            "binance": {("ETHBTC", 0): PLAIN, ("BTCUSDT", 0): PLAIN},
            "kalshi": {("T-1", 1): PLAIN, ("T-1", 2): PLAIN},
        },
        {},
    )
    assert [(str(i.id), i.native) for i in found] == [
        ("BTC-CHF.KRAKEN", "XBT/CHF"),
        ("BTC-USDT.BINANCE", "BTCUSDT"),
        ("ETH-BTC.BINANCE", "ETHBTC"),
        ("T-1-NO.KALSHI", "T-1"),
        ("T-1-YES.KALSHI", "T-1"),
    ]


def test_two_spellings_are_one_instrument() -> None:
    (found,) = instruments_of(
        {"kraken": {("XBT/USD", 0): Extent(1), ("BTC/USD", 0): Extent(9)}}, {}
    )
    assert str(found.id) == "BTC-USD.KRAKEN"
    assert {found.native, *found.aliases} >= {"XBT/USD", "BTC/USD"}
    assert found.price_decimals == 9


@pytest.mark.parametrize("native", ["", "A B", "\x00", "ÄÖ", "A//B", "-", "é" * 300])
@pytest.mark.parametrize("name", VENUES)
def test_a_symbol_that_is_none_is_still_an_instrument(name: str, native: str) -> None:
    engine = Engine()
    numbers = (1, 2) if name == "kalshi" else (0,)
    for instrument in instruments_of({name: {(native, n): PLAIN for n in numbers}}, {}):
        engine.add_instrument(instrument)
        assert instrument.native == native


def test_symbols_that_read_alike_are_two_instruments() -> None:
    found = instruments_of({"coinbase": {("A/B", 0): PLAIN, ("A-B", 0): PLAIN}}, {})
    assert {i.native for i in found} == {"A/B", "A-B"}
    engine = Engine()
    for instrument in found:
        engine.add_instrument(instrument)


# ------------------------------------------------------------------- scales


def test_the_scale_holds_what_was_seen_and_more() -> None:
    (found,) = instruments_of({"binance": {("BTCUSDT", 0): PLAIN}}, {})
    assert found.scale == Scale(8, 10)


def test_the_scale_gives_decimals_for_room() -> None:
    extent = Extent(10, 0, 1, 10**13, 1)
    (found,) = instruments_of({"binance": {("PEPEUSDT", 0): extent}}, {})
    assert found.scale == Scale(10, 5)


def test_all_venues_of_an_asset_share_a_scale() -> None:
    found = by_id(
        *instruments_of(
            {
                "binance": {("BTCUSDT", 0): Extent(2, 5, 70_000, 9_000)},
                "mexc": {("BTCUSDT", 0): Extent(2, 12, 70_000, 9)},
                "okx": {("BTC-USDT", 0): Extent(11, 8, 70_000, 10)},
                "kraken": {("ETH/USDT", 0): Extent(2, 8, 4_000, 10)},
            },
            {},
        )
    )
    btc = {found[f"BTC-USDT.{name}"].scale for name in ("BINANCE", "MEXC", "OKX")}
    assert btc == {Scale(11, 12)}
    assert found["ETH-USDT.KRAKEN"].scale == Scale(8, 10)
    engine = Engine()
    for instrument in found.values():
        engine.add_instrument(instrument)


def test_absurd_numbers_leave_the_usual_scale() -> None:
    extent = Extent(18, 18, 2**63 - 1, 2**63 - 1, 1)
    (found,) = instruments_of({"binance": {("BTCUSDT", 0): extent}}, {})
    assert found.scale == Scale(8, 10)


# ------------------------------------------------------------------- lists


@pytest.mark.parametrize("name", VENUES)
def test_a_listed_instrument_keeps_its_rules(name: str) -> None:
    listed = catalogue(name)
    seen = {}
    for instrument in listed.instruments:
        is_side = instrument.native != instrument.symbol and instrument.outcome is not None
        number = (1 if instrument.outcome.value == "yes" else 2) if is_side else 0  # type: ignore[union-attr] # not None if it is a side
        seen[instrument.native, number] = Extent(1, 1, 1, 1, 1)
    found = by_id(*instruments_of({name: seen}, {name: listed}))
    assert found.keys() == {str(i.id) for i in listed.instruments}
    engine = Engine()
    for expected in listed.instruments:
        instrument = found[str(expected.id)]
        assert (instrument.tick, instrument.lot) == (expected.tick, expected.lot)
        assert instrument.fee == expected.fee
        engine.add_instrument(instrument)


def test_only_what_occurs_is_an_instrument() -> None:
    listed = catalogue("kraken")
    one = listed.instruments[0]
    (found,) = instruments_of({"kraken": {(one.native, 0): PLAIN}}, {"kraken": listed})
    assert found.id == one.id


def test_a_listed_instrument_is_called_as_the_stream_calls_it() -> None:
    listed = catalogue("kraken")
    one = next(i for i in listed.instruments if any("/" in alias for alias in i.aliases))
    spelling = next(alias for alias in one.aliases if "/" in alias)
    (found,) = instruments_of({"kraken": {(spelling, 0): PLAIN}}, {"kraken": listed})
    assert (found.id, found.native) == (one.id, spelling)
    # Lists say how one protocol prints numbers; the frames show how theirs does.
    assert one.printed_scale is not None
    assert found.printed_scale is None


def test_what_is_not_listed_is_an_instrument_too() -> None:
    (found,) = instruments_of({"kraken": {("NEW/COIN", 0): PLAIN}}, {"kraken": catalogue("kraken")})
    assert (str(found.id), found.kind, found.tick) == ("NEW-COIN.KRAKEN", Kind.SPOT, None)


def test_a_token_needs_no_side_to_be_found() -> None:
    listed = catalogue("polymarket")
    token = listed.instruments[1]
    (found,) = instruments_of({"polymarket": {(token.native, 0): PLAIN}}, {"polymarket": listed})
    assert (found.id, found.outcome, found.tick) == (token.id, token.outcome, token.tick)
    # Frames name the token and no side: the engine must find the book by it alone.
    engine = Engine()
    book = engine.add_instrument(found)
    level = b'[{"price":"0.5","size":"10"}]'
    frame = (
        b'{"event_type":"book","asset_id":"%s","market":"0x1","timestamp":"1","hash":"",'
        b'"bids":%s,"asks":[]}' % (token.native.encode(), level)
    )
    engine.open_feed("polymarket").on_frame(frame, 1)
    assert book.best_bid is not None
    assert book.price(book.best_bid[0]) == Decimal("0.5")


def test_the_scale_of_a_listed_instrument_holds_what_is_finer_than_its_rules() -> None:
    listed = catalogue("gateio")
    one = listed.instruments[0]
    extent = Extent(13, 12, 100, 100, 1)
    (found,) = instruments_of({"gateio": {(one.native, 0): extent}}, {"gateio": listed})
    assert found.price_decimals >= 13
    assert found.size_decimals >= 12
