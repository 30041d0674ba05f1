"""The venues' servers without sockets: one file a venue, one protocol each."""

from typing import Final

from crossbook.sim.desk import Desk
from crossbook.sim.desks.kraken import KrakenDesk

__all__ = ["DESKS"]

DESKS: Final[dict[str, type[Desk]]] = {
    KrakenDesk.venue: KrakenDesk,
}
"""The desk of each venue, by its lower-case id."""
