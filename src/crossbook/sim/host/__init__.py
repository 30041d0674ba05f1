"""Simulated venues on real sockets: a websocket and a REST server for each, and a control server.

The venues speak through their desks (`crossbook.sim.desks`); what goes wrong between them and
their clients is in `crossbook.sim.chaos`.
"""

from crossbook.sim.host.session import SimulatedVenues

__all__ = ["SimulatedVenues"]
