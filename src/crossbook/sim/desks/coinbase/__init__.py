"""Coinbase: Advanced Trade and, under `/exchange`, the Exchange feed; public REST of both.

Source: Coinbase Developer Platform, "Advanced Trade" and "Exchange".
"""

from crossbook.sim.desks.coinbase.desk import CoinbaseDesk

__all__ = ["CoinbaseDesk"]
