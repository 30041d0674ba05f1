"""The golden sessions, replayed: their books are the generator's own, their events always the same.

`replay.json` beside the frames is the report, without what depends on the machine. Its digest is
over every event: lists of them would be larger than the sessions.
"""

import json
import os
from decimal import Decimal

import msgspec
import pytest

from crossbook.backtest import Replay, ReplayReport, gather
from crossbook.model.events import BookState, MessageMissed, ProofFailed, StateChanged
from tests.recorded.golden import FOLDER, REPLAY, SESSIONS, Golden
from tests.recorded.replaying import Played

each_session = pytest.mark.parametrize("golden", SESSIONS, ids=lambda golden: golden.path)

OF_THE_MACHINE = ("ns_per_message", "memory_bytes", "files")


def replay_of(golden: Golden) -> Replay:
    folder = FOLDER / golden.path
    files = [folder / "frames.tsv", *sorted(folder.glob("rest_depth_*.json"))]
    return Replay(gather(files, venue_name=golden.venue))


def kept(report: ReplayReport) -> bytes:
    fields = msgspec.to_builtins(report)
    for name in OF_THE_MACHINE:
        del fields[name]
    for instrument in fields["instruments"].values():
        del instrument["memory_bytes"]
    return msgspec.json.format(msgspec.json.encode(fields), indent=1) + b"\n"


@each_session
def test_the_books_at_the_end_are_those_of_the_generator(golden: Golden) -> None:
    played = replay_of(golden)
    played.run()
    truth = json.loads((FOLDER / golden.path / "truth.json").read_bytes())
    assert played.engine.books.keys() == truth["books"].keys()
    for name, expected in truth["books"].items():
        book = played.engine.book(name)
        assert book.state is BookState.LIVE, name
        assert book.instrument.native == expected["native"]
        for side, levels in zip(("bids", "asks"), book.levels(), strict=True):
            ours = [(book.price(price), book.size(size)) for price, size in levels]
            assert ours == [(Decimal(price), Decimal(size)) for price, size in expected[side]], name


@each_session
def test_the_events_are_the_same(golden: Golden) -> None:
    report = kept(replay_of(golden).run())
    path = FOLDER / golden.path / REPLAY
    if os.environ.get("UPDATE_GOLDEN"):  # then read the diff before committing it
        path.write_bytes(report)
    assert report == path.read_bytes()


@each_session
def test_every_fault_is_noticed_and_no_other(golden: Golden) -> None:
    folder = FOLDER / golden.path
    files = [folder / "frames.tsv", *sorted(folder.glob("rest_depth_*.json"))]
    played = Played(
        gather(files, venue_name=golden.venue), MessageMissed, ProofFailed, StateChanged
    )
    truth = json.loads((folder / "truth.json").read_bytes())
    noticed = [e for e in played.events if isinstance(e, MessageMissed | ProofFailed)]
    lost = {e.state for e in played.events if isinstance(e, StateChanged)} & {
        BookState.STALE,
        BookState.SUSPECT,
    }
    assert bool(noticed) == bool(lost) == bool(truth["faults"])
    assert played.report.decode_errors == {}
    assert played.report.unknown_symbols == 0


def test_a_replay_file_belongs_to_a_session() -> None:
    found = {str(path.parent.relative_to(FOLDER)) for path in FOLDER.glob(f"*/*/{REPLAY}")}
    assert found == {golden.path for golden in SESSIONS}
