"""Which books a new socket brings already, while an older one still does."""

from collections.abc import Iterable

from crossbook._core import Discovery
from crossbook.live.listener import Tap
from crossbook.model import Instrument, Outcome

__all__ = ["Arrivals"]

_OUTCOMES = {None: 0, Outcome.YES: 1, Outcome.NO: 2}


class Arrivals:
    """Looks at a socket's first messages to see whose they are.

    Only a successor needs it, until it has taken over: the engine's books do not tell over
    which of two sockets a change came first.

    Args:
        venue: whose messages they are.
        tap: takes them, too.
    """

    def __init__(self, venue: str, tap: Tap | None) -> None:
        self._discovery = Discovery(venue)
        self.tap = tap

    def take(self, message: bytes, ts_ns: int) -> None:
        """Look at a message."""
        self._discovery.on_frame(message)
        if self.tap is not None:
            self.tap(message, ts_ns)

    def missing(self, instruments: Iterable[Instrument]) -> list[Instrument]:
        """Return those of which nothing came yet."""
        seen = {(row[0], row[1]) for row in self._discovery.seen()}
        return [each for each in instruments if not seen.intersection(_names(each))]


def _names(instrument: Instrument) -> set[tuple[str, int]]:
    natives = {instrument.native, *instrument.aliases, instrument.book_native or instrument.native}
    outcome = _OUTCOMES[instrument.outcome]
    return {(native, number) for native in natives for number in (0, outcome)}
