"""What the venues sent in the recorded sessions fits the scales made of their own lists."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crossbook.model import Instrument, Scale
from crossbook.model.scale import UNKNOWN_SCALE, decimals_of, fits
from crossbook.venues.registry import VENUES
from tests.recorded.lists import load

Level = tuple[str, str, str]
SESSIONS = {
    "binance/ws_spot_combined_3sym_20211012.tsv": ("binance/rest_exchangeInfo_20211012.json.zst"),
    "coinbase/ws_exchange_level2_ticker_matches_20210417.tsv.zst": (
        "coinbase/rest_exchange_products_20210417.json"
    ),
    "kraken/ws_v1_book1000_20210417.tsv.zst": "kraken/rest_AssetPairs_20210417.json.zst",
    "gateio/ws_v4_spot_20210422.tsv": "gateio/rest_currency_pairs_20210422.json.zst",
    "okx/ws_v5_books_trades_tickers_20220513.tsv.zst": (
        "okx/rest_instruments_SPOT_20220513.json.zst"
    ),
}


def messages(path: Path) -> Iterator[Any]:
    for line in load(path).decode().splitlines():
        _, direction, payload = line.split("\t", 2)
        if direction == "R":
            yield json.loads(payload, parse_float=str)


def levels(path: Path) -> Iterator[Level]:
    """Yield (native symbol, price, size) of every book level in a session."""
    venue = path.parent.name
    for message in messages(path):
        yield from READERS[venue](message)


def _binance(message: Any) -> Iterator[Level]:
    data = message.get("data", message)
    for price, size in (*data.get("b", []), *data.get("a", [])) if "U" in data else ():
        yield data["s"], price, size


def _coinbase(message: Any) -> Iterator[Level]:
    for price, size in (*message.get("bids", []), *message.get("asks", [])):
        yield message["product_id"], price, size
    for _, price, size in message.get("changes", []):
        yield message["product_id"], price, size


def _kraken(message: Any) -> Iterator[Level]:
    if isinstance(message, list):
        for part in message[1:-2]:
            for side in ("as", "bs", "a", "b"):
                for price, size, *_ in part.get(side, []):
                    yield message[-1], price, size


def _gateio(message: Any) -> Iterator[Level]:
    result = message.get("result") or {}
    if message["channel"] == "spot.order_book_update" and message["event"] == "update":
        for price, size in (*result["b"], *result["a"]):
            yield result["s"], price, size


def _okx(message: Any) -> Iterator[Level]:
    if message.get("arg", {}).get("channel") == "books":
        for book in message.get("data", []):
            for price, size, *_ in (*book["bids"], *book["asks"]):
                yield message["arg"]["instId"], price, size


READERS = {
    "binance": _binance,
    "coinbase": _coinbase,
    "kraken": _kraken,
    "gateio": _gateio,
    "okx": _okx,
}


def misfits(found: Iterator[Level], scales: dict[str, Scale]) -> list[Level]:
    """Return the levels that are finer than the scale of their symbol, or too large for it."""
    wrong = []
    for native, price, size in found:
        scale = scales[native]
        pairs = ((price, scale.price_decimals), (size, scale.size_decimals))
        if not all(
            decimals_of(Decimal(text)) <= decimals and fits(Decimal(text), decimals)
            for text, decimals in pairs
        ):
            wrong.append((native, price, size))
    return wrong


def instruments(recordings: Path, session: str) -> dict[str, Instrument]:
    venue = session.partition("/")[0]
    catalogue = VENUES[venue].symbols.instruments(load(recordings / SESSIONS[session]))
    if venue == "okx":
        futures = load(recordings / "okx/rest_instruments_FUTURES_20220513.json")
        both = (*catalogue.instruments, *VENUES[venue].symbols.instruments(futures).instruments)
        return {i.native: i for i in both}
    return {native: i for (native, _), i in catalogue.by_native().items()}


@pytest.mark.parametrize("session", SESSIONS)
def test_each_recorded_level_fits_the_scale_of_its_instrument(
    recordings: Path, session: str
) -> None:
    scales = {native: i.scale for native, i in instruments(recordings, session).items()}
    assert misfits(levels(recordings / session), scales) == []


@pytest.mark.parametrize("session", SESSIONS)
def test_each_recorded_level_fits_the_scale_of_the_unknown(recordings: Path, session: str) -> None:
    scales = dict.fromkeys(instruments(recordings, session), UNKNOWN_SCALE)
    assert misfits(levels(recordings / session), scales) == []


def test_recorded_sizes_are_finer_than_the_listed_lot(recordings: Path) -> None:
    session = "gateio/ws_v4_spot_20210422.tsv"
    listed = instruments(recordings, session)
    finer = {
        native
        for native, _, size in levels(recordings / session)
        if decimals_of(Decimal(size)) > decimals_of(listed[native].lot or Decimal(1))
    }
    assert {"DIS_USDT", "FAST_USDT", "HAI_ETH", "NEO_BTC", "QTUM3S_USDT", "ZKS_ETH"} <= finer


def test_recorded_snapshots_fit_too(recordings: Path) -> None:
    listed = instruments(recordings, "gateio/ws_v4_spot_20210422.tsv")
    seen = 0
    for path in sorted((recordings / "gateio").glob("rest_order_book100_*.json")):
        native = path.stem.removeprefix("rest_order_book100_").rpartition("_")[0]
        book = json.loads(path.read_bytes())
        found = [(native, price, size) for price, size in (*book["bids"], *book["asks"])]
        assert misfits(iter(found), {native: listed[native].scale}) == []
        seen += len(found)
    assert seen == 994
