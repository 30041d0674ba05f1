"""Public REST of Gate.io spot."""

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
    remaining,
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

URL: str = "https://api.gateio.ws"
HOSTS: Mapping[str, str] = {}
GROUPS: tuple[Group, ...] = (Group("public", (Window(200, 10.0),)),)
"""Requests per address. Each endpoint has so many; all share them here, because the headers do
not say which endpoint they speak of."""

_VENUE = "gateio"
_MS = 1_000_000
_SECOND = 1_000_000_000
_DEPTH_MAX = 100
"""Deeper answers come from a cache and lag behind the stream."""
_INTERVALS = {
    10: "10s", 60: "1m", 300: "5m", 900: "15m", 1800: "30m", 3600: "1h", 14_400: "4h",
    28_800: "8h", 86_400: "1d", 604_800: "7d",
}  # fmt: skip
_TAKERS: dict[object, Literal["buy", "sell"]] = {"buy": "buy", "sell": "sell"}
_CELLS = ("time", "volume_quote", "close", "high", "low", "open", "volume")


class _Said(msgspec.Struct):
    label: str = ""
    message: str = ""


_SAID = msgspec.json.Decoder(_Said)


def time() -> Request:
    """Ask for the venue's clock."""
    return _request("time")


def read_time(body: bytes) -> int:
    """Return the venue's time."""
    return time_ns(record(_VENUE, body), "server_time", _MS)


def instruments(cursor: str | None = None) -> Sequence[Request]:
    """Ask for the list, which is one answer."""
    del cursor
    return [_request("currency_pairs")]


def lookup(names: Sequence[str]) -> Sequence[Request]:
    """Ask for the list: it is one answer."""
    del names
    return instruments()


def next_page(body: bytes) -> str | None:
    """Return nothing: there is one page."""
    del body
    return None


def snapshot(instrument: Instrument, depth: int | None = None) -> Request:
    """Ask for a book with its number, 100 levels at most."""
    limit = min(depth or _DEPTH_MAX, _DEPTH_MAX)
    return _request("order_book", instrument, ("limit", str(limit)), ("with_id", "true"))


def trades(instrument: Instrument, limit: int = 100) -> Request:
    """Ask for the latest trades, at most 1,000."""
    return _request("trades", instrument, ("limit", str(min(limit, 1000))))


def read_trades(instrument: Instrument, body: bytes) -> list[PublicTrade]:
    """Return the trades of an answer, which is newest first."""
    found = [
        public_trade(
            row,
            id_="id",
            price="price",
            size="amount",
            taker=_TAKERS.get(row.fields.get("side")),
            ts=("create_time_ms", _MS),
        )
        for row in listed(_VENUE, instrument.native, document(_VENUE, body))
    ]
    return oldest_first(found, newest_first=True)


def klines(instrument: Instrument, interval_s: int, now_ns: int, limit: int = 100) -> Request:
    """Ask for the latest candles, at most 1,000."""
    del now_ns
    name = interval_name(_INTERVALS, _VENUE, interval_s)
    return _request(
        "candlesticks", instrument, ("interval", name), ("limit", str(min(limit, 1000)))
    )


def read_klines(instrument: Instrument, body: bytes) -> list[Kline]:
    """Return the candles of an answer, oldest first; their cells have an order of their own."""
    rows = listed(_VENUE, instrument.native, document(_VENUE, body), _CELLS)
    found = [
        candle(row, ("time", _SECOND), ("open", "high", "low", "close"), "volume") for row in rows
    ]
    return sorted(found, key=lambda kline: kline.open_ns)


def failure(status: int, headers: Mapping[str, str], body: bytes) -> CrossbookError | None:
    """Return what an answer refuses: `label` says why."""
    found, said = decoded(_SAID, body), None
    if found is not None and found.label:
        said = (found.label, found.message)
    return judged(
        _VENUE, status, headers, body, said,
        limits=("TOO_MANY_REQUESTS",), outages=("INTERNAL", "SERVER_ERROR", "TOO_BUSY"),
    )  # fmt: skip


def usage(headers: Mapping[str, str]) -> Sequence[Usage]:
    """Return what the headers say of the endpoint that was asked."""
    return remaining(
        headers,
        "x-gate-ratelimit-requests-remain",
        "x-gate-ratelimit-limit",
        "public",
        10.0,
    )


def _request(name: str, instrument: Instrument | None = None, *query: tuple[str, str]) -> Request:
    pair = () if instrument is None else (("currency_pair", instrument.native),)
    return Request(path=f"/api/v4/spot/{name}", query=(*pair, *query))
