"""Gate.io spot: websocket v4 and public REST.

Source: Gate "Spot WebSocket v4" and "API v4" documentation.
"""

from crossbook.sim.desks.gateio.desk import GateioDesk

__all__ = ["GateioDesk"]
