"""A whole session: every venue's frames, merged by the time at which they arrive."""

import heapq
from collections.abc import Iterable, Iterator
from typing import Self

from crossbook.sim.client import TrueBook
from crossbook.sim.config import START_NS, VENUES, SessionConfig
from crossbook.sim.event import Emission, WireEvent
from crossbook.sim.faults import Fault, Line
from crossbook.sim.listing import Listing
from crossbook.sim.publisher import PUBLISHERS

Arrival = tuple[Emission, list[WireEvent]]


class SimulatedSession:
    """Frames in the real wire formats, from one seed: no socket, clock or chance.

    Equal arguments give equal bytes on every platform. A venue sends the same
    frames whichever other venues take part.

    Iterate over it to get the events, once. Between two events `truth` tells what a
    client knows that got everything so far.

    Args:
        seed: any integer.
        venues: which venues take part.
        config: how large and how busy the session is.

    Raises:
        ValueError: a venue is unknown, or a number of the configuration makes no sense.

    Examples:
        >>> session = SimulatedSession(7, venues=["kraken"])
        >>> event = next(session)
        >>> event.kind, event.payload
        ('open', b'wss://ws.kraken.com/v2')
        >>> [listing.instrument_id for listing in session.metadata()]
        ['BTC-USDT.KRAKEN', 'ETH-USDT.KRAKEN', 'SOL-USDT.KRAKEN']
        >>> session.truth("kraken", "BTC/USDT").bids
        []
    """

    def __init__(
        self,
        seed: int,
        *,
        venues: Iterable[str] = VENUES,
        config: SessionConfig | None = None,
    ) -> None:
        self.seed = seed
        self.config = _checked(config or SessionConfig())
        wanted = set(venues)
        if unknown := wanted - set(PUBLISHERS):
            raise ValueError(f"no such simulated venue: {', '.join(sorted(unknown))}")
        self.venues = tuple(venue for venue in VENUES if venue in wanted)
        """The venues that take part, in their fixed order."""
        self._publishers = {venue: PUBLISHERS[venue](seed, self.config) for venue in self.venues}
        self._lines = [
            Line(self.config.faults, seed, publisher.connection)
            for publisher in self._publishers.values()
        ]
        self._events = self._run()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> WireEvent:
        return next(self._events)

    def metadata(self) -> list[Listing]:
        """Return every instrument of the session."""
        return [
            listing for publisher in self._publishers.values() for listing in publisher.listings()
        ]

    def truth(self, venue: str, native: str, outcome: str = "") -> TrueBook:
        """Return a client's exact book after the last event.

        It is what a client knows that got everything the venue sent: cut to the
        depth it subscribed to, empty before the first snapshot and between a tick
        change and the book that follows it.

        Args:
            venue: the venue's id.
            native: symbol, token id or ticker.
            outcome: `YES` or `NO`; needed for Kalshi, whose ticker means both.

        Raises:
            KeyError: there is no such instrument in the session.
        """
        return self._publishers[venue].read(native, outcome)

    def faults(self) -> list[Fault]:
        """Return what went wrong so far, by time."""
        faults = [fault for line in self._lines for fault in line.log]
        return sorted(faults, key=lambda fault: (fault.ts_recv_ns, fault.connection))

    def _run(self) -> Iterator[WireEvent]:
        duration_ns = self.config.duration_ns
        end_ns = None if duration_ns is None else START_NS + duration_ns
        streams = [
            line.carry(publisher.emissions())
            for line, publisher in zip(self._lines, self._publishers.values(), strict=True)
        ]
        for emission, arrivals in heapq.merge(*streams, key=_arrival_ns):
            if end_ns is not None and emission.event.ts_recv_ns >= end_ns:
                return
            # A stream runs one event ahead: only now does the client get it.
            for patch in emission.patches:
                patch.book.apply(patch.levels, replaces=patch.replaces)
            yield from arrivals


def _arrival_ns(arrival: Arrival) -> int:
    return arrival[0].event.ts_recv_ns


def _checked(config: SessionConfig) -> SessionConfig:
    if not 1 <= config.steps_per_s <= 1_000_000:
        raise ValueError(f"steps_per_s must be from 1 to 1000000, not {config.steps_per_s}")
    if config.kraken_depth not in {10, 25, 100, 500, 1000}:
        raise ValueError(f"kraken_depth must be a depth of the venue, not {config.kraken_depth}")
    if not (1 <= config.spot_assets <= 3 and 1 <= config.questions <= 3):
        raise ValueError("spot_assets and questions must be from 1 to 3")
    if config.snapshot_every_ns is not None and config.snapshot_every_ns < 1_000_000_000:
        raise ValueError("snapshot_every_ns must be at least one second")
    return config
