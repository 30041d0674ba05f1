"""Public REST of Coinbase Advanced Trade."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from crossbook.errors import CrossbookError, MetadataError
from crossbook.model import Instrument
from crossbook.venues.answers import (
    RFC3339,
    candle,
    decoded,
    interval_name,
    judged,
    listed,
    oldest_first,
    public_trade,
    record,
    remaining,
    shown,
    time_ns,
)
from crossbook.venues.requests import Group, Kline, PublicTrade, Request, Sides, Usage, Window

__all__ = [
    "GROUPS",
    "HOSTS",
    "URL",
    "failure",
    "instruments",
    "klines",
    "lookup",
    "next_page",
    "read_book",
    "read_klines",
    "read_time",
    "read_trades",
    "snapshot",
    "time",
    "trades",
    "usage",
]

URL: str = "https://api.coinbase.com"
HOSTS: Mapping[str, str] = {}
GROUPS: tuple[Group, ...] = (Group("public", (Window(10, 1.0),)),)
"""Requests per address."""

_VENUE = "coinbase"
_MS = 1_000_000
_SECOND = 1_000_000_000
_FRESH = (("Cache-Control", "no-cache"),)
"""Answers are up to a second old otherwise."""
_INTERVALS = {
    60: "ONE_MINUTE", 300: "FIVE_MINUTE", 900: "FIFTEEN_MINUTE", 1800: "THIRTY_MINUTE",
    3600: "ONE_HOUR", 7200: "TWO_HOUR", 21_600: "SIX_HOUR", 86_400: "ONE_DAY",
}  # fmt: skip
# The venue names the side of the maker.
_TAKERS: dict[object, Literal["buy", "sell"]] = {"BUY": "sell", "SELL": "buy"}


class _Error(msgspec.Struct):
    id: str = ""
    message: str = ""


class _Said(msgspec.Struct):
    error: str = ""
    message: str = ""
    error_details: str = ""
    errors: list[_Error] = []
    success: bool = True


class _Level(msgspec.Struct):
    price: Decimal
    size: Decimal


class _Book(msgspec.Struct):
    bids: list[_Level]
    asks: list[_Level]


class _Books(msgspec.Struct):
    pricebook: _Book


_BOOKS = msgspec.json.Decoder(_Books)
_SAID = msgspec.json.Decoder(_Said)


def time() -> Request:
    """Ask for the venue's clock."""
    return Request(path="/api/v3/brokerage/time", headers=_FRESH)


def read_time(body: bytes) -> int:
    """Return the venue's time."""
    return time_ns(record(_VENUE, body), "epochMillis", _MS)


def instruments(cursor: str | None = None) -> Sequence[Request]:
    """Ask for all products, which are one answer."""
    del cursor
    return [_market("products", ("get_all_products", "true"))]


def lookup(names: Sequence[str]) -> Sequence[Request]:
    """Ask for the list: it is one answer."""
    del names
    return instruments()


def next_page(body: bytes) -> str | None:
    """Return nothing: there is one page."""
    del body
    return None


def snapshot(instrument: Instrument, depth: int | None = None) -> Request:
    """Ask for a book. It has no number: it is no base for the stream."""
    limit = () if depth is None else (("limit", str(depth)),)
    return _market("product_book", ("product_id", instrument.native), *limit)


def read_book(body: bytes) -> Sides:
    """Return the book of an answer."""
    answer = decoded(_BOOKS, body)
    if answer is None:
        raise MetadataError(_VENUE, "", "pricebook", shown(body), "a book")
    return _levels(answer.pricebook.bids), _levels(answer.pricebook.asks)


def _levels(rows: list[_Level]) -> list[tuple[Decimal, Decimal]]:
    return [(row.price, row.size) for row in rows]


def trades(instrument: Instrument, limit: int = 100) -> Request:
    """Ask for the latest trades."""
    return _market(f"products/{instrument.native}/ticker", ("limit", str(limit)))


def read_trades(instrument: Instrument, body: bytes) -> list[PublicTrade]:
    """Return the trades of an answer, which is newest first."""
    found = [
        public_trade(
            row,
            id_="trade_id",
            price="price",
            size="size",
            taker=_TAKERS.get(row.fields.get("side")),
            ts=("time", RFC3339),
        )
        for row in listed(_VENUE, instrument.native, record(_VENUE, body).fields.get("trades"))
    ]
    return oldest_first(found, newest_first=True)


def klines(instrument: Instrument, interval_s: int, now_ns: int, limit: int = 100) -> Request:
    """Ask for the latest candles, at most 300."""
    name = interval_name(_INTERVALS, _VENUE, interval_s)
    count, end_s = min(limit, 300), now_ns // _SECOND
    return _market(
        f"products/{instrument.native}/candles",
        ("start", str(end_s - count * interval_s)),
        ("end", str(end_s)),
        ("granularity", name),
        ("limit", str(count)),
    )


def read_klines(instrument: Instrument, body: bytes) -> list[Kline]:
    """Return the candles of an answer, which is newest first."""
    rows = listed(_VENUE, instrument.native, record(_VENUE, body).fields.get("candles"))
    found = [
        candle(row, ("start", _SECOND), ("open", "high", "low", "close"), "volume") for row in rows
    ]
    return found[::-1]


def failure(status: int, headers: Mapping[str, str], body: bytes) -> CrossbookError | None:
    """Return what an answer refuses: `error`, `errors` or `success: false` say why."""
    found, said = decoded(_SAID, body), None
    if found is not None and found.errors:
        said = (found.errors[0].id, found.errors[0].message)
    elif found is not None and (found.error or not found.success):
        said = (found.error, found.message or found.error_details)
    return judged(
        _VENUE, status, headers, body, said,
        limits=("rate_limit_exceeded", "resource_exhausted", "RESOURCE_EXHAUSTED"),
    )  # fmt: skip


def usage(headers: Mapping[str, str]) -> Sequence[Usage]:
    """Return what the headers say of the second."""
    return remaining(headers, "x-ratelimit-remaining", "x-ratelimit-limit", "public", 1.0)


def _market(name: str, *query: tuple[str, str]) -> Request:
    return Request(path=f"/api/v3/brokerage/market/{name}", query=query, headers=_FRESH)
