"""Tick, lot and smallest size of each pair, as each exchange has them."""

from typing import Final

import msgspec


class Grid(msgspec.Struct, frozen=True):
    """The steps of one pair at one exchange."""

    price_decimals: int
    """The tick is one unit of the last decimal."""
    size_decimals: int
    """The lot is one unit of the last decimal."""
    min_size: str = ""
    """Smallest size of an order; empty: one lot."""


_GRIDS: Final[dict[str, dict[str, Grid]]] = {
    "binance": {
        "BTC": Grid(2, 5),
        "ETH": Grid(2, 4),
        "SOL": Grid(2, 3),
        "XRP": Grid(4, 1),
        "DOGE": Grid(5, 0),
    },
    "coinbase": {
        "BTC": Grid(2, 8),
        "ETH": Grid(2, 8),
        "SOL": Grid(2, 8),
        "XRP": Grid(4, 6),
        "DOGE": Grid(5, 1),
    },
    "kraken": {
        "BTC": Grid(1, 8, "0.0001"),
        "ETH": Grid(2, 8, "0.002"),
        "SOL": Grid(2, 8, "0.05"),
        "XRP": Grid(5, 8, "2"),
        "DOGE": Grid(6, 8, "15"),
    },
    "mexc": {
        "BTC": Grid(2, 8, "0.000001"),
        "ETH": Grid(2, 5, "0.00001"),
        "SOL": Grid(2, 4, "0.001"),
        "XRP": Grid(4, 2, "0.01"),
        "DOGE": Grid(5, 2, "0.1"),
    },
    "gateio": {
        "BTC": Grid(1, 6, "0.00001"),
        "ETH": Grid(2, 5, "0.0001"),
        "SOL": Grid(2, 3, "0.001"),
        "XRP": Grid(4, 2, "0.01"),
        "DOGE": Grid(5, 2, "1"),
    },
    "bybit": {
        "BTC": Grid(1, 6, "0.000011"),
        "ETH": Grid(2, 5, "0.00021"),
        "SOL": Grid(2, 3, "0.004"),
        "XRP": Grid(4, 2, "0.27"),
        "DOGE": Grid(5, 1, "1.6"),
    },
    "okx": {
        "BTC": Grid(1, 8, "0.00001"),
        "ETH": Grid(2, 6, "0.0001"),
        "SOL": Grid(2, 6, "0.001"),
        "XRP": Grid(4, 6, "1"),
        "DOGE": Grid(5, 6, "10"),
    },
}


def spot_grid(venue: str, base: str) -> Grid:
    """Return the grid of a pair against USDT; a currency without one has four decimals each."""
    return _GRIDS[venue].get(base, Grid(4, 4))
