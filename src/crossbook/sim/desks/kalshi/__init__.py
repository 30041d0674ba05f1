"""Kalshi: websocket v2 and public REST.

Source: Kalshi's AsyncAPI 2.0.0 and OpenAPI 3.
"""

from crossbook.sim.desks.kalshi.desk import KalshiDesk

__all__ = ["KalshiDesk"]
