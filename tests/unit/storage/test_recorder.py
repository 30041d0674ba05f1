"""Recordings survive rotation, bytes of any kind, a kill and a full disk."""

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from crossbook.errors import RecordingError
from crossbook.sim import SessionConfig, SimulatedSession
from crossbook.storage.recorder import Recorder, RecorderConfig
from crossbook.storage.stream import OPENED, RECEIVED, Row, rows

SECOND_NS = 1_000_000_000
URL = "wss://127.0.0.1/ws"


def read(folder: Path, pattern: str = "*.tsv.zst") -> list[Row]:
    return [row for path in sorted(folder.glob(pattern)) for block in rows(path) for row in block]


def frames(seconds: int) -> list[tuple[int, bytes]]:
    config = SessionConfig(duration_ns=seconds * SECOND_NS)
    session = SimulatedSession(3, venues=["kraken"], config=config)
    return [(event.ts_recv_ns, event.payload) for event in session if event.kind == "frame"]


def test_every_message_is_there_with_its_time(tmp_path: Path) -> None:
    came = frames(2)
    with Recorder(RecorderConfig(folder=tmp_path)) as recorder:
        recorder.opened("kraken", 0, URL, came[0][0] - 1)
        tap = recorder.tap("kraken", 0)
        for ts_ns, payload in came:
            tap(payload, ts_ns)
    opened = (came[0][0] - 1, OPENED, URL.encode())
    received = [(ts_ns, RECEIVED, payload) for ts_ns, payload in came]
    assert read(tmp_path / "kraken") == [opened, *received]
    assert recorder.stats.messages == len(came)
    assert recorder.stats.lost_messages == 0


@pytest.mark.parametrize("limit", [{"rotate_bytes": 1}, {"rotate_s": 0.1}])
def test_rotation_loses_nothing(tmp_path: Path, limit: dict[str, float]) -> None:
    came = frames(2)
    config = msgspec.structs.replace(RecorderConfig(folder=tmp_path), **limit)
    with Recorder(config) as recorder:
        tap = recorder.tap("kraken", 0)
        for number, (ts_ns, payload) in enumerate(came):
            tap(payload, ts_ns)
            if number % 50 == 0:
                recorder.flush()
    assert len(list((tmp_path / "kraken").iterdir())) > 5
    assert read(tmp_path / "kraken") == [(ts, RECEIVED, payload) for ts, payload in came]


ODD = [b"\x0a\x09\x00\xff protobuf", b'{\n "pretty": 1\n}', b"\xff\xfe"]


@pytest.mark.parametrize("odd", ODD)
def test_bytes_that_a_line_cannot_hold_go_on_in_hexadecimal(tmp_path: Path, odd: bytes) -> None:
    with Recorder(RecorderConfig(folder=tmp_path)) as recorder:
        tap = recorder.tap("mexc", 0)
        for ts_ns, payload in enumerate([b"{}", odd, b"[]"], start=1):
            tap(payload, ts_ns)
        recorder.opened("mexc", 0, URL, 4)
    folder = tmp_path / "mexc"
    first = [path for path in folder.glob("*.tsv.zst") if ".hex." not in path.name]
    assert [row for path in first for block in rows(path) for row in block] == [
        (1, RECEIVED, b"{}")
    ]
    assert read(folder, "*.hex.tsv.zst") == [
        (2, RECEIVED, odd),
        (3, RECEIVED, b"[]"),
        (4, OPENED, URL.encode()),
    ]


def test_text_beyond_ascii_stays_text(tmp_path: Path) -> None:
    text = '{"title":"Größe\t?"}'.encode()
    with Recorder(RecorderConfig(folder=tmp_path)) as recorder:
        recorder.tap("kalshi", 0)(text, 7)
    assert read(tmp_path / "kalshi") == [(7, RECEIVED, text)]
    assert not list((tmp_path / "kalshi").glob("*.hex.*"))


def test_a_rest_base_stands_beside_the_stream(tmp_path: Path) -> None:
    with Recorder(RecorderConfig(folder=tmp_path)) as recorder:
        recorder.snapshot("binance", 0, "BTCUSDT", b'{"lastUpdateId":1}', 1_767_225_600_362_000_000)
    path = tmp_path / "binance" / "rest_depth_BTCUSDT_1767225600362.json"
    assert path.read_bytes() == b'{"lastUpdateId":1}'
    assert recorder.stats.snapshots == 1


KILLED = """
import os, signal, sys
from pathlib import Path
from crossbook.storage.recorder import Recorder, RecorderConfig

recorder = Recorder(RecorderConfig(folder=Path(sys.argv[1])))
recorder.__enter__()
tap = recorder.tap("okx", 3)
for number in range(1, 20_001):
    tap(b'{"number":%d}' % number, number)
    if number % 1000 == 0:
        recorder.flush()
# Nobody says that all was written: the files do, as far as they go.
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_what_was_written_before_a_kill_can_be_read_and_the_next_run_goes_on(
    tmp_path: Path,
) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False, timeout=60)
    assert done.returncode == -9
    numbers = [json.loads(payload)["number"] for _, _, payload in read(tmp_path / "okx")]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) % 1000 == 0
    with Recorder(RecorderConfig(folder=tmp_path)) as recorder:
        recorder.tap("okx", 3)(b'{"number":0}', 30_000)
    again = [json.loads(payload)["number"] for _, _, payload in read(tmp_path / "okx")]
    assert again == [*numbers, 0]


FULL = """
import resource, signal, sys
from pathlib import Path
from crossbook.storage.recorder import Recorder, RecorderConfig

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
with Recorder(RecorderConfig(folder=Path(sys.argv[1]), level=1)) as recorder:
    tap = recorder.tap("okx", 0)
    for number in range(1, 30_001):
        tap(b'{"number":%d}' % (number * 7919 % 104729), number)
        if number % 1000 == 0:
            recorder.flush()
print(recorder.failure, recorder.stats.lost_messages > 0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no limits on files")
def test_a_full_disk_is_said_and_what_is_lost_is_counted(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)],
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
    )
    assert "file too large" in done.stdout
    assert done.stdout.rstrip().endswith("True")


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError), Recorder(RecorderConfig(folder=tmp_path / "file")):
        pass
