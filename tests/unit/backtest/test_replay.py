from pathlib import Path

import pytest

from crossbook.backtest import Inputs, Replay, ReplayReport, SnapshotChoice, gather, replay
from crossbook.books import EventBatch
from crossbook.clock import ManualClock
from crossbook.errors import RecordingError
from crossbook.model.events import Event, LevelChanged, MessageMissed, StateChanged
from tests.unit.backtest.frames import (
    answer,
    diff,
    kalshi_delta,
    kalshi_snapshot,
    snapshot,
    stream,
    trade,
)

Row = tuple[int | str, str, str]
OPENING = "wss://example.test/ws"
MOMENT_MS = 1_700_000_000_000
MOMENT_NS = MOMENT_MS * 1_000_000

BID, ASK = [["99", "1"]], [["101", "2"]]


def binance(folder: Path, rows: list[Row], name: str = "a.tsv") -> Path:
    return stream(folder / "binance" / name, rows)


def run(inputs: Inputs, *kinds: type[Event]) -> tuple[ReplayReport, list[Event]]:
    events: list[Event] = []

    def keep(batch: EventBatch) -> None:
        events.extend(event for event in batch if isinstance(event, kinds))

    return replay(inputs, keep), events


def test_a_replay_counts_what_it_was_given(tmp_path: Path) -> None:
    path = binance(
        tmp_path,
        [
            (1, "C", OPENING),
            (2, "S", '{"method":"SUBSCRIBE"}'),
            (3, "R", '{"result":null,"id":1}'),
            (4, "R", diff("BTCUSDT", 5, 6, BID, ASK)),
            (5, "R", trade("BTCUSDT", "100", "1")),
            (6, "R", "{"),
        ],
    )
    report, _ = run(gather([path]))
    assert report.messages == 4
    assert report.controls == {"ack": 1}
    assert sum(report.decode_errors.values()) == 1
    assert report.trades == 1
    assert report.instruments["BTC-USDT.BINANCE"].state == "syncing"
    (file,) = report.files
    assert (file.file, file.venue, file.connection) == (str(path), "binance", 0)
    assert (file.messages, file.begin_ns, file.end_ns) == (4, 1, 6)


def test_time_is_that_of_the_engine_alone(tmp_path: Path) -> None:
    path = binance(tmp_path, [(4, "R", diff("BTCUSDT", 5, 6, BID, ASK))])

    class Ticking(ManualClock):
        def monotonic_ns(self) -> int:
            self.advance(500)
            return super().monotonic_ns()

    assert Replay(gather([path]), clock=Ticking()).run().ns_per_message > 0
    assert Replay(gather([path]), clock=ManualClock()).run().ns_per_message == 0
    one, other = (Replay(gather([path]), clock=c).run() for c in (Ticking(), ManualClock()))
    assert one.digest == other.digest


def test_progress_counts_each_file_twice(tmp_path: Path) -> None:
    inputs = gather([binance(tmp_path, [(4, "R", diff("BTCUSDT", 5, 6, BID, ASK))])])
    read: list[int] = []
    Replay(inputs, on_read=read.append).run()
    assert sum(read) == 2 * inputs.stream_bytes


def test_a_replay_runs_once(tmp_path: Path) -> None:
    played = Replay(gather([binance(tmp_path, [(4, "R", "{}")])]))
    played.run()
    with pytest.raises(RuntimeError, match="was played"):
        played.run()


# --------------------------------------------------------------- snapshots


def book_rows(*times: int | str) -> list[Row]:
    """Changes 11-12, 13-14 and so on of a book, each with another bid."""
    return [
        (time, "R", diff("BTCUSDT", 11 + 2 * n, 12 + 2 * n, [["99", str(n + 1)]]))
        for n, time in enumerate(times)
    ]


@pytest.mark.parametrize(
    ("name", "times"),
    [
        ("at_a_time", (MOMENT_NS - 5, MOMENT_NS, MOMENT_NS + 5)),
        ("before_all", (MOMENT_NS + 1, MOMENT_NS + 2, MOMENT_NS + 3)),
        ("after_all", (MOMENT_NS - 3, MOMENT_NS - 2, MOMENT_NS - 1)),
        ("to_no_times", ("-", "-", "-")),
    ],
)
def test_an_answer_joins_its_stream(
    name: str, times: tuple[int | str, ...], tmp_path: Path
) -> None:
    base = answer(tmp_path / f"{name}_{MOMENT_MS}.json", 12, [["98", "7"]], ASK)
    path = binance(tmp_path, book_rows(*times))
    report, _ = run(gather([path], snapshots=[SnapshotChoice(base, "BTCUSDT")]))
    found = report.instruments["BTC-USDT.BINANCE"]
    assert (found.state, found.sequence, found.best_bid) == ("live", 16, ("99", "3"))
    assert (found.applied, found.old, found.gaps, found.levels) == (2, 1, 0, (2, 1))


