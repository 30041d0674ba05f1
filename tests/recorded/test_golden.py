"""The golden sessions are what the generator writes, and a client ends with their truth."""

import json
import os
from decimal import Decimal
from pathlib import Path

import pytest

from crossbook.sim import WireEvent
from tests.recorded.golden import FOLDER, REPLAY, SESSIONS, Golden, write
from tests.unit.sim import replicas

each_session = pytest.mark.parametrize("golden", SESSIONS, ids=lambda golden: golden.path)


def files(folder: Path) -> dict[str, bytes]:
    paths = [path for path in sorted(folder.iterdir()) if path.name != REPLAY]
    return {path.name: path.read_bytes() for path in paths}


def read_events(folder: Path, venue: str) -> list[WireEvent]:
    events = []
    for line in (folder / "frames.tsv").read_bytes().splitlines():
        time, direction, payload = line.split(b"\t")
        kind = {b"C": "open", b"R": "frame"}[direction]
        events.append(WireEvent(int(time), venue, "", kind, "", payload))  # type: ignore[arg-type]
    for path in folder.glob("rest_depth_*.json"):
        _, _, native, moment_ms = path.stem.split("_")
        arrival_ns = int(moment_ms) * 1_000_000
        events.append(WireEvent(arrival_ns, venue, "", "rest_snapshot", native, path.read_bytes()))
    return sorted(events, key=lambda event: event.ts_recv_ns)


@each_session
def test_a_session_is_written_again_byte_for_byte(golden: Golden, tmp_path: Path) -> None:
    if os.environ.get("UPDATE_GOLDEN"):  # then read the diff before committing it
        write(golden, FOLDER)
    write(golden, tmp_path)
    assert files(tmp_path / golden.path) == files(FOLDER / golden.path)


@each_session
def test_a_client_ends_with_the_truth(golden: Golden) -> None:
    folder = FOLDER / golden.path
    client = replicas.replica(golden.venue, golden.config.kraken_depth)
    for event in read_events(folder, golden.venue):
        client.on_event(event)
    truth = json.loads((folder / "truth.json").read_bytes())
    for instrument, book in truth["books"].items():
        outcome = instrument.partition(".")[0].rpartition("-")[2]
        seen = client.book(book["native"], outcome if golden.venue == "kalshi" else "")
        assert seen.is_live
        assert seen.read() == tuple(
            [(Decimal(price), Decimal(size)) for price, size in book[side]]
            for side in ("bids", "asks")
        )
    assert (client.gaps > 0) == bool(truth["faults"])


def test_there_is_no_session_without_a_rule_to_write_it() -> None:
    folders = {str(path.parent.relative_to(FOLDER)) for path in FOLDER.glob("*/*/frames.tsv")}
    assert folders == {golden.path for golden in SESSIONS}


def test_a_session_stays_small() -> None:
    for golden in SESSIONS:
        assert sum(len(content) for content in files(FOLDER / golden.path).values()) < 60_000
