"""Only what the error allows is repeated, and Retry-After is read in both its forms."""

from random import Random

import pytest

from crossbook.errors import (
    ConnectError,
    CrossbookError,
    DeadlineError,
    DisconnectError,
    RateLimitError,
    UnavailableError,
    VenueError,
)
from crossbook.live.rest.retry import delay_s, is_repeatable, retry_after_s
from crossbook.venues.requests import Request

READ = Request(path="/depth")
ORDER = Request(path="/order", method="POST", is_safe=False)


@pytest.mark.parametrize(
    ("error", "read", "order"),
    [
        (ConnectError("u", "refused"), True, True),
        (ConnectError("u", "dns"), True, True),
        (ConnectError("u", "reset"), True, False),
        (ConnectError("u", "certificate"), False, False),
        (ConnectError("u", "redirect"), False, False),
        (ConnectError("u", "html"), False, False),
        (ConnectError("u", "oversized"), False, False),
        (DeadlineError("w", 1.0), True, False),
        (DisconnectError("w", "closed"), True, False),
        (RateLimitError("v", "http 429", "", 1.0), True, True),
        (UnavailableError("v", "http 503", ""), True, False),
        (VenueError("v", "-1121", "Invalid symbol."), False, False),
    ],
    ids=str,
)
def test_only_what_the_error_allows_is_repeated(
    error: CrossbookError, read: bool, order: bool
) -> None:
    assert (is_repeatable(error, READ), is_repeatable(error, ORDER)) == (read, order)


def test_waits_are_full_jitter_below_a_limit_that_doubles() -> None:
    random = Random(1)
    for failures, limit_s in ((1, 0.5), (2, 1.0), (3, 2.0), (20, 30.0)):
        waits = [delay_s(failures, random) for _ in range(500)]
        assert 0 <= min(waits) < limit_s / 20
        assert limit_s * 0.95 < max(waits) <= limit_s


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        (" 1.5 ", 1.5),
        ("0", 0.0),
        ("-3", 0.0),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 90.0),
        ("Thu, 01 Jan 1970 00:00:01 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str, seconds: float | None) -> None:
    assert retry_after_s({"retry-after": text}, now_ns=10 * 10**9) == seconds


def test_without_the_header_nothing_is_said() -> None:
    assert retry_after_s({}, now_ns=0) is None
