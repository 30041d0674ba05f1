"""Instruments for tests, of which only what matters is said."""

from decimal import Decimal
from typing import Any

from crossbook.model import AssetKey, FeeSchedule, Instrument, Kind, Scale

__all__ = ["instrument"]


def instrument(**changes: Any) -> Instrument:
    """Return BTC-USDT on Binance, changed as told."""
    fields: dict[str, Any] = {
        "symbol": "BTC-USDT",
        "venue": "binance",
        "native": "BTCUSDT",
        "kind": Kind.SPOT,
        "base": "BTC",
        "quote": "USDT",
        "asset": AssetKey.of_pair("BTC-USDT", "BTC"),
        "scale": Scale(8, 10),
        "fee": FeeSchedule(taker_ppm=1000, maker_ppm=1000),
        "tick": Decimal("0.01"),
        "lot": Decimal("0.00001"),
    }
    return Instrument(**(fields | changes))
