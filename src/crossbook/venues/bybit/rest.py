"""Public REST of Bybit spot."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from crossbook.errors import CrossbookError, RateLimitError
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
from crossbook.venues.metadata import Row
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

URL: str = "https://api.bybit.com"
HOSTS: Mapping[str, str] = {}
GROUPS: tuple[Group, ...] = (Group("address", (Window(600, 5.0),)),)
"""Requests per address. Going over it costs ten minutes."""

_VENUE = "bybit"
_MS = 1_000_000
_BAN_S = 600.0
_INTERVALS = {
    60 * minutes: str(minutes) for minutes in (1, 3, 5, 15, 30, 60, 120, 240, 360, 720)
} | {86_400: "D", 604_800: "W"}
_TAKERS: dict[object, Literal["buy", "sell"]] = {"Buy": "buy", "Sell": "sell"}
_CELLS = ("start", "open", "high", "low", "close", "volume")


class _Said(msgspec.Struct):
    retCode: int | None = None  # noqa: N815 -- the venue's own spelling
    retMsg: str = ""  # noqa: N815


_SAID = msgspec.json.Decoder(_Said)


def time() -> Request:
    """Ask for the venue's clock."""
    return Request(path="/v5/market/time", group="address")


def read_time(body: bytes) -> int:
    """Return the venue's time."""
    return time_ns(record(_VENUE, body).child("result"), "timeNano", 1)


def instruments(cursor: str | None = None) -> Sequence[Request]:
    """Ask for the list of spot, which is one answer."""
    del cursor
    return [_request("instruments-info")]


def lookup(names: Sequence[str]) -> Sequence[Request]:
    """Ask for the list: it is one answer."""
    del names
    return instruments()


def next_page(body: bytes) -> str | None:
    """Return nothing: spot has one page."""
    del body
    return None


def snapshot(instrument: Instrument, depth: int | None = None) -> Request:
    """Ask for a book; 200 levels unless said otherwise, 1,000 at most."""
    limit = min(depth or 200, 1000)
    return _request("orderbook", ("symbol", instrument.native), ("limit", str(limit)))


def trades(instrument: Instrument, limit: int = 100) -> Request:
    """Ask for the latest trades, at most 60."""
    query = (("symbol", instrument.native), ("limit", str(min(limit, 60))))
    return _request("recent-trade", *query)


def read_trades(instrument: Instrument, body: bytes) -> list[PublicTrade]:
    """Return the trades of an answer, which is newest first."""
    rows = [
        public_trade(
            row,
            id_="execId",
            price="price",
            size="size",
            taker=_TAKERS.get(row.fields.get("side")),
            ts=("time", _MS),
        )
        for row in listed(_VENUE, instrument.native, _list(body))
    ]
    return oldest_first(rows, newest_first=True)


def klines(instrument: Instrument, interval_s: int, now_ns: int, limit: int = 100) -> Request:
    """Ask for the latest candles, at most 1,000."""
    del now_ns
    return _request(
        "kline",
        ("symbol", instrument.native),
        ("interval", interval_name(_INTERVALS, _VENUE, interval_s)),
        ("limit", str(min(limit, 1000))),
    )


def read_klines(instrument: Instrument, body: bytes) -> list[Kline]:
    """Return the candles of an answer, which is newest first."""
    rows: list[Row] = list(listed(_VENUE, instrument.native, _list(body), _CELLS))
    return [
        candle(row, ("start", _MS), ("open", "high", "low", "close"), "volume")
        for row in reversed(rows)
    ]


def failure(status: int, headers: Mapping[str, str], body: bytes) -> CrossbookError | None:
    """Return what an answer refuses: `retCode` is not 0, also with status 200."""
    found, said = decoded(_SAID, body), None
    if found is not None and found.retCode:
        said = (str(found.retCode), found.retMsg)
    error = judged(
        _VENUE, status, headers, body, said,
        limits=("10006", "10018", "10429"), outages=("10000", "10016"),
    )  # fmt: skip
    if error is not None and status == 403 and "too frequent" in error.text:
        return RateLimitError(_VENUE, error.code, error.text, _BAN_S, True)  # noqa: FBT003
    return error


def usage(headers: Mapping[str, str]) -> Sequence[Usage]:
    """Return nothing: the headers speak of private endpoints."""
    del headers
    return ()


def _request(name: str, *query: tuple[str, str]) -> Request:
    return Request(path=f"/v5/market/{name}", query=(("category", "spot"), *query), group="address")


def _list(body: bytes) -> object:
    return record(_VENUE, body).child("result").fields.get("list")
