from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from crossbook.errors import RecordingError
from crossbook.storage.content import chunks, lines, whole

LONG = b"".join(b"%d\n" % number for number in range(200_000))


def test_a_file_is_read_whole_and_its_progress_told(tmp_path: Path) -> None:
    path = tmp_path / "long.tsv"
    path.write_bytes(LONG)
    read: list[int] = []
    assert whole(path, read.append) == LONG
    assert sum(read) == len(LONG)
    assert len(read) > 1


def test_a_compressed_file_of_several_frames_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "long.tsv.zst"
    compressor = zstandard.ZstdCompressor()
    content = compressor.compress(LONG) + compressor.compress(b"more")
    path.write_bytes(content)
    read: list[int] = []
    assert whole(path, read.append) == LONG + b"more"
    assert sum(read) == len(content)


def test_a_frame_that_does_not_say_its_length_is_read(tmp_path: Path) -> None:
    path = tmp_path / "streamed.tsv.zst"
    with path.open("wb") as file, zstandard.ZstdCompressor().stream_writer(file) as writer:
        writer.write(LONG)
    assert whole(path) == LONG


@given(content=st.binary(min_size=1, max_size=200))
def test_lines_are_those_of_the_content(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    expected = content.split(b"\n")
    if not expected[-1]:
        expected.pop()
    path = tmp_path_factory.getbasetemp() / "lines.tsv"
    path.write_bytes(content)
    assert [line for block in lines(path) for line in block] == expected


def test_a_line_may_be_longer_than_a_chunk(tmp_path: Path) -> None:
    path = tmp_path / "long.tsv"
    content = [b"first", b"x" * 3_000_000, b"", b"last"]
    path.write_bytes(b"\n".join(content))
    assert [line for block in lines(path) for line in block] == content


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("missing.tsv", None, "there is no such file"),
        ("empty.tsv", b"", "it is empty"),
        ("empty.tsv.zst", zstandard.compress(b""), "it is empty"),
        ("plain.tsv.zst", b"1\tR\t{}\n", "it is no zstd file, or damaged"),
        ("cut.tsv.zst", zstandard.compress(b"1\tR\t{}\n")[:-3], "the zstd file is cut off"),
    ],
)
def test_a_bad_file_is_named(name: str, content: bytes | None, reason: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RecordingError) as caught:
        list(chunks(path))
    assert caught.value.path == str(path)
    assert caught.value.line == 0
    assert caught.value.reason.startswith(reason)


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="it is a directory"):
        whole(tmp_path)


def test_damage_is_told_with_the_line_that_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "cut.tsv.zst"
    compressor = zstandard.ZstdCompressor()
    complete = compressor.compress(b"one\ntwo\n")
    path.write_bytes(complete + compressor.compress(LONG)[:-4])
    with pytest.raises(RecordingError, match="cut off") as caught:
        list(lines(path))
    # All but the last block of the second frame came out: damage is behind those lines.
    assert caught.value.line > 2
