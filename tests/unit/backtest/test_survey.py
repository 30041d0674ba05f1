from pathlib import Path

from crossbook.backtest.inputs import SnapshotFile, StreamFile
from crossbook.backtest.survey import Extent, survey, survey_snapshot
from tests.unit.backtest.frames import answer, diff, kalshi_snapshot, snapshot, stream, trade


def test_a_stream_tells_its_span_and_its_symbols(tmp_path: Path) -> None:
    longest = "not a message at all " * 20
    path = stream(
        tmp_path / "a.tsv",
        [
            (4, "S", "{}" * 500),
            ("-", "R", longest),
            (9, "R", diff("BTCUSDT", 1, 2, [["61837.6300", "0.10"]])),
            (7, "R", trade("ETHUSDT", "0.125", "7")),
        ],
    )
    read: list[int] = []
    found = survey(StreamFile(path, "binance"), read.append)
    assert (found.begin_ns, found.end_ns, found.is_opening, found.messages) == (4, 9, False, 3)
    assert found.frame_bytes_max == len(longest)
    assert found.extents == {
        ("BTCUSDT", 0): Extent(2, 1, 61_838, 1, 1),
        ("ETHUSDT", 0): Extent(3, 0, 1, 8, 1),
    }
    assert found.natives == {"BTCUSDT", "ETHUSDT"}
    assert sum(read) == path.stat().st_size


def test_an_opening_and_no_times_are_seen(tmp_path: Path) -> None:
    path = stream(tmp_path / "a.tsv", [("-", "C", "wss://example.test"), ("-", "R", "PONG")])
    found = survey(StreamFile(path, "kalshi"))
    assert (found.begin_ns, found.end_ns, found.is_opening, found.messages) == (0, 0, True, 1)
    assert found.extents == {}


def test_both_sides_of_a_ticker_are_instruments(tmp_path: Path) -> None:
    path = stream(tmp_path / "a.tsv", [(1, "R", kalshi_snapshot(1, "T"))])
    found = survey(StreamFile(path, "kalshi"))
    assert set(found.extents) == {("T", 1), ("T", 2)}
    assert found.natives == {"T"}


def test_a_book_without_a_name_makes_all_symbols_wider(tmp_path: Path) -> None:
    rows = [
        (1, "R", diff("BTCUSDT", 1, 2, [["10", "1"]])),
        (2, "R", snapshot(1, [["0.000000000001", "5000000"]])),
    ]
    found = survey(StreamFile(stream(tmp_path / "a.tsv", rows), "binance"))
    assert found.extents == {("BTCUSDT", 0): Extent(12, 0, 11, 5_000_001, 1)}


def test_an_answer_is_of_the_symbol_that_was_asked_for(tmp_path: Path) -> None:
    path = answer(tmp_path / "a.json", 1, [["0.25", "4"]])
    found = survey_snapshot(SnapshotFile(path, "binance", "ETHBTC", 0))
    assert found == {("ETHBTC", 0): Extent(2, 0, 1, 5, 1)}


def test_the_extent_of_two_holds_both() -> None:
    assert Extent(1, 5, 3, 1, 2) | Extent(2, 4, 1, 9, 3) == Extent(2, 5, 3, 9, 5)
