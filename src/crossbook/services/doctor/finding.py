"""What an examination finds."""

from enum import Enum

import msgspec

__all__ = ["Finding", "Grade"]


class Grade(Enum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """It works, but not as well as it should, or not for long."""
    FAILURE = "failure"
    """It does not work."""


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    subject: str
    """What: `config`, `versions`, `keys`, `folders`, `limits`, `clock`, `rest`, `stream`,
    `instruments`."""
    grade: Grade
    detail: str
    """What was found, for people."""
    venue: str | None = None
    """Of which venue; `None`: it is about this machine."""
