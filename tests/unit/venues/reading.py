"""Reading a venue's sample list after changing it."""

import json
from collections.abc import Callable
from typing import Any

from crossbook.model import Catalogue
from crossbook.venues.registry import VENUES
from tests.venues.samples import sample

__all__ = ["reread"]


def reread(venue: str, change: Callable[[Any], object]) -> Catalogue:
    """Return what a venue's reader makes of its sample after a change in place."""
    document = json.loads(sample(venue))
    change(document)
    return VENUES[venue].symbols.instruments(json.dumps(document).encode())
