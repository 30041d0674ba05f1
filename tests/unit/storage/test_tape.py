from pathlib import Path

import pytest

from crossbook.errors import RecordingError
from crossbook.storage.content import whole
from crossbook.storage.tape import Tape, mend

BLOCKS = [b"1\tR\ta\n" * 1000, b"2\tR\tb\n", b"3\tR\tc\n" * 50]


def tape(path: Path) -> None:
    written = Tape(path, 3)
    for block in BLOCKS:
        written.append(block)
    written.sync()
    written.close()


def test_what_is_appended_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "kraken" / "a.tsv.zst"
    tape(path)
    assert whole(path) == b"".join(BLOCKS)
    assert mend(path) == 0


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv.zst"
    tape(path)
    with pytest.raises(RecordingError, match="file exists"):
        Tape(path, 3)


def test_a_file_without_a_line_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv.zst"
    Tape(path, 3).close()
    assert not path.exists()


def test_a_torn_end_is_cut_off_wherever_it_is_torn(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv.zst"
    tape(path)
    content = path.read_bytes()
    wholes = set()
    for end in range(len(content)):
        path.write_bytes(content[:end])
        torn = mend(path)
        wholes.add(end - torn)
        if end - torn:
            text = whole(path)
            assert b"".join(BLOCKS).startswith(text)
            assert text.endswith(b"\n")
    assert len(wholes) == len(BLOCKS), "nothing, the first block, the first two"


def test_a_damaged_block_is_cut_off_with_all_after_it(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv.zst"
    tape(path)
    content = bytearray(path.read_bytes())
    content[-6] ^= 0xFF
    path.write_bytes(content)
    assert mend(path) > 0
    assert whole(path) == b"".join(BLOCKS[:2])


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no such file"):
        mend(tmp_path / "none.tsv.zst")
