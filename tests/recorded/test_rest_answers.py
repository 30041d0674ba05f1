"""Recorded REST answers of real venues are read as what they are."""

from decimal import Decimal
from pathlib import Path

import pytest

from crossbook.errors import RateLimitError
from crossbook.venues.registry import VENUES
from tests.recorded.lists import load

TRADES = [
    ("kraken/rest_Trades_recorded.json.zst", "BTC/USDT", 1000),
    ("examples/binance/http_json_trades_response.json", "BTCUSDT", 1),
    ("examples/bybit/http_get_trades_recent.json", "BTCUSDT", 1),
    ("examples/okx/http_get_trades.json", "BTC-USDT", 2),
    ("examples/coinbase/http_ticker.json", "BTC-USD", 3),
    ("examples/mexc/Endpoints_SpotApi_ExchangeData_GetRecentTrades.txt", "ETHUSDT", 2),
    ("examples/gateio/Endpoints_Spot_ExchangeData_GetTrades.txt", "BTC_USDT", 1),
]
KLINES = [
    ("examples/binance/http_json_klines_response.json", "BTCUSDT", 1),
    ("examples/okx/http_get_candlesticks.json", "BTC-USDT", 2),
    ("examples/coinbase/http_candles.json", "BTC-USD", 2),
    ("examples/mexc/Endpoints_SpotApi_ExchangeData_GetKlines.txt", "BTCUSDT", 1),
    ("examples/gateio/Endpoints_Spot_ExchangeData_GetKlines.txt", "BTC_USDT", 1),
]
BOOKS = [
    ("binance/rest_depth1000_LRCBTC_1633998516844.json", "binance"),
    ("gateio/rest_order_book100_NEO_BTC_1619093534732.json", "gateio"),
    ("examples/bybit/http_get_orderbook.json", "bybit"),
    ("examples/okx/http_get_order_book.json", "okx"),
    ("examples/coinbase/http_product_book.json", "coinbase"),
    ("polymarket/single/rest_book.json", "polymarket"),
]


def venue_of(name: str) -> str:
    """Return the venue whose folder a recording lies in."""
    return name.removeprefix("examples/").partition("/")[0]


@pytest.mark.parametrize(("name", "native", "count"), TRADES)
def test_trades_are_read_oldest_first(recordings: Path, name: str, native: str, count: int) -> None:
    body, venue = load(recordings / name), VENUES[venue_of(name)]
    instrument = venue.symbols.instrument_from_native(native)
    assert venue.rest.failure(200, {}, body) is None
    trades = venue.rest.read_trades(instrument, body)
    assert len(trades) == count
    times = [trade.ts_event_ns for trade in trades]
    assert times == sorted(times)
    assert all(trade.price > 0 and trade.size > 0 and trade.taker for trade in trades)


@pytest.mark.parametrize(("name", "native", "count"), KLINES)
def test_candles_hold_their_prices(recordings: Path, name: str, native: str, count: int) -> None:
    body, venue = load(recordings / name), VENUES[venue_of(name)]
    instrument = venue.symbols.instrument_from_native(native)
    assert venue.rest.failure(200, {}, body) is None
    klines = venue.rest.read_klines(instrument, body)
    assert len(klines) == count
    assert [each.open_ns for each in klines] == sorted(each.open_ns for each in klines)
    for each in klines:
        assert each.low <= min(each.open, each.close) <= max(each.open, each.close) <= each.high


@pytest.mark.parametrize(("name", "venue"), BOOKS)
def test_a_book_is_no_refusal(recordings: Path, name: str, venue: str) -> None:
    assert VENUES[venue].rest.failure(200, {}, load(recordings / name)) is None


def test_the_trades_of_one_token_are_picked(recordings: Path) -> None:
    token = "21742633143463906290569050155826241533067272736897614950488156847949938836455"
    venue = VENUES["polymarket"]
    body = load(recordings / "polymarket/single/rest_trades.json")
    trades = venue.rest.read_trades(venue.symbols.instrument_from_native(token), body)
    assert trades
    assert trades[-1].price == Decimal("0.998")
    assert venue.rest.read_trades(venue.symbols.instrument_from_native("1"), body) == []


def test_recorded_refusals_are_refusals(recordings: Path) -> None:
    body = (recordings / "examples/polymarket/http_order_response_error_500.json").read_bytes()
    error = VENUES["polymarket"].rest.failure(500, {}, body)
    assert error is not None
    assert not isinstance(error, RateLimitError)
