"""The venues' servers without sockets: one file a venue, one protocol each."""

from typing import Final

from crossbook.sim.desk import Desk

__all__ = ["DESKS"]

DESKS: Final[dict[str, type[Desk]]] = {}
"""The desk of each venue, by its lower-case id."""
