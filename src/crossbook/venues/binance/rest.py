"""Public REST of Binance spot."""

from collections.abc import Mapping, Sequence

import msgspec

from crossbook.errors import CrossbookError
from crossbook.model import Instrument
from crossbook.venues.answers import (
    candle,
    decoded,
    interval_name,
    judged,
    listed,
    public_trade,
    record,
    time_ns,
    used,
)
from crossbook.venues.metadata import document
from crossbook.venues.requests import Group, Kline, PublicTrade, Request, Usage, Window

__all__ = [
    "GROUPS",
    "HOSTS",
    "URL",
    "failure",
    "instruments",
    "klines",
    "lookup",
    "next_page",
    "read_klines",
    "read_time",
    "read_trades",
    "snapshot",
    "time",
    "trades",
    "usage",
]

URL: str = "https://api.binance.com"
HOSTS: Mapping[str, str] = {}
GROUPS: tuple[Group, ...] = (Group("weight", (Window(6000, 60.0),)),)
"""Units of weight a minute, per address."""

_VENUE = "binance"
_MS = 1_000_000
_DEPTH_MAX = 5000
_WEIGHTS = ((100, 5), (500, 25), (1000, 50), (5000, 250))
"""Largest number of levels, and what that many cost."""
_INTERVALS = {
    1: "1s", 60: "1m", 180: "3m", 300: "5m", 900: "15m", 1800: "30m", 3600: "1h", 7200: "2h",
    14_400: "4h", 21_600: "6h", 28_800: "8h", 43_200: "12h", 86_400: "1d", 259_200: "3d",
    604_800: "1w",
}  # fmt: skip
_CELLS = ("open_time", "open", "high", "low", "close", "volume", "close_time")


class _Said(msgspec.Struct):
    code: int | None = None
    msg: str = ""


_SAID = msgspec.json.Decoder(_Said)


def time() -> Request:
    """Ask for the venue's clock."""
    return Request(path="/api/v3/time", group="weight")


def read_time(body: bytes) -> int:
    """Return the venue's time."""
    return time_ns(record(_VENUE, body), "serverTime", _MS)


def instruments(cursor: str | None = None) -> Sequence[Request]:
    """Ask for exchangeInfo, which lists everything at once."""
    del cursor
    return [Request(path="/api/v3/exchangeInfo", group="weight", weight=20)]


def lookup(names: Sequence[str]) -> Sequence[Request]:
    """Ask for the list: it is one answer."""
    del names
    return instruments()


def next_page(body: bytes) -> str | None:
    """Return nothing: there is one page."""
    del body
    return None


def snapshot(instrument: Instrument, depth: int | None = None) -> Request:
    """Ask for a book; 1,000 levels unless said otherwise."""
    limit = min(depth or 1000, _DEPTH_MAX)
    weight = next(cost for levels, cost in _WEIGHTS if limit <= levels)
    query = (("symbol", instrument.native), ("limit", str(limit)))
    return Request(path="/api/v3/depth", query=query, group="weight", weight=weight)


def trades(instrument: Instrument, limit: int = 100) -> Request:
    """Ask for the latest trades, at most 1,000."""
    query = (("symbol", instrument.native), ("limit", str(min(limit, 1000))))
    return Request(path="/api/v3/trades", query=query, group="weight", weight=25)


def read_trades(instrument: Instrument, body: bytes) -> list[PublicTrade]:
    """Return the trades of an answer, which are oldest first."""
    return [
        public_trade(
            row,
            id_="id",
            price="price",
            size="qty",
            taker="sell" if row.flag("isBuyerMaker") else "buy",
            ts=("time", _MS),
        )
        for row in listed(_VENUE, instrument.native, document(_VENUE, body))
    ]


def klines(instrument: Instrument, interval_s: int, now_ns: int, limit: int = 100) -> Request:
    """Ask for the latest candles, at most 1,000."""
    del now_ns
    query = (
        ("symbol", instrument.native),
        ("interval", interval_name(_INTERVALS, _VENUE, interval_s)),
        ("limit", str(min(limit, 1000))),
    )
    return Request(path="/api/v3/klines", query=query, group="weight", weight=2)


def read_klines(instrument: Instrument, body: bytes) -> list[Kline]:
    """Return the candles of an answer, which are oldest first."""
    rows = listed(_VENUE, instrument.native, document(_VENUE, body), _CELLS)
    return [
        candle(row, ("open_time", _MS), ("open", "high", "low", "close"), "volume") for row in rows
    ]


def failure(status: int, headers: Mapping[str, str], body: bytes) -> CrossbookError | None:
    """Return what an answer refuses, by status and `code`."""
    found, said = decoded(_SAID, body), None
    if found is not None and found.code is not None and found.code < 0:
        said = (str(found.code), found.msg)
    return judged(
        _VENUE, status, headers, body, said,
        limits=("-1003", "-1015", "-1034"), outages=("-1000", "-1001", "-1008", "-1016"),
    )  # fmt: skip


def usage(headers: Mapping[str, str]) -> Sequence[Usage]:
    """Return the weight that was used in the minute."""
    return used(headers, "x-mbx-used-weight-1m", "weight", 60.0)
