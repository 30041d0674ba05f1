"""Which request may be repeated, and when."""

import math
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from random import Random

from crossbook.errors import ConnectError, CrossbookError, RateLimitError, Retry
from crossbook.venues.requests import Request

__all__ = ["FINAL_REASONS", "delay_s", "is_repeatable", "retry_after_s"]

FINAL_REASONS = frozenset({"certificate", "html", "oversized", "redirect", "tls", "url"})
"""Why a `ConnectError` stays as it is: another try within the deadline finds the same."""
_UNSENT_REASONS = frozenset({"dns", "refused", "unreachable"})
"""Why a `ConnectError` means that the request never left."""
_DELAY_S_MAX = 30.0


def is_repeatable(error: CrossbookError, request: Request) -> bool:
    """Return whether a request may be sent again after an error.

    One that is not safe to send twice is repeated only if it certainly was not carried out: it
    never left, or a limit turned it away.

    Examples:
        >>> from crossbook.errors import DeadlineError
        >>> late = DeadlineError("POST /order", 5.0)
        >>> is_repeatable(late, Request(path="/order", method="POST", is_safe=False))
        False
    """
    if error.retry is not Retry.BACKOFF:
        return False
    if isinstance(error, ConnectError):
        if error.reason in FINAL_REASONS:
            return False
        return request.is_safe or error.reason in _UNSENT_REASONS
    return request.is_safe or isinstance(error, RateLimitError)


def delay_s(failures: int, random: Random, base_s: float = 0.5) -> float:
    """Return how long to wait before the next try: anything up to a limit that doubles.

    Args:
        failures: tries that failed so far, at least 1.
        random: for full jitter.
        base_s: the limit after the first failure, seconds.
    """
    return random.uniform(0.0, min(_DELAY_S_MAX, base_s * 2.0 ** (failures - 1)))


def retry_after_s(headers: Mapping[str, str], now_ns: int) -> float | None:
    """Return what `Retry-After` asks for: seconds, or a date.

    Args:
        headers: of an answer, names in lower case.
        now_ns: UTC nanoseconds.

    Returns:
        Seconds, not negative; `None`: it is absent, or says nothing that can be understood.

    Examples:
        >>> retry_after_s({"retry-after": "7"}, now_ns=0)
        7.0
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            date = parsedate_to_datetime(text)
        except ValueError:
            return None
        aware = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
        seconds = aware.timestamp() - now_ns / 1e9
    return max(0.0, seconds) if math.isfinite(seconds) else None
