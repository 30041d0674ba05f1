"""Bybit spot: v5 public stream and market REST.

Source: bybit-exchange/docs, docs/v5.
"""

from crossbook.sim.desks.bybit.desk import BybitDesk

__all__ = ["BybitDesk"]
