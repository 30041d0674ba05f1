"""What a venue does on a connection over time, one module a venue."""

from typing import Final

from crossbook.sim.publisher.base import Publisher
from crossbook.sim.publisher.binance import BinancePublisher
from crossbook.sim.publisher.coinbase import CoinbasePublisher
from crossbook.sim.publisher.kalshi import KalshiPublisher
from crossbook.sim.publisher.kraken import KrakenPublisher
from crossbook.sim.publisher.polymarket import PolymarketPublisher

PUBLISHERS: Final[dict[str, type[Publisher]]] = {
    "binance": BinancePublisher,
    "coinbase": CoinbasePublisher,
    "kraken": KrakenPublisher,
    "polymarket": PolymarketPublisher,
    "kalshi": KalshiPublisher,
}

__all__ = ["PUBLISHERS", "Publisher"]
