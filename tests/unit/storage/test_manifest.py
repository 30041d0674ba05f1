import json
from pathlib import Path

import pytest

from crossbook.storage.manifest import entry_of

LISTED = [
    {"file": "kraken/book.tsv.zst", "venue": "kraken", "first_recv_ns": "17", "more": 1},
    {"file": "single/answer.json", "venue": "polymarket", "symbols": ["x"]},
]


def test_the_nearest_manifest_that_lists_a_file_tells_of_it(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps(LISTED))
    (tmp_path / "kraken").mkdir()
    (tmp_path / "kraken" / "manifest.json").write_text(json.dumps([{"file": "trades.tsv"}]))
    found = entry_of(tmp_path / "kraken" / "book.tsv.zst")
    assert found is not None
    assert (found.venue, found.received_ns) == ("kraken", 17)
    # Decompressed it is still the same recording.
    assert entry_of(tmp_path / "kraken" / "book.tsv") == found
    near = entry_of(tmp_path / "kraken" / "trades.tsv")
    assert near is not None
    assert (near.venue, near.symbols, near.received_ns) == ("", [], 0)
    assert entry_of(tmp_path / "kraken" / "other.tsv") is None
    assert entry_of(tmp_path / "book.tsv") is None


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"name": "an app"}', b"[1]", b'[{"venue": "kraken"}]', b"\xff"]
)
def test_somebody_elses_manifest_tells_nothing(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    assert entry_of(tmp_path / "book.tsv") is None


@pytest.mark.parametrize("time", ["soon", "-5", None, "9" * 20, 1.5])
def test_a_time_that_is_none_is_not_said(time: object, tmp_path: Path) -> None:
    listed = [{"file": "a.tsv", "first_recv_ns": time}]
    (tmp_path / "manifest.json").write_text(json.dumps(listed))
    found = entry_of(tmp_path / "a.tsv")
    assert found is None or found.received_ns == 0
