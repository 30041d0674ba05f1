"""What must make no difference to a replay: cuts, compression, and the order of the files."""

import random
from itertools import pairwise
from pathlib import Path

import pytest

from crossbook.backtest import Inputs, Replay, gather
from crossbook.storage.content import whole
from tests.recorded import replaying as r

each_session = pytest.mark.parametrize("session", r.SESSIONS, ids=lambda session: session.row)

SHARES = (0.003, 0.5, 0.97)
"""Where a stream is cut: soon after its opening, in the middle, near its end."""


def digest(inputs: Inputs) -> str:
    return Replay(inputs).run().digest


def venue_of(session: r.Session) -> str:
    return session.stream.partition("/")[0]


@each_session
def test_a_replay_gives_the_same_digest_again(session: r.Session, recordings: Path) -> None:
    assert digest(session.inputs(recordings)) == digest(session.inputs(recordings))


@each_session
def test_a_stream_in_pieces_is_the_whole(
    session: r.Session, recordings: Path, tmp_path: Path
) -> None:
    lines = whole(recordings / session.stream).splitlines(keepends=True)
    edges = sorted({0, len(lines), *(max(1, int(len(lines) * share)) for share in SHARES)})
    pieces = []
    for number, (start, end) in enumerate(pairwise(edges)):
        form = ".hex.tsv" if ".hex." in session.stream else ".tsv"
        piece = tmp_path / f"piece{number}{form}"
        piece.write_bytes(b"".join(lines[start:end]))
        pieces.append(piece)
    assert len(pieces) > 2
    choices = session.choices(recordings)
    inputs = gather(pieces, snapshots=choices, venue_name=venue_of(session))
    report = Replay(inputs).run()
    assert {file.connection for file in report.files} == {0}
    whole_report = Replay(session.inputs(recordings)).run()
    assert r.books(report) == r.books(whole_report)
    assert report.digest == whole_report.digest


@pytest.mark.parametrize(
    "session", [s for s in r.SESSIONS if s.stream.endswith(".zst")], ids=lambda session: session.row
)
def test_compression_makes_no_difference(
    session: r.Session, recordings: Path, tmp_path: Path
) -> None:
    plain = tmp_path / Path(session.stream).name.removesuffix(".zst")
    plain.write_bytes(whole(recordings / session.stream))
    inputs = gather([plain], snapshots=session.choices(recordings), venue_name=venue_of(session))
    assert digest(inputs) == digest(session.inputs(recordings))


# ----------------------------------------------------------- several venues

TIMED = (
    r.COMBINED, r.BTCUSDT, r.ETHUSDT, r.COINBASE_EXCHANGE, r.KRAKEN_V1, r.GATEIO, r.OKX, r.KALSHI,
    r.POLYMARKET,
)  # fmt: skip
KRAKEN_BESIDES = ("kraken/ws_v1_trade_20210417.tsv", "kraken/ws_v1_ticker_20210417.tsv")


def several(recordings: Path, sessions: tuple[r.Session, ...], seed: int = 0) -> Inputs:
    files = [recordings / session.stream for session in sessions]
    files += [recordings / name for name in KRAKEN_BESIDES]
    choices = [choice for session in sessions for choice in session.choices(recordings)]
    if seed:
        random.Random(seed).shuffle(files)
        random.Random(seed).shuffle(choices)
    return gather(files, snapshots=choices)


def test_venues_together_end_as_each_alone(recordings: Path) -> None:
    together = Replay(several(recordings, r.SESSIONS)).run()
    alone: dict[str, tuple[object, ...]] = {}
    for session in r.SESSIONS:
        if session not in (r.ETHBTC_TRADES, r.ETHUSDT_TRADES):
            alone |= r.books(Replay(session.inputs(recordings)).run())
    assert r.books(together) == alone
    assert together.gaps == 0
    assert together.decode_errors == {}
    assert together.checksums.failed == together.bbo_checks.failed == 0
    assert len({file.venue for file in together.files}) == 9


def test_files_of_one_venue_that_overlap_are_connections_of_their_own(recordings: Path) -> None:
    report = Replay(several(recordings, (r.BTCUSDT, r.ETHUSDT, r.KRAKEN_V1))).run()
    # The Binance files each hold a REST answer that does not name its symbol: the connection does.
    assert sorted(file.connection for file in report.files) == [0, 1, 2, 3, 4]
    assert {i.state for i in report.instruments.values()} == {"live"}


def test_the_order_in_which_files_are_named_does_not_matter(recordings: Path) -> None:
    expected = digest(several(recordings, TIMED))
    for seed in (1, 2):
        assert digest(several(recordings, TIMED, seed)) == expected
