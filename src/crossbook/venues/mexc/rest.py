"""Public REST of MEXC spot."""

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
    oldest_first,
    public_trade,
    record,
    time_ns,
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

URL: str = "https://api.mexc.com"
HOSTS: Mapping[str, str] = {}
GROUPS: tuple[Group, ...] = (Group("weight", (Window(500, 10.0),)),)
"""Units of weight per address. Each endpoint has so many; all share them here, because other
sources tell of less."""

_VENUE = "mexc"
_MS = 1_000_000
_DEPTH_MAX = 5000
_INTERVALS = {
    60: "1m", 300: "5m", 900: "15m", 1800: "30m", 3600: "60m", 14_400: "4h", 86_400: "1d",
    604_800: "1W",
}  # fmt: skip
_CELLS = ("open_time", "open", "high", "low", "close", "volume", "close_time")


class _Said(msgspec.Struct):
    code: int | None = None
    msg: str | None = ""


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
    return [Request(path="/api/v3/exchangeInfo", group="weight", weight=10)]


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
    query = (("symbol", instrument.native), ("limit", str(limit)))
    return Request(path="/api/v3/depth", query=query, group="weight")


def trades(instrument: Instrument, limit: int = 100) -> Request:
    """Ask for the latest trades, at most 1,000."""
    query = (("symbol", instrument.native), ("limit", str(min(limit, 1000))))
    return Request(path="/api/v3/trades", query=query, group="weight", weight=5)


def read_trades(instrument: Instrument, body: bytes) -> list[PublicTrade]:
    """Return the trades of an answer, oldest first; they have no ids."""
    found = [
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
    # They come newest first, which the documentation does not say.
    return oldest_first(found, newest_first=True)


def klines(instrument: Instrument, interval_s: int, now_ns: int, limit: int = 100) -> Request:
    """Ask for the latest candles, at most 1,000."""
    del now_ns
    query = (
        ("symbol", instrument.native),
        ("interval", interval_name(_INTERVALS, _VENUE, interval_s)),
        ("limit", str(min(limit, 1000))),
    )
    return Request(path="/api/v3/klines", query=query, group="weight")


def read_klines(instrument: Instrument, body: bytes) -> list[Kline]:
    """Return the candles of an answer, which are oldest first."""
    rows = listed(_VENUE, instrument.native, document(_VENUE, body), _CELLS)
    return [
        candle(row, ("open_time", _MS), ("open", "high", "low", "close"), "volume") for row in rows
    ]


def failure(status: int, headers: Mapping[str, str], body: bytes) -> CrossbookError | None:
    """Return what an answer refuses, by status and `code`."""
    found, said = decoded(_SAID, body), None
    # Some answers carry `code: 0` beside their data.
    if found is not None and found.code not in {None, 0, 200}:
        said = (str(found.code), found.msg or "")
    return judged(
        _VENUE, status, headers, body, said,
        limits=("429", "510"), outages=("500", "503", "504"),
    )  # fmt: skip


def usage(headers: Mapping[str, str]) -> Sequence[Usage]:
    """Return nothing: the venue says nothing of budgets."""
    del headers
    return ()