def test_an_answer_comes_at_its_time(tmp_path: Path) -> None:
    base = answer(tmp_path / f"a_{MOMENT_MS}.json", 12, BID, ASK)
    path = binance(tmp_path, book_rows(MOMENT_NS - 5, MOMENT_NS + 5))
    _, events = run(gather([path], snapshots=[SnapshotChoice(base, "BTCUSDT")]), StateChanged)
    assert [(e.ts_recv_ns, e.state.value) for e in events if isinstance(e, StateChanged)] == [
        (MOMENT_NS - 5, "syncing"),
        (MOMENT_NS, "live"),
    ]


def test_an_answer_without_a_time_comes_after_the_opening(tmp_path: Path) -> None:
    base = answer(tmp_path / "a.json", 12, BID, ASK)
    path = binance(tmp_path, [(1, "C", OPENING), *book_rows(5, 6)])
    report, events = run(gather([path], snapshots=[SnapshotChoice(base, "BTCUSDT")]), StateChanged)
    assert report.instruments["BTC-USDT.BINANCE"].state == "live"
    assert len(events) == 1


def test_an_answer_for_a_symbol_of_no_stream_is_a_book(tmp_path: Path) -> None:
    base = answer(tmp_path / "a.json", 12, BID, ASK)
    choice = SnapshotChoice(base, "ETHBTC", "binance")
    path = binance(tmp_path, book_rows(5, 6))
    for inputs in (gather([path], snapshots=[choice]), gather([], snapshots=[choice])):
        report, _ = run(inputs)
        assert report.instruments["ETH-BTC.BINANCE"].best_bid == ("99", "1")


def test_several_answers_may_stand_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "answers.ndjson"
    path.write_text(snapshot(3, BID, ASK) + "\n" + snapshot(12, [["98", "7"]], ASK) + "\n")
    inputs = gather(
        [binance(tmp_path, book_rows(5, 6))], snapshots=[SnapshotChoice(path, "BTCUSDT")]
    )
    report, _ = run(inputs)
    assert report.instruments["BTC-USDT.BINANCE"].snapshots == 2
    assert report.instruments["BTC-USDT.BINANCE"].sequence == 14


@pytest.mark.parametrize("body", ["{", "[]", '{"code":-1121,"msg":"Invalid symbol."}'])
def test_a_file_that_is_no_answer_is_named(body: str, tmp_path: Path) -> None:
    path = tmp_path / "answers.ndjson"
    path.write_text(snapshot(3, BID, ASK) + "\n" + body + "\n")
    inputs = gather(
        [binance(tmp_path, book_rows(5, 6))], snapshots=[SnapshotChoice(path, "BTCUSDT")]
    )
    with pytest.raises(RecordingError, match=r"answers.ndjson:2: it is no order book answer"):
        replay(inputs)


# ------------------------------------------------------------- connections


def test_a_snapshot_between_the_frames_is_of_the_only_book(tmp_path: Path) -> None:
    rows = book_rows(5, 7)
    inline = (6, "R", snapshot(12, [["98.125", "7"]], ASK))
    one = binance(tmp_path, [rows[0], inline, rows[1]])
    other = binance(tmp_path, [(5, "R", diff("ETHUSDT", 1, 2, BID, ASK))], "b.tsv")
    report, _ = run(gather([one, other]))
    assert report.unknown_symbols == 0
    found = report.instruments["BTC-USDT.BINANCE"]
    assert (found.state, found.sequence, found.levels) == ("live", 14, (2, 1))
    assert report.instruments["ETH-USDT.BINANCE"].state == "syncing"


def kalshi(folder: Path, rows: list[Row], name: str) -> Path:
    return stream(folder / "kalshi" / name, rows)


KALSHI: list[Row] = [
    (1, "C", OPENING),
    (2, "R", kalshi_snapshot(1, "T")),
    (3, "R", kalshi_snapshot(2, "U")),
    (4, "R", kalshi_delta(3, "T", "0.4000", "-4.00")),
    (5, "R", kalshi_delta(4, "U", "0.4100", "5.00")),
    (6, "R", kalshi_delta(5, "T", "0.4200", "1.00")),
]


