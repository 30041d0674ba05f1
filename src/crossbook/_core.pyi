"""The compiled core of crossbook: private, behind the package's own functions."""

from typing import Final

__all__ = ["BUILD_PROFILE"]

BUILD_PROFILE: Final[str]
"""How the extension was compiled: `release` or `debug`."""
