"""What happens on connections, as lines of the log: a fixed name, then fields."""

import logging
from typing import Final

__all__ = ["note"]

_LOG: Final = logging.getLogger("crossbook.live")


def note(event: str, **fields: object) -> None:
    """Log an event: `live.closed venue=kraken slot=0 code=1006`."""
    if _LOG.isEnabledFor(logging.INFO):
        _LOG.info("%s %s", event, " ".join(f"{key}={value}" for key, value in fields.items()))
