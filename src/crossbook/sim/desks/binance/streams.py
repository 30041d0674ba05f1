"""The names of Binance's streams."""

import re
from typing import Final, NamedTuple

__all__ = ["INTERVALS_NS", "Stream", "stream_of"]

_SECOND_NS: Final = 1_000_000_000
_MINUTE_NS: Final = 60 * _SECOND_NS
_HOUR_NS: Final = 60 * _MINUTE_NS
_DAY_NS: Final = 24 * _HOUR_NS

INTERVALS_NS: Final = {
    "1s": _SECOND_NS,
    "1m": _MINUTE_NS, "3m": 3 * _MINUTE_NS, "5m": 5 * _MINUTE_NS, "15m": 15 * _MINUTE_NS,
    "30m": 30 * _MINUTE_NS,
    "1h": _HOUR_NS, "2h": 2 * _HOUR_NS, "4h": 4 * _HOUR_NS, "6h": 6 * _HOUR_NS,
    "8h": 8 * _HOUR_NS, "12h": 12 * _HOUR_NS,
    "1d": _DAY_NS, "3d": 3 * _DAY_NS, "1w": 7 * _DAY_NS, "1M": 30 * _DAY_NS,
}  # fmt: skip
"""Lengths of candles. A month is thirty days here: no session is that long."""

_FORMS: Final = (
    (re.compile(r"depth(?:@(?P<ms>100|1000)ms)?"), "depth"),
    (re.compile(r"depth(?P<depth>5|10|20)(?:@(?P<ms>100|1000)ms)?"), "partial"),
    (re.compile(r"kline_(?P<interval>\d+[a-zA-Z])"), "kline"),
    (re.compile(r"(?P<word>bookTicker|trade|aggTrade|ticker|miniTicker|avgPrice)"), ""),
)


class Stream(NamedTuple):
    """What a stream's name means."""

    name: str
    native: str
    kind: str
    """`depth`, `partial`, `kline`, `bookTicker`, `trade`, `aggTrade`, `ticker`, `miniTicker` or
    `avgPrice`."""
    period_ns: int = 0
    """How often it is sent; 0: at once."""
    depth: int = 0
    """Levels of a partial book."""
    interval: str = ""
    """Length of a candle."""


def stream_of(name: str) -> Stream | None:
    """Return what a name means; `None`: there is no such stream, and it never sends.

    Examples:
        >>> stream_of("btcusdt@depth@100ms")[1:4]
        ('BTCUSDT', 'depth', 100000000)
        >>> stream_of("BTCUSDT@trade"), stream_of("btcusdt@depth7")
        (None, None)
    """
    symbol, _, rest = name.partition("@")
    if symbol != symbol.lower():
        return None
    for form, family in _FORMS:
        match = form.fullmatch(rest)
        if match is None:
            continue
        parts = match.groupdict()
        interval = parts.get("interval", "")
        if interval and interval not in INTERVALS_NS:
            return None
        kind = family or parts["word"]
        return Stream(
            name,
            symbol.upper(),
            kind,
            period_ns=_period_ns(kind, parts.get("ms"), interval),
            depth=int(parts.get("depth") or 0),
            interval=interval,
        )
    return None


def _period_ns(kind: str, ms: str | None, interval: str) -> int:
    if kind in {"depth", "partial"}:
        return int(ms or 1000) * 1_000_000
    if kind in {"ticker", "miniTicker", "avgPrice"}:
        return _SECOND_NS
    if kind == "kline":
        return _SECOND_NS if interval == "1s" else 2 * _SECOND_NS
    return 0
