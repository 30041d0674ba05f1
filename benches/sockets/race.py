"""Runs each design at each rate against the same sender."""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benches.sockets.receiver import BARE, CROSSBOOK, PEER, SLOW, save_frames

RATES = ((1_000, 2_000), (10_000, 20_000), (50_000, 75_000))
"""Frames a second, and how many."""
FLOOD = {BARE: 600_000, CROSSBOOK: 400_000, SLOW: 60_000, PEER: 10_000}
"""How many frames are sent at once, by design."""
_REPEATS = 3
_DEADLINE_S = 180.0


@dataclass(frozen=True)
class Lateness:
    """How late best prices were, at one rate."""

    design: str
    rate: int
    p50_ns: float
    p99_ns: float
    p999_ns: float


@dataclass(frozen=True)
class Sustained:
    """How many frames a second a design takes on one core."""

    design: str
    rate: float


def race(*, is_quick: bool, has_peers: bool) -> tuple[list[Lateness], list[Sustained]]:
    """Return what each design did; designs take turns, and the median run counts."""
    designs = [BARE, CROSSBOOK, SLOW, *([PEER] if has_peers else [])]
    repeats = 1 if is_quick else _REPEATS
    with tempfile.TemporaryDirectory() as folder:
        frames = Path(folder) / "frames"
        save_frames(frames)
        late = list(_lateness(designs, frames, repeats, is_quick=is_quick))
        flood = list(_sustained(designs, frames, repeats, is_quick=is_quick))
    return late, flood


def _lateness(
    designs: list[str], frames: Path, repeats: int, *, is_quick: bool
) -> Iterator[Lateness]:
    for rate, full in RATES:
        count = full // 8 if is_quick else full
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in designs}
        for _ in range(repeats):
            for name in designs:
                runs[name].append(_one(name, frames, count, rate))
        for name, results in runs.items():
            p50, p99, p999 = (
                statistics.median(result[key] for result in results)
                for key in ("p50", "p99", "p99.9")
            )
            yield Lateness(name, rate, p50, p99, p999)


def _sustained(
    designs: list[str], frames: Path, repeats: int, *, is_quick: bool
) -> Iterator[Sustained]:
    runs: dict[str, list[float]] = {name: [] for name in designs}
    for _ in range(repeats):
        for name in designs:
            count = FLOOD[name] // 8 if is_quick else FLOOD[name]
            runs[name].append(_one(name, frames, count, 0)["rate"])
    for name, rates in runs.items():
        yield Sustained(name, statistics.median(rates))


def _one(name: str, frames: Path, count: int, rate: int) -> dict[str, float]:
    times = frames.with_name("times")
    times.write_bytes(bytes(8 * count))
    shared = [str(times), str(count), str(rate)]
    sender = subprocess.Popen(
        [sys.executable, "-m", "benches.sockets.sender", str(frames), *shared],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert sender.stdout is not None
        port = sender.stdout.readline().strip()
        done = subprocess.run(
            [sys.executable, "-m", "benches.sockets.receiver", name, *shared, port],
            check=True,
            capture_output=True,
            text=True,
            timeout=_DEADLINE_S,
        )
        sender.wait(_DEADLINE_S)
    finally:
        sender.kill()
        sender.wait()
        if sender.stdout is not None:
            sender.stdout.close()
    result: dict[str, float] = json.loads(done.stdout)
    return result
