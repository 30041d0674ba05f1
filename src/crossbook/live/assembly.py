"""A venue and its settings become what a driver is made of."""

import ssl
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random

from crossbook.clock import Clock
from crossbook.config import VenueConfig
from crossbook.live.environment import Environment, Fetch
from crossbook.live.settings import LiveSettings
from crossbook.live.sink import Sink
from crossbook.model import Instrument
from crossbook.venues.base import Venue
from crossbook.venues.stream import Signer, Stream

__all__ = ["assemble"]


def assemble(
    venue: Venue,
    config: VenueConfig,
    sink: Sink,
    fetch: Fetch | None,
    clock: Clock,
    random: Random,
    settings: LiveSettings | None = None,
    signer: Signer | None = None,
) -> Environment:
    """Return what a driver of the venue is made of; recorder and audits may be set in it.

    Args:
        venue: which.
        config: its settings.
        sink: where frames go. Instruments are registered there before they are subscribed to.
        fetch: its REST; `None`: there is none.
        clock: the time.
        random: jitter, and which book is audited.
        settings: how connections behave; `None`: as suits real venues.
        signer: for a venue that wants to know who connects.
    """
    make, rules = venue.stream, venue.rules(config)

    def stream(instruments: Sequence[Instrument]) -> Stream:
        return make(config, instruments, signer)

    most = config.instruments_per_socket_max or rules.instruments_max
    return Environment(
        venue=venue.name,
        rules=rules,
        instruments_max=min(most, rules.instruments_max),
        make_stream=stream,
        sink=sink,
        random=random,
        fetch=fetch,
        rest=venue.rest,
        clock=clock,
        settings=settings or LiveSettings(),
        tls=_trusted(config.ca_file),
        redundancy=config.redundancy,
        silence_s=config.silence_s,
        audit_every_s=config.audit_every_s,
    )


@cache
def _trusted(ca_file: Path | None) -> ssl.SSLContext:
    """Return whom to trust. Made once: reading the machine's authorities takes a while."""
    return ssl.create_default_context(cafile=ca_file)
