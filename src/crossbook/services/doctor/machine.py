"""This machine: versions, folders, limits."""

import platform
import shutil
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from crossbook import __version__, _core
from crossbook.config import VenueConfig
from crossbook.services.doctor.finding import Finding, Grade
from crossbook.services.listings import runtime_of
from crossbook.services.settings import Settings
from crossbook.venues.registry import VENUES

if sys.platform != "win32":
    import resource

__all__ = ["folders", "open_files", "sockets_needed", "versions"]

_PACKAGES: Final = ("aiohttp", "click", "msgspec", "picows", "PyYAML", "uvloop", "zstandard")
_DISK_BYTES_MIN: Final = 1 << 30
_FILES_BESIDE_SOCKETS: Final = 128


def versions(build_profile: str = _core.BUILD_PROFILE) -> Iterator[Finding]:
    """Yield what is installed, and whether the core was built to be fast."""
    parts = [f"crossbook {__version__}", f"Python {platform.python_version()}"]
    for package in _PACKAGES:
        try:
            parts.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            parts.append(f"{package} absent")
    parts.append(f"{platform.system()} {platform.machine()}")
    yield Finding("versions", Grade.OK, ", ".join(parts))
    is_release = build_profile == "release"
    yield Finding(
        "versions",
        Grade.OK if is_release else Grade.WARNING,
        f"the core is a {build_profile} build"
        + ("" if is_release else ": it is many times slower"),
    )


def folders(settings: Settings) -> Iterator[Finding]:
    """Yield whether what has to be written can be written, and whether the disk has room."""
    if settings.budget.url == "file://":
        yield _writable(runtime_of(settings), "shared limits", bytes_min=0)
    if settings.recorder is not None:
        yield _writable(settings.recorder.folder, "recordings", bytes_min=_DISK_BYTES_MIN)


def open_files(settings: Settings) -> Iterator[Finding]:
    """Yield whether this process may open as many sockets as the configuration wants."""
    if sys.platform == "win32":
        return
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    sockets = sum(
        sockets_needed(name, section) + section.rest.connections_max
        for name, section in settings.by_venue().items()
    )
    needed = sockets + _FILES_BESIDE_SOCKETS
    is_enough = soft == resource.RLIM_INFINITY or soft >= needed
    yield Finding(
        "limits",
        Grade.OK if is_enough else Grade.FAILURE,
        f"{soft} open files are allowed, up to {needed} are needed"
        + ("" if is_enough else ": raise `ulimit -n`"),
    )


def sockets_needed(name: str, section: VenueConfig) -> int:
    """Return how many sockets a venue's instruments take; more while one is replaced."""
    venue = VENUES[name]
    if not section.instruments:
        return 0
    per_socket = venue.rules(section).instruments_max
    if section.instruments_per_socket_max is not None:
        per_socket = min(per_socket, section.instruments_per_socket_max)
    return -(-len(section.instruments) // per_socket) * section.redundancy


def _writable(folder: Path, what: str, *, bytes_min: int) -> Finding:
    """Look at a folder, or the nearest one above it that is there: nothing is made."""
    present = folder
    while not present.exists() and present != present.parent:
        present = present.parent
    if not present.is_dir():
        return Finding("folders", Grade.FAILURE, f"{what}: {present} is no folder")
    if not _may_write(present):
        return Finding("folders", Grade.FAILURE, f"{what}: {present} cannot be written to")
    free = shutil.disk_usage(present).free
    if free < bytes_min:
        return Finding(
            "folders", Grade.WARNING, f"{what}: {free / 2**30:.1f} GiB left on the disk of {folder}"
        )
    return Finding("folders", Grade.OK, f"{what}: {folder}")


def _may_write(folder: Path) -> bool:
    # Asking for permission tells less than trying: read-only disks, other users, containers.
    probe = folder / f".crossbook-probe-{id(folder):x}"
    try:
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError:
        return False
    return True
