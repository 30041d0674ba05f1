"""MEXC spot: protobuf stream and public REST.

Source: mexcdevelop/websocket-proto and the "Spot V3" API documentation.
"""

from crossbook.sim.desks.mexc.desk import MexcDesk

__all__ = ["MexcDesk"]
