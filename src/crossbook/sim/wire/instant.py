"""Text of a time in nanoseconds, as the venues write it."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND_NS: Final = 1_000_000_000


def micros(ts_ns: int) -> str:
    """Return RFC 3339 with six decimals.

    Examples:
        >>> micros(1_767_225_600_004_050_999)
        '2026-01-01T00:00:00.004050Z'
    """
    second, rest = divmod(ts_ns, _SECOND_NS)
    return f"{_second(second)}.{rest // 1_000:06d}Z"


def nanos(ts_ns: int) -> str:
    """Return RFC 3339 with as many decimals as are needed, at most nine.

    Examples:
        >>> nanos(1_767_225_600_823_100_970), nanos(1_767_225_600_000_000_000)
        ('2026-01-01T00:00:00.82310097Z', '2026-01-01T00:00:00Z')
    """
    second, rest = divmod(ts_ns, _SECOND_NS)
    if not rest:
        return _second(second) + "Z"
    return f"{_second(second)}.{rest:09d}".rstrip("0") + "Z"


@lru_cache(maxsize=64)
def _second(second: int) -> str:
    return (_EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S")
