"""Keys: present, readable, and nobody else's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from crossbook.config import Secret, VenueConfig
from crossbook.errors import ConfigError
from crossbook.services.doctor.finding import Finding, Grade

__all__ = ["keys"]

_PUBLIC_FILES: Final = frozenset({"ca_file"})


def keys(name: str, section: VenueConfig) -> Iterator[Finding]:
    """Yield the state of each key that a venue's settings name; nothing is shown of them.

    Args:
        name: the venue.
        section: its settings: each `…_file` is a key but those that are no secrets.
    """
    for field in msgspec.structs.fields(section):
        value = getattr(section, field.name)
        if isinstance(value, Secret):
            yield Finding("keys", Grade.OK, f"{field.name} is set", name)
        elif (
            isinstance(value, Path)
            and field.name.endswith("_file")
            and field.name not in _PUBLIC_FILES
        ):
            yield _key(name, field.name, value)


def _key(name: str, setting: str, file: Path) -> Finding:
    try:
        Secret.from_file(file)
    except ConfigError as error:
        return Finding("keys", Grade.FAILURE, f"{setting}: {error.path}: {error.reason}", name)
    return Finding("keys", Grade.OK, f"{setting}: {file}", name)
