"""Polymarket: the market channel, the CLOB's public REST, Gamma and the trades of the Data API.

Source: Polymarket documentation, "Market Channel", "CLOB" and "Gamma".
"""

from crossbook.sim.desks.polymarket.desk import PolymarketDesk

__all__ = ["PolymarketDesk"]
