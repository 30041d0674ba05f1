"""Whether memory stays as it is."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

__all__ = ["GROWTH_MAX", "growth", "resident_bytes"]

GROWTH_MAX: Final = 0.02
"""More growth than this is not flat."""


def resident_bytes(pid: int | None = None) -> int:
    """Return the resident memory of a process; `None`: of this one."""
    pid = os.getpid() if pid is None else pid
    statm = Path(f"/proc/{pid}/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    command = ["ps", "-o", "rss=", "-p", str(pid)]
    return int(subprocess.check_output(command, timeout=10.0)) * 1024  # noqa: S603 -- fixed words and a number


def growth(samples: Sequence[int]) -> float:
    """Return by how much the last third of some samples lies above the middle one, as a share.

    The first third is the warm-up: buffers, pools and rings fill.

    Examples:
        >>> growth([10, 70, 100, 100, 101, 101])
        0.01
    """
    third = len(samples) // 3
    middle, last = median(samples[third : 2 * third]), median(samples[2 * third :])
    return round(last / middle - 1.0, 6)
