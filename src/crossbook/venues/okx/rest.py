"""Public REST of OKX spot."""

from collections.abc import Mapping, Sequence
from typing import Literal

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

URL: str = "https://www.okx.com"
HOSTS: Mapping[str, str] = {}
GROUPS: tuple[Group, ...] = (
    Group("books", (Window(40, 2.0),)),
    Group("public", (Window(20, 2.0),)),
)
"""Each endpoint has its own limit; those that are not books share the smallest one here."""

_VENUE = "okx"
_MS = 1_000_000
# From a day on the plain names mean days of Hong Kong.
_INTERVALS = {
    60: "1m", 180: "3m", 300: "5m", 900: "15m", 1800: "30m", 3600: "1H", 7200: "2H", 14_400: "4H",
    21_600: "6Hutc", 43_200: "12Hutc", 86_400: "1Dutc", 604_800: "1Wutc",
}  # fmt: skip
_TAKERS: dict[object, Literal["buy", "sell"]] = {"buy": "buy", "sell": "sell"}
_CELLS = ("ts", "open", "high", "low", "close", "volume")


class _Said(msgspec.Struct):
    code: str | int = "0"
    msg: str = ""


_SAID = msgspec.json.Decoder(_Said)


def time() -> Request:
    """Ask for the venue's clock."""
    return Request(path="/api/v5/public/time")


def read_time(body: bytes) -> int:
    """Return the venue's time."""
    rows = list(record(_VENUE, body).children("data"))
    if len(rows) != 1:
        raise record(_VENUE, body).error("data", "one time")
    return time_ns(rows[0], "ts", _MS)


def instruments(cursor: str | None = None) -> Sequence[Request]:
    """Ask for the list of spot, which is one answer."""
    del cursor
    return [Request(path="/api/v5/public/instruments", query=(("instType", "SPOT"),))]


def lookup(names: Sequence[str]) -> Sequence[Request]:
    """Ask for the list: it is one answer."""
    del names
    return instruments()


def next_page(body: bytes) -> str | None:
    """Return nothing: there is one page."""
    del body
    return None


def snapshot(instrument: Instrument, depth: int | None = None) -> Request:
    """Ask for a book, 400 levels at most."""
    query = (("instId", instrument.native), ("sz", str(min(depth or 400, 400))))
    return Request(path="/api/v5/market/books", query=query, group="books")


def trades(instrument: Instrument, limit: int = 100) -> Request:
    """Ask for the latest trades, at most 500."""
    query = (("instId", instrument.native), ("limit", str(min(limit, 500))))
    return Request(path="/api/v5/market/trades", query=query)


def read_trades(instrument: Instrument, body: bytes) -> list[PublicTrade]:
    """Return the trades of an answer, which is newest first."""
    data = record(_VENUE, body).fields.get("data")
    found = [
        public_trade(
            row,
            id_="tradeId",
            price="px",
            size="sz",
            taker=_TAKERS.get(row.fields.get("side")),
            ts=("ts", _MS),
        )
        for row in listed(_VENUE, instrument.native, data)
    ]
    return oldest_first(found, newest_first=True)


def klines(instrument: Instrument, interval_s: int, now_ns: int, limit: int = 100) -> Request:
    """Ask for the latest candles, at most 300."""
    del now_ns
    query = (
        ("instId", instrument.native),
        ("bar", interval_name(_INTERVALS, _VENUE, interval_s)),
        ("limit", str(min(limit, 300))),
    )
    return Request(path="/api/v5/market/candles", query=query)


def read_klines(instrument: Instrument, body: bytes) -> list[Kline]:
    """Return the candles of an answer, whose order differs."""
    data = record(_VENUE, body).fields.get("data")
    rows = listed(_VENUE, instrument.native, data, _CELLS)
    found = [candle(row, ("ts", _MS), ("open", "high", "low", "close"), "volume") for row in rows]
    return sorted(found, key=lambda each: each.open_ns)


def failure(status: int, headers: Mapping[str, str], body: bytes) -> CrossbookError | None:
    """Return what an answer refuses: `code` is not 0, also with status 200."""
    found, said = decoded(_SAID, body), None
    if found is not None and str(found.code) != "0":
        said = (str(found.code), found.msg)
    return judged(
        _VENUE, status, headers, body, said,
        limits=("50011", "50061"), outages=("50001", "50004", "50013", "50026"),
    )  # fmt: skip


def usage(headers: Mapping[str, str]) -> Sequence[Usage]:
    """Return nothing: the venue says nothing of budgets."""
    del headers
    return ()
