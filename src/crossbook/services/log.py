"""Where the log goes, and in which form."""

import logging
import sys
from datetime import UTC, datetime
from typing import Final, TextIO

import msgspec

from crossbook.services.settings import LogConfig

__all__ = ["JsonForm", "TextForm", "open_log"]

_LOUD: Final = ("aiohttp", "asyncio", "picows")
"""They say much that is ours to count and name: only their warnings are heard."""


class TextForm(logging.Formatter):
    """A line: UTC time, level, then the event's name and fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record, and what was raised below it."""
        line = f"{_time(record)} {record.levelname.lower():<7} {record.getMessage()}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


class JsonForm(logging.Formatter):
    """A JSON object: `ts`, `level`, `logger`, `message`, and `error` where something was raised."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object of a record, in one line."""
        fields = {
            "ts": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            fields["error"] = self.formatException(record.exc_info)
        return msgspec.json.encode(fields).decode()


def open_log(config: LogConfig, stream: TextIO | None = None) -> logging.Handler:
    """Write what crossbook and its libraries log, and return what writes it.

    Args:
        config: how much, and in which form.
        stream: where to; `None`: the standard error.
    """
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(JsonForm() if config.form == "json" else TextForm())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(config.level.upper())
    for name in _LOUD:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    return handler


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
