"""Exact, proven order books from many venues, merged and scanned for prices that cross."""

from crossbook.errors import CrossbookError

__version__ = "0.1.0"

__all__ = ["CrossbookError", "__version__"]