@pytest.mark.parametrize("cut", range(1, 6))
def test_a_cut_stream_is_the_whole(cut: int, tmp_path: Path) -> None:
    whole = kalshi(tmp_path, KALSHI, "whole.tsv")
    pieces = [
        kalshi(tmp_path, KALSHI[cut:], "later.tsv"),
        kalshi(tmp_path, KALSHI[:cut], "earlier.tsv"),
    ]
    expected, _ = run(gather([whole]))
    found, _ = run(gather(pieces))
    assert found.gaps == 0
    assert found.digest == expected.digest
    assert found.messages == expected.messages == 5
    assert found.instruments["T-YES.KALSHI"].best_bid == ("0.42", "1")
    assert found.instruments["T-YES.KALSHI"].native == "T"


def test_a_missing_piece_is_a_gap(tmp_path: Path) -> None:
    pieces = [kalshi(tmp_path, KALSHI[:3], "1.tsv"), kalshi(tmp_path, KALSHI[4:], "2.tsv")]
    report, events = run(gather(pieces), MessageMissed)
    missed = [(e.expected, e.received) for e in events if isinstance(e, MessageMissed)]
    assert report.gaps == len(missed) == 1
    assert missed == [(3, 4)]
    assert {i.state for i in report.instruments.values()} == {"stale"}


def test_a_connection_that_opens_again_waits_for_its_books(tmp_path: Path) -> None:
    again: list[Row] = [(7, "C", OPENING), (8, "R", kalshi_snapshot(1, "T"))]
    pieces = [kalshi(tmp_path, KALSHI, "1.tsv"), kalshi(tmp_path, again, "2.tsv")]
    report, _ = run(gather(pieces))
    assert report.gaps == 0
    assert report.instruments["T-YES.KALSHI"].state == "live"
    assert report.instruments["U-YES.KALSHI"].state == "stale"
    assert report.instruments["U-YES.KALSHI"].reason == "reconnected"


def test_overlapping_streams_are_numbered_apart(tmp_path: Path) -> None:
    rows = [(time, way, text.replace('"T"', '"V"')) for time, way, text in KALSHI[:2]]
    report, _ = run(gather([kalshi(tmp_path, KALSHI, "1.tsv"), kalshi(tmp_path, rows, "2.tsv")]))
    assert report.gaps == 0
    assert {file.connection for file in report.files} == {0, 1}


def test_venues_of_one_asset_are_scanned_together(tmp_path: Path) -> None:
    dear = answer(tmp_path / "binance" / f"rest_depth_BTCUSDT_{MOMENT_MS}.json", 1, BID, ASK)
    cheap = answer(
        tmp_path / "mexc" / f"rest_depth_BTCUSDT_{MOMENT_MS}.json",
        1,
        [["49.5", "3"]],
        [["50.00001", "3"]],
    )
    report, events = run(gather([dear, cheap]), LevelChanged)
    assert report.opportunities == 1
    assert set(report.instruments) == {"BTC-USDT.BINANCE", "BTC-USDT.MEXC"}
    assert len(events) == 4


def test_an_absurd_number_breaks_its_book_and_nothing_else(tmp_path: Path) -> None:
    path = binance(
        tmp_path,
        [
            (1, "R", diff("BTCUSDT", 11, 12, [["9" * 18, "1"], ["0.123456789012", "1"]])),
            (2, "R", diff("ETHUSDT", 11, 12, BID)),
        ],
    )
    bases = [
        SnapshotChoice(answer(tmp_path / f"{name}.json", 10, BID, ASK), name, "binance")
        for name in ("BTCUSDT", "ETHUSDT")
    ]
    report, _ = run(gather([path], snapshots=bases))
    assert report.instruments["BTC-USDT.BINANCE"].state == "broken"
    assert report.instruments["ETH-USDT.BINANCE"].state == "live"


def test_no_event_is_lost_when_one_frame_makes_very_many(tmp_path: Path) -> None:
    levels = [[str(price), "1"] for price in range(1, 300_001)]
    base = answer(tmp_path / "a.json", 10, levels, [["400000", "1"]])
    inputs = gather([], snapshots=[SnapshotChoice(base, "BTCUSDT", "binance")])
    report, events = run(inputs, LevelChanged)
    assert len(events) == report.events["level"] == 300_001
