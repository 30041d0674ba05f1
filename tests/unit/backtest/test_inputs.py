import json
from pathlib import Path

import pytest

from crossbook.backtest.inputs import SnapshotChoice, SnapshotFile, StreamFile, gather
from crossbook.errors import RecordingError, UnknownVenueError
from tests.unit.backtest.frames import answer, diff, stream
from tests.venues.samples import sample

MOMENT = 1_700_000_000_000


def a_stream(path: Path) -> Path:
    return stream(path, [(1, "R", diff("BTCUSDT", 1, 2))])


def test_the_folder_tells_the_venue_by_id_or_alias(tmp_path: Path) -> None:
    files = [
        a_stream(tmp_path / "Kraken" / "a.tsv"),
        a_stream(tmp_path / "gate_io" / "2024" / "b.tsv"),
    ]
    assert gather(files).streams == (
        StreamFile(files[0], "kraken"),
        StreamFile(files[1], "gateio"),
    )


def test_the_manifest_goes_before_the_folder_and_a_name_before_both(tmp_path: Path) -> None:
    path = a_stream(tmp_path / "kraken" / "a.tsv")
    listed = [{"file": "kraken/a.tsv", "venue": "okx"}]
    (tmp_path / "manifest.json").write_text(json.dumps(listed))
    assert gather([path]).streams[0].venue == "okx"
    assert gather([path], venue_name="GATE").streams[0].venue == "gateio"


def test_a_manifest_that_names_no_known_venue_does_not_hide_the_folder(tmp_path: Path) -> None:
    path = a_stream(tmp_path / "kraken" / "a.tsv")
    listed = [{"file": "kraken/a.tsv", "venue": "of old"}]
    (tmp_path / "manifest.json").write_text(json.dumps(listed))
    assert gather([path]).streams[0].venue == "kraken"


def test_a_file_of_no_known_venue_is_refused(tmp_path: Path) -> None:
    path = a_stream(tmp_path / "a.tsv")
    with pytest.raises(RecordingError, match=r"a.tsv: of which venue it is cannot be told"):
        gather([path])
    with pytest.raises(UnknownVenueError, match="unknown venue 'nowhere'"):
        gather([path], venue_name="nowhere")


# --------------------------------------------------------------- snapshots


def test_a_snapshot_is_of_the_venue_that_is_said(tmp_path: Path) -> None:
    path = answer(tmp_path / "book.json", 1)
    files = [a_stream(tmp_path / "binance" / "a.tsv"), a_stream(tmp_path / "mexc" / "a.tsv")]
    choice = SnapshotChoice(path, "BTCUSDT", "mexc")
    assert gather(files, snapshots=[choice]).snapshots == (
        SnapshotFile(path, "mexc", "BTCUSDT", 0),
    )


def test_a_snapshot_is_of_the_only_venue_there_is(tmp_path: Path) -> None:
    path = answer(tmp_path / f"book_{MOMENT}.json", 1)
    choice = SnapshotChoice(path, "BTCUSDT")
    files = [a_stream(tmp_path / "binance" / "a.tsv")]
    found = gather(files, snapshots=[choice]).snapshots
    assert found == (SnapshotFile(path, "binance", "BTCUSDT", MOMENT * 1_000_000),)
    files.append(a_stream(tmp_path / "mexc" / "a.tsv"))
    with pytest.raises(RecordingError, match="cannot be told"):
        gather(files, snapshots=[choice])


def test_an_order_book_answer_among_the_files_tells_its_symbol(tmp_path: Path) -> None:
    path = answer(tmp_path / "binance" / f"rest_depth_BTCUSDT_{MOMENT}.json", 1)
    assert gather([path]).snapshots == (
        SnapshotFile(path, "binance", "BTCUSDT", MOMENT * 1_000_000),
    )
    kraken = answer(tmp_path / "kraken" / f"rest_depth_XBTCHF_{MOMENT}.json", 1)
    listed = [{"file": f"kraken/{kraken.name}", "venue": "kraken", "symbols": ["XBT/CHF"]}]
    (tmp_path / "manifest.json").write_text(json.dumps(listed))
    assert gather([kraken]).snapshots[0].native == "XBT/CHF"


def test_a_document_that_does_not_tell_what_it_is_is_refused(tmp_path: Path) -> None:
    path = answer(tmp_path / "binance" / "book.json", 1)
    with pytest.raises(RecordingError, match=r"book.json: it is no stream"):
        gather([path])


def test_single_messages_are_a_stream(tmp_path: Path) -> None:
    path = tmp_path / "binance" / "ws_msg_trade.json"
    path.parent.mkdir()
    path.write_text(diff("BTCUSDT", 1, 2))
    assert gather([path]).streams == (StreamFile(path, "binance"),)


# ---------------------------------------------------------------- metadata


def listed(folder: Path, venue: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"list_{venue}.json"
    path.write_bytes(sample(venue))
    return path


def test_a_list_is_known_by_its_shape(tmp_path: Path) -> None:
    stream_file = a_stream(tmp_path / "kraken" / "a.tsv")
    path = listed(tmp_path, "kraken")
    for inputs in (gather([stream_file], metadata=[path]), gather([stream_file, path])):
        assert inputs.catalogues["kraken"].instruments
        assert inputs.streams == (StreamFile(stream_file, "kraken"),)


def test_lists_of_one_venue_add_up(tmp_path: Path) -> None:
    stream_file = a_stream(tmp_path / "kraken" / "a.tsv")
    one = listed(tmp_path, "kraken")
    other = listed(tmp_path / "more", "kraken")
    alone = gather([stream_file], metadata=[one]).catalogues["kraken"]
    both = gather([stream_file], metadata=[one, other]).catalogues["kraken"]
    assert both.instruments == alone.instruments * 2


def test_a_list_of_another_venue_is_refused(tmp_path: Path) -> None:
    stream_file = a_stream(tmp_path / "binance" / "a.tsv")
    path = listed(tmp_path, "kraken")
    with pytest.raises(RecordingError, match=r"list_kraken.json: it lists instruments of kraken"):
        gather([stream_file], metadata=[path])
    with pytest.raises(RecordingError, match=r"list_kraken.json: binance metadata: document is"):
        gather([stream_file], metadata=[path], venue_name="binance")


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[]"])
def test_a_list_that_is_none_is_named(content: bytes, tmp_path: Path) -> None:
    stream_file = a_stream(tmp_path / "binance" / "a.tsv")
    path = tmp_path / "binance" / "list.json"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=r"list.json: binance metadata"):
        gather([stream_file], metadata=[path])


def test_the_length_of_the_streams_is_known(tmp_path: Path) -> None:
    path = a_stream(tmp_path / "binance" / "a.tsv")
    missing = tmp_path / "binance" / "missing.tsv"
    assert gather([path, missing]).stream_bytes == path.stat().st_size
