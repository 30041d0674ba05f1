"""The sessions in this folder: what each is for, and how to write them again.

Each is made by `crossbook.sim` from a seed. `tests/unit/sim/test_golden.py` makes all
of them anew and compares every byte; with `UPDATE_GOLDEN=1` it writes them instead.
"""

from pathlib import Path
from typing import Final

import msgspec

from crossbook.sim import Faults, SessionConfig, SimulatedSession
from crossbook.sim.recording import record

FOLDER: Final = Path(__file__).parent

REPLAY: Final = "replay.json"
"""What `crossbook replay` makes of a session; tests/recorded/test_golden_replay.py writes it."""

_SECOND_NS: Final = 1_000_000_000


class Golden(msgspec.Struct, frozen=True, kw_only=True):
    """One session of one venue."""

    venue: str
    name: str
    seed: int
    note: str
    """What happens in it, and how the books at the end were verified."""
    config: SessionConfig

    @property
    def path(self) -> str:
        return f"{self.venue}/{self.name}"


def _config(seconds: int, steps_per_s: int, **changes: object) -> SessionConfig:
    chosen = {"spot_assets": 2, "questions": 2, **changes}
    return SessionConfig(duration_ns=seconds * _SECOND_NS, steps_per_s=steps_per_s, **chosen)  # type: ignore[arg-type]


def _lossy(after_s: int, until_s: int, **shares: int) -> dict[str, object]:
    faults = Faults(after_ns=after_s * _SECOND_NS, until_ns=until_s * _SECOND_NS, **shares)
    return {"faults": faults, "snapshot_every_ns": 2 * _SECOND_NS, "spot_assets": 1}


SESSIONS: Final = (
    Golden(
        venue="binance",
        name="join",
        seed=11,
        note="Diffs are buffered before the snapshots come, and each snapshot lies within a diff.",
        config=_config(2, 20),
    ),
    Golden(
        venue="binance",
        name="gap",
        seed=12,
        note="Diffs are missing; a later snapshot joins the stream again.",
        config=_config(6, 10, **_lossy(2, 4, drop_ppm=150_000)),
    ),
    Golden(
        venue="coinbase",
        name="steady",
        seed=21,
        note="Snapshots, updates (some of them empty), trades, tickers and heartbeats in one "
        "sequence.",
        config=_config(2, 6),
    ),
    Golden(
        venue="coinbase",
        name="gap",
        seed=22,
        note="Frames are missing from the connection's sequence; later snapshots heal it.",
        config=_config(5, 6, **_lossy(2, 3, drop_ppm=200_000)),
    ),
    Golden(
        venue="kraken",
        name="depth-25",
        seed=31,
        note="Books cut to 25 levels: some leave the visible part and come back.",
        config=_config(3, 18),
    ),
    Golden(
        venue="kraken",
        name="wrong-digit",
        seed=32,
        note="Single digits are wrong and frames are missing: the checksum tells. Later snapshots "
        "heal it.",
        config=_config(20, 4, kraken_depth=10, **_lossy(3, 12, digit_ppm=60_000, drop_ppm=60_000)),
    ),
    Golden(
        venue="kraken",
        name="quiet",
        seed=33,
        note="Little happens: a heartbeat stands where nothing else was sent for a second.",
        config=_config(15, 1, spot_assets=1),
    ),
    Golden(
        venue="polymarket",
        name="steady",
        seed=41,
        note="An array of both tokens' books, changes with both tokens, trades with fresh books.",
        config=_config(2, 10, questions=1),
    ),
    Golden(
        venue="polymarket",
        name="tick-change",
        seed=61,
        note="The price comes close to one: the tick becomes finer and each token's book starts "
        "anew.",
        config=_config(3, 3, questions=3),
    ),
    Golden(
        venue="kalshi",
        name="steady",
        seed=51,
        note="A market is added to the subscription; the answer takes a number of the sequence.",
        config=_config(3, 15),
    ),
    Golden(
        venue="kalshi",
        name="gap",
        seed=52,
        note="Messages are missing from the subscription's sequence; later snapshots heal every "
        "book of it.",
        config=_config(7, 8, **_lossy(3, 5, drop_ppm=150_000)),
    ),
)


def write(golden: Golden, folder: Path) -> None:
    """Write one session and its note."""
    session = SimulatedSession(golden.seed, venues=[golden.venue], config=golden.config)
    target = folder / golden.path
    record(session, target)
    faults = ", ".join(f"{fault.kind} of frame {fault.index}" for fault in session.faults())
    text = (
        f"# {golden.path}\n\n{golden.note}\n\n"
        f"Written by `crossbook.sim` from seed {golden.seed} (tests/recorded/golden.py). "
        f"Faults: {faults or 'none'}.\n\n"
        "`truth.json` holds the books of the market model after the last frame. A client that is "
        "written apart from the generator (tests/unit/sim/replicas.py) reads `frames.tsv` and "
        "ends with the same books.\n"
    )
    (target / "NOTE.md").write_text(text)
