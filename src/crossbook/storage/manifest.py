"""What a `manifest.json` says of the files beside and below it."""

from pathlib import Path

import msgspec

__all__ = ["Entry", "entry_of"]

_NAME = "manifest.json"
_FOLDERS_UP_MAX = 4


class Entry(msgspec.Struct, frozen=True):
    """One file."""

    file: str
    """Its path, from the manifest's folder on."""
    venue: str = ""
    """Id of the venue; empty: not said."""
    symbols: list[str] = []
    """Native symbols in it, as far as they are listed."""
    first_recv_ns: int | str | None = None
    """When its first message was received, in nanoseconds of Unix time."""

    @property
    def received_ns(self) -> int:
        """The same as a number; 0: not said."""
        text = str(self.first_recv_ns)
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 19 else 0


def entry_of(path: Path) -> Entry | None:
    """Return what the nearest manifest that lists a file says of it; `None`: none lists it.

    A file called `manifest.json` that is no list of files is somebody else's. Whether the file
    is compressed makes no difference.
    """
    resolved = path.resolve()
    for folder in resolved.parents[:_FOLDERS_UP_MAX]:
        name = resolved.relative_to(folder).as_posix().removesuffix(".zst")
        for entry in _entries(folder / _NAME):
            if entry.file.removesuffix(".zst") == name:
                return entry
    return None


def _entries(manifest: Path) -> list[Entry]:
    try:
        return msgspec.json.decode(manifest.read_bytes(), type=list[Entry])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return []
