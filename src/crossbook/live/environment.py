"""What all connections of one venue are given: limits, clock, chance, network, books."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

import msgspec

from crossbook.clock import Clock, SystemClock
from crossbook.errors import DeadlineError, UnavailableError
from crossbook.live.budget import RateBudget
from crossbook.live.counts import VenueCounts
from crossbook.live.handshake import Connect, connect
from crossbook.live.journal import note
from crossbook.live.latency import Latency
from crossbook.live.listener import Recorder
from crossbook.live.offset import ClockOffset
from crossbook.live.settings import LiveSettings
from crossbook.live.sink import Feed, Scratch, Sink
from crossbook.model import Instrument
from crossbook.venues.requests import Request, Rest
from crossbook.venues.stream import Stream, StreamRules

__all__ = ["Environment", "Fetch", "MakeStream", "Slot", "Slots"]

MakeStream = Callable[[Sequence[Instrument]], Stream]
"""Makes the conduct of a new socket that is to bring these instruments."""


class Fetch(Protocol):
    """Sends a REST request, within the venue's budget."""

    def __call__(self, request: Request, /) -> Awaitable[bytes]:
        """Return the answer's body.

        Raises:
            CrossbookError: there is none.
        """
        ...


class Slot(msgspec.Struct, frozen=True):
    """A feed of the engine, for one socket after the other."""

    number: int
    """Counts the venue's feeds from 0."""
    feed: Feed


class Slots:
    """A venue's feeds: an engine never forgets one, so they are used again.

    Args:
        sink: where feeds come from.
        venue: whose.
    """

    def __init__(self, sink: Sink, venue: str) -> None:
        self._sink = sink
        self._venue = venue
        self._made = 0
        self._free: list[Slot] = []

    def take(self) -> Slot:
        """Return one that no socket uses."""
        if self._free:
            return self._free.pop(0)
        self._made += 1
        return Slot(self._made - 1, self._sink.open_feed(self._venue))

    def give(self, slot: Slot) -> None:
        """Take one back whose socket has ended."""
        self._free.append(slot)


@dataclass(kw_only=True)
class Environment:
    """What a venue's connections share."""

    venue: str
    rules: StreamRules
    instruments_max: int
    """Instruments on one socket."""
    make_stream: MakeStream
    sink: Sink
    random: Random
    """Where chance comes from: jitter, and which book is audited."""
    connect: Connect = connect
    fetch: Fetch | None = None
    """REST; `None`: there is none, and books whose base comes by REST never go live."""
    fetch_idly: Fetch | None = None
    """REST for what can wait: audits must not use up what a resync needs. `None`: as `fetch`."""
    rest: Rest | None = None
    """The venue's REST requests, for its clock and for audits."""
    scratch: Scratch | None = None
    """Makes books for audits; `None`: there are none."""
    clock: Clock = field(default_factory=SystemClock)
    settings: LiveSettings = field(default_factory=LiveSettings)
    tls: ssl.SSLContext | None = None
    """Whom to trust; `None`: the machine's authorities."""
    recorder: Recorder | None = None
    redundancy: int = 1
    """Sockets for each feed."""
    silence_s: float | None = None
    """A socket over which nothing came for this long is dead; `None`: as the venue's rules say."""
    audit_every_s: float | None = None
    """A book is compared with REST this often; `None`: never."""
    log: Callable[..., None] = note
    """Takes an event's name and its fields."""
    counts: VenueCounts = field(default_factory=VenueCounts)
    latency: Latency = field(default_factory=Latency)
    offset: ClockOffset = field(default_factory=ClockOffset)
    """How far the venue's clock is ahead of ours."""
    connects: RateBudget = field(init=False)
    """The venue's limit on connections."""
    slots: Slots = field(init=False)
    """Its feeds."""

    def __post_init__(self) -> None:
        self.connects = RateBudget(self.rules.connects, self.settings.budget_share, self.clock)
        self.slots = Slots(self.sink, self.venue)

    async def ask(self, request: Request, *, can_wait: bool = False) -> bytes:
        """Return the body of the answer to a REST request.

        Args:
            request: what to ask.
            can_wait: everybody else goes first.

        Raises:
            CrossbookError: there is none, or not in time.
        """
        if self.fetch is None:
            raise UnavailableError(self.venue, "no rest", "there is no REST for this venue")
        fetch = self.fetch_idly if can_wait and self.fetch_idly is not None else self.fetch
        deadline_s = self.settings.fetch_deadline_s
        try:
            async with asyncio.timeout(deadline_s):
                return await fetch(request)
        except TimeoutError as error:
            raise DeadlineError(f"{request.method} {request.path}", deadline_s) from error
