"""Public REST of Kraken spot."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from crossbook.errors import CrossbookError, MetadataError
from crossbook.model import Instrument
from crossbook.venues.answers import (
    candle,
    decoded,
    interval_name,
    judged,
    listed,
    public_trade,
    record,
    shown,
    time_ns,
)
from crossbook.venues.metadata import Row, misfit
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

URL: str = "https://api.kraken.com"
HOSTS: Mapping[str, str] = {}
GROUPS: tuple[Group, ...] = (Group("public", (Window(1, 1.0),)),)
"""One call a second is always within the limit, the venue says, and no more than that."""

_VENUE = "kraken"
_SECOND = 1_000_000_000
_DEPTH_MAX = 500
_INTERVALS = {
    60 * minutes: str(minutes) for minutes in (1, 5, 15, 30, 60, 240, 1440, 10_080, 21_600)
}
_TAKERS: dict[object, Literal["buy", "sell"]] = {"b": "buy", "s": "sell"}
_TRADE = ("price", "size", "time", "side", "type", "misc", "id")
_CANDLE = ("time", "open", "high", "low", "close", "vwap", "volume")


class _Said(msgspec.Struct):
    error: list[str] = []


class _Depth(msgspec.Struct):
    bids: list[tuple[Decimal, Decimal, Decimal]]
    asks: list[tuple[Decimal, Decimal, Decimal]]


class _Depths(msgspec.Struct):
    result: dict[str, _Depth]


_DEPTHS = msgspec.json.Decoder(_Depths)
_SAID = msgspec.json.Decoder(_Said)


def time() -> Request:
    """Ask for the venue's clock."""
    return _request("Time")


def read_time(body: bytes) -> int:
    """Return the venue's time, in whole seconds."""
    return time_ns(record(_VENUE, body).child("result"), "unixtime", _SECOND)


def instruments(cursor: str | None = None) -> Sequence[Request]:
    """Ask for AssetPairs, which lists everything at once."""
    del cursor
    return [_request("AssetPairs")]


def lookup(names: Sequence[str]) -> Sequence[Request]:
    """Ask for the list: it is one answer."""
    del names
    return instruments()


def next_page(body: bytes) -> str | None:
    """Return nothing: there is one page."""
    del body
    return None


def snapshot(instrument: Instrument, depth: int | None = None) -> Request:
    """Ask for a book, 500 levels at most. It has no number: it is no base for the stream."""
    return _request("Depth", ("pair", _pair(instrument)), ("count", str(_count(depth))))


def read_book(body: bytes) -> Sides:
    """Return the book of an answer, whose only key may be another name of the pair."""
    answer = decoded(_DEPTHS, body)
    if answer is None or len(answer.result) != 1:
        raise MetadataError(_VENUE, "", "result", shown(body), "the book of one pair")
    (book,) = answer.result.values()
    return _levels(book.bids), _levels(book.asks)


def _levels(rows: list[tuple[Decimal, Decimal, Decimal]]) -> list[tuple[Decimal, Decimal]]:
    return [(price, size) for price, size, _ in rows]


def trades(instrument: Instrument, limit: int = 100) -> Request:
    """Ask for the latest trades, at most 1,000."""
    return _request("Trades", ("pair", _pair(instrument)), ("count", str(min(limit, 1000))))


def read_trades(instrument: Instrument, body: bytes) -> list[PublicTrade]:
    """Return the trades of an answer, which are oldest first."""
    return [
        public_trade(
            row,
            id_="id",
            price="price",
            size="size",
            taker=_TAKERS.get(row.fields["side"]),
            ts=("time", _SECOND),
        )
        for row in _rows(instrument, body, _TRADE)
    ]


def klines(instrument: Instrument, interval_s: int, now_ns: int, limit: int = 100) -> Request:
    """Ask for the latest candles: always 720, however few are wanted."""
    del now_ns, limit
    name = interval_name(_INTERVALS, _VENUE, interval_s)
    return _request("OHLC", ("pair", _pair(instrument)), ("interval", name))


def read_klines(instrument: Instrument, body: bytes) -> list[Kline]:
    """Return the candles of an answer, which are oldest first."""
    return [
        candle(row, ("time", _SECOND), ("open", "high", "low", "close"), "volume")
        for row in _rows(instrument, body, _CANDLE)
    ]


def failure(status: int, headers: Mapping[str, str], body: bytes) -> CrossbookError | None:
    """Return what an answer refuses: `error` is not empty, also with status 200."""
    found, said = decoded(_SAID, body), None
    errors = [] if found is None else [text for text in found.error if not text.startswith("W")]
    if errors:
        # `EService:Throttled:<unix seconds>` ends with more than its name.
        said = (":".join(errors[0].split(":")[:2]), errors[0])
    return judged(
        _VENUE, status, headers, body, said,
        limits=(
            "EAPI:Rate limit exceeded", "EGeneral:Too many requests", "EService:Throttled",
            "EGeneral:Temporary lockout",
        ),
        outages=(
            "EService:Unavailable", "EService:Timeout", "EService:Busy", "EGeneral:Internal error",
        ),
    )  # fmt: skip


def usage(headers: Mapping[str, str]) -> Sequence[Usage]:
    """Return nothing: the venue says nothing of budgets."""
    del headers
    return ()


def _request(name: str, *query: tuple[str, str]) -> Request:
    return Request(path=f"/0/public/{name}", query=query)


def _pair(instrument: Instrument) -> str:
    """Return the name on REST, `XBTUSD`: the first spelling without a slash."""
    spellings = (*instrument.aliases, instrument.native)
    plain = next((name for name in spellings if "/" not in name), None)
    return plain or instrument.native.replace("/", "")


def _count(depth: int | None) -> int:
    return min(depth or _DEPTH_MAX, _DEPTH_MAX)


def _rows(instrument: Instrument, body: bytes, cells: tuple[str, ...]) -> list[Row]:
    """Return the rows under the only key that is not `last`: it may not be the name asked for."""
    result = record(_VENUE, body).child("result").fields
    lists = [rows for key, rows in result.items() if key != "last"]
    if len(lists) != 1:
        raise misfit(_VENUE, result, "an object with one pair")
    return list(listed(_VENUE, instrument.native, lists[0], cells))
