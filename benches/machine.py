"""What the numbers depend on: the machine, and the version of everything."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    "crossbook",
    "picows",
    "uvloop",
    "websockets",
    "msgspec",
    "sortedcontainers",
    "orjson",
    "pysimdjson",
    "cryptofeed",
    "order_book",
    "nautilus_trader",
    "ccxt",
)


def describe() -> list[tuple[str, str]]:
    """Return names and values for the head of the results."""
    return [
        ("date", datetime.now(UTC).isoformat(timespec="seconds")),
        ("cpu", f"{_cpu_model()}, {os.cpu_count()} cores"),
        ("kernel", f"{platform.system()} {platform.release()}, {platform.machine()}"),
        ("load", ", ".join(f"{value:.2f}" for value in os.getloadavg()) + " (1, 5, 15 minutes)"),
        ("python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("packages", ", ".join(_versions())),
    ]


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return platform.processor() or platform.machine()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _versions() -> list[str]:
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return found
