"""Write a session to files, in the framing of the recordings.

A stream file holds one event a line: receive time in nanoseconds, `C` (connection
opened, the payload is its URL) or `R` (received), and the payload, parted by tabs.
A REST answer is a file of its own with its receive time in milliseconds in the name.
"""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec
import zstandard

from crossbook.sim.event import FRAME, OPEN, REST_SNAPSHOT, WireEvent
from crossbook.sim.session import SimulatedSession

_DIRECTIONS: Final = {OPEN: b"C", FRAME: b"R"}


def record(session: SimulatedSession, folder: Path, *, compress: bool = False) -> None:
    """Run a session to its end and write it.

    `frames.tsv` (`.tsv.zst` when compressed), a `rest_depth_<symbol>_<time>.json` per
    REST answer, `instruments.json` with the facts of every instrument, and
    `truth.json` with the exact books at the end. A session of several venues gets a
    folder for each.

    Args:
        session: one with a `duration_ns`, of which nothing was taken yet.
        folder: made if it is not there.
        compress: write the frames with zstandard.

    Raises:
        ValueError: the session has no end.
        OSError: the files cannot be written.
    """
    if session.config.duration_ns is None:
        raise ValueError("a session without duration_ns has no end to record up to")
    events: dict[str, list[WireEvent]] = {venue: [] for venue in session.venues}
    for event in session:
        events[event.venue].append(event)
    for venue, arrived in events.items():
        target = folder if len(events) == 1 else folder / venue
        target.mkdir(parents=True, exist_ok=True)
        _write_events(arrived, target, compress=compress)
        listings = [listing for listing in session.metadata() if listing.venue == venue]
        facts = {listing.instrument_id: msgspec.json.encode(listing) for listing in listings}
        (target / "instruments.json").write_bytes(_object(facts) + b"\n")
        (target / "truth.json").write_bytes(_truth(session, venue, arrived) + b"\n")


def _write_events(events: list[WireEvent], folder: Path, *, compress: bool) -> None:
    lines = []
    for event in events:
        if event.kind == REST_SNAPSHOT:
            moment_ms = event.ts_recv_ns // 1_000_000
            name = f"rest_depth_{event.native}_{moment_ms}.json"
            (folder / name).write_bytes(event.payload)
            continue
        direction = _DIRECTIONS[event.kind]
        lines.append(b"%d\t%s\t%s\n" % (event.ts_recv_ns, direction, event.payload))
    content = b"".join(lines)
    if compress:
        content = zstandard.ZstdCompressor().compress(content)
    (folder / ("frames.tsv.zst" if compress else "frames.tsv")).write_bytes(content)


def _truth(session: SimulatedSession, venue: str, events: list[WireEvent]) -> bytes:
    books = {}
    for listing in session.metadata():
        if listing.venue != venue:
            continue
        book = session.truth(venue, listing.native, listing.outcome)
        shown = {
            "native": listing.native,
            "bids": [_texts(level) for level in book.bids],
            "asks": [_texts(level) for level in book.asks],
        }
        books[listing.instrument_id] = msgspec.json.encode(shown)
    faults = [fault for fault in session.faults() if fault.connection == f"{venue}-1"]
    return _object(
        {
            "seed": msgspec.json.encode(session.seed),
            "events": msgspec.json.encode(_counts(events)),
            "faults": msgspec.json.encode(faults),
            "books": _object(books),
        }
    )


def _counts(events: list[WireEvent]) -> dict[str, int]:
    return dict(sorted(Counter(event.kind for event in events).items()))


def _texts(level: tuple[Decimal, Decimal]) -> list[str]:
    return [f"{number:f}" for number in level]


def _object(members: dict[str, bytes]) -> bytes:
    """Return a JSON object with a line for each member: small, and still a diff to read."""
    lines = [b"%s: %s" % (msgspec.json.encode(name), text) for name, text in members.items()]
    return b"{\n" + b",\n".join(lines) + b"\n}"
