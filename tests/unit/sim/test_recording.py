from pathlib import Path

import pytest
import zstandard

from crossbook.sim import SessionConfig, SimulatedSession
from crossbook.sim.recording import record

CONFIG = SessionConfig(duration_ns=1_000_000_000, steps_per_s=20)


def test_compressed_frames_are_the_same_frames(tmp_path: Path) -> None:
    for compress in (False, True):
        session = SimulatedSession(1, venues=["kraken"], config=CONFIG)
        record(session, tmp_path, compress=compress)
    packed = (tmp_path / "frames.tsv.zst").read_bytes()
    plain = (tmp_path / "frames.tsv").read_bytes()
    assert zstandard.ZstdDecompressor().decompress(packed) == plain
    assert plain.count(b"\n") > 20


def test_every_venue_gets_its_folder(tmp_path: Path) -> None:
    record(SimulatedSession(1, config=CONFIG), tmp_path)
    names = {path.parent.name for path in tmp_path.glob("*/frames.tsv")}
    assert names == {"binance", "coinbase", "kraken", "polymarket", "kalshi"}
    assert len(list(tmp_path.glob("binance/rest_depth_*USDT_*.json"))) == 3


def test_a_session_without_an_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="duration_ns"):
        record(SimulatedSession(1), tmp_path)
