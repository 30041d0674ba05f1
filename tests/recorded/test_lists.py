"""Every recorded list of instruments is read whole, and its names are a bijection."""

from functools import cache
from pathlib import Path

import pytest

from crossbook.errors import MetadataError
from crossbook.model import InstrumentId, share_scales
from crossbook.model.catalogue import Catalogue
from crossbook.model.scale import decimals_of, fits
from crossbook.venues.registry import VENUES, sniff_metadata
from tests.recorded.lists import LISTS, load

EACH = pytest.mark.parametrize(("name", "venue", "count"), [(n, *row) for n, row in LISTS.items()])


@cache
def read(path: Path, venue: str) -> Catalogue:
    return VENUES[venue].symbols.instruments(load(path))


@EACH
def test_each_row_is_an_instrument(recordings: Path, name: str, venue: str, count: int) -> None:
    catalogue = read(recordings / name, venue)
    assert len(catalogue.instruments) == count
    expected = 1 if name.endswith("single/rest_markets.json.zst") else 0
    assert len(catalogue.problems) == expected


@EACH
def test_the_venue_is_told_by_the_shape(
    recordings: Path, name: str, venue: str, count: int
) -> None:
    assert sniff_metadata(load(recordings / name)) is VENUES[venue]


@EACH
def test_native_symbol_and_id_are_a_bijection(
    recordings: Path, name: str, venue: str, count: int
) -> None:
    found = read(recordings / name, venue).instruments
    by_native = {(i.native, i.outcome): i.id for i in found}
    by_id = {i.id: (i.native, i.outcome) for i in found}
    assert len(by_native) == len(by_id) == count
    assert {native: id_ for id_, native in by_id.items()} == by_native
    assert [InstrumentId.parse(str(i.id)) for i in found] == [i.id for i in found]


@EACH
def test_each_spelling_finds_its_instrument(
    recordings: Path, name: str, venue: str, count: int
) -> None:
    catalogue = read(recordings / name, venue)
    index = catalogue.by_native()
    for instrument in catalogue.instruments:
        for spelling in (instrument.native, *instrument.aliases):
            assert index[spelling, instrument.outcome] is instrument
            assert instrument.spelled(spelling).native == spelling


@EACH
def test_the_storage_scale_holds_step_and_largest_value(
    recordings: Path, name: str, venue: str, count: int
) -> None:
    for instrument in read(recordings / name, venue).instruments:
        assert instrument.tick is None or decimals_of(instrument.tick) < instrument.price_decimals
        assert instrument.lot is not None
        assert decimals_of(instrument.lot) <= instrument.size_decimals
        assert fits(instrument.max_price or instrument.lot, instrument.price_decimals)
        assert fits(instrument.max_size or instrument.lot, instrument.size_decimals)


def test_what_a_spelling_alone_tells_agrees_with_the_lists(recordings: Path) -> None:
    wrong = []
    for name, (venue, _) in LISTS.items():
        symbols = VENUES[venue].symbols
        for known in read(recordings / name, venue).instruments:
            bare = symbols.instrument_from_native(known.native, known.outcome)
            if (bare.id, bare.base, bare.quote) != (known.id, known.base, known.quote):
                wrong.append(known.native)
    # Futures of Coinbase do not name their currency, dark pools of Kraken are on no stream.
    assert {native for native in wrong if not native.endswith((".d", "-CDE"))} == set()


def test_lists_of_several_venues_can_share_their_scales(recordings: Path) -> None:
    spot = [
        instrument
        for name, (venue, count) in LISTS.items()
        if count > 100 and venue not in {"polymarket", "kalshi"}
        for instrument in read(recordings / name, venue).instruments
    ]
    shared = share_scales(spot)
    assert [i.id for i in shared] == [i.id for i in spot]
    scales = {i.asset: i.scale for i in shared}
    for before, after in zip(spot, shared, strict=True):
        assert after.scale == scales[after.asset]
        assert before.lot is not None
        assert before.tick is not None
        assert decimals_of(before.lot) <= after.size_decimals
        assert decimals_of(before.tick) < after.price_decimals


@pytest.mark.parametrize(
    "name",
    [
        "binance/rest_depth1000_ETHBTC_20201101T09.json",
        "gateio/rest_order_book100_BTC_USDC_1619093545407.json",
        "polymarket/single/rest_trades.json",
        "polymarket/single/rest_book.json",
        "examples/polymarket/data_api_positions_response.json",
        "examples/bybit/http_get_fee_rate.json",
        "examples/okx/http_get_trades.json",
        "examples/kraken/http_ticker.json",
    ],
)
def test_other_answers_are_no_lists(recordings: Path, name: str) -> None:
    body = load(recordings / name)
    assert sniff_metadata(body) is None
    for venue in VENUES.values():
        with pytest.raises(MetadataError):
            venue.symbols.instruments(body)
