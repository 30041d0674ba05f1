"""The recorded lists of instruments: which files they are, and how many rows each has."""

from pathlib import Path

import zstandard

__all__ = ["LISTS", "load"]

LISTS: dict[str, tuple[str, int]] = {
    "binance/rest_exchangeInfo_20211012.json.zst": ("binance", 1695),
    "coinbase/rest_exchange_products_20210417.json": ("coinbase", 162),
    "examples/coinbase/http_product.json": ("coinbase", 1),
    "examples/coinbase/http_products.json": ("coinbase", 2),
    "examples/coinbase/http_products_future.json": ("coinbase", 2),
    "kraken/rest_AssetPairs_20210417.json.zst": ("kraken", 304),
    "kraken/ws_v2_instrument_snapshot_pretty.json.zst": ("kraken", 683),
    "examples/kraken/http_asset_pairs.json": ("kraken", 1),
    "examples/kraken/http_asset_pairs_tokenized.json": ("kraken", 1),
    "examples/mexc/Endpoints_SpotApi_ExchangeData_GetExchangeInfo.txt": ("mexc", 1),
    "gateio/rest_currency_pairs_20210422.json.zst": ("gateio", 1458),
    "examples/gateio/Endpoints_Spot_ExchangeData_GetSymbol.txt": ("gateio", 1),
    "examples/gateio/Endpoints_Spot_ExchangeData_GetSymbols.txt": ("gateio", 1),
    "examples/bybit/http_get_instruments_spot.json": ("bybit", 2),
    "examples/bybit/http_get_instruments_spot_xstocks.json": ("bybit", 1),
    "okx/rest_instruments_SPOT_20220513.json.zst": ("okx", 513),
    "okx/rest_instruments_FUTURES_20220513.json": ("okx", 104),
    "okx/rest_instruments_SWAP_20220513.json.zst": ("okx", 166),
    "okx/rest_instruments_OPTION_BTC-USD_20220513.json.zst": ("okx", 346),
    "examples/okx/http_get_instruments_spot.json": ("okx", 5),
    "examples/okx/http_get_instruments_margin.json": ("okx", 4),
    "examples/okx/http_get_instruments_swap.json": ("okx", 3),
    "examples/okx/ws_instruments.json": ("okx", 1),
    "polymarket/rest_gamma_markets_BTC-5m_20260724.ndjson.zst": ("polymarket", 390),
    "polymarket/single/rest_market.json": ("polymarket", 2),
    # Of 100 markets one has no tokens.
    "polymarket/single/rest_markets.json.zst": ("polymarket", 198),
    "examples/polymarket/gamma_event.json": ("polymarket", 4),
    "examples/polymarket/gamma_market.json": ("polymarket", 2),
    "examples/polymarket/gamma_market_sports_market_money_line.json": ("polymarket", 2),
    "examples/polymarket/clob_market_closed_binary_accepting_true.json": ("polymarket", 2),
    "examples/polymarket/ws_market_new_market_msg.json": ("polymarket", 2),
    # Events without their markets.
    "kalshi/rest_events_open_20250313.json.zst": ("kalshi", 0),
}
"""File to venue and number of instruments."""


def load(path: Path) -> bytes:
    """Return the body of a recorded answer, decompressed, without what documents put before it."""
    body = path.read_bytes()
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().stream_reader(body).read()
    if path.suffix == ".txt":
        # Method, path and whether it is signed stand on three lines above the answer.
        return body.split(b"\n", 3)[3]
    return body
