"""Binance spot: market streams and public REST.

Source: binance/binance-spot-api-docs, web-socket-streams.md, rest-api.md and errors.md.
"""

from crossbook.sim.desks.binance.desk import BinanceDesk

__all__ = ["BinanceDesk"]
