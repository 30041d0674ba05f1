"""Simulated venues: a seeded market model that speaks the venues' wire formats.

`SimulatedSession` gives the frames, the facts to register the instruments and, at
any moment, the books as they must be.
"""

from crossbook.sim.client import TrueBook
from crossbook.sim.config import START_NS, VENUES, Faults, SessionConfig
from crossbook.sim.event import WireEvent
from crossbook.sim.faults import Fault
from crossbook.sim.instruments import listed_instrument
from crossbook.sim.listing import Listing
from crossbook.sim.session import SimulatedSession

__all__ = [
    "START_NS",
    "VENUES",
    "Fault",
    "Faults",
    "Listing",
    "SessionConfig",
    "SimulatedSession",
    "TrueBook",
    "WireEvent",
    "listed_instrument",
]
