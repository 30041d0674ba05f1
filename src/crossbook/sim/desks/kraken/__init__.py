"""Kraken: websocket v2 and public REST.

Source: Kraken's "Spot WebSocket v2" and "Spot REST" pages.
"""

from crossbook.sim.desks.kraken.desk import KrakenDesk

__all__ = ["KrakenDesk"]
