"""Public REST of Kalshi."""

from collections.abc import Mapping, Sequence
from typing import Literal, NoReturn

import msgspec

from crossbook.errors import CrossbookError
from crossbook.model import Instrument, Outcome
from crossbook.venues.answers import (
    RFC3339,
    decoded,
    judged,
    listed,
    oldest_first,
    public_trade,
    record,
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

URL: str = "https://external-api.kalshi.com"
HOSTS: Mapping[str, str] = {}
GROUPS: tuple[Group, ...] = (Group("read", (Window(200, 1.0),)),)
"""Tokens of the lowest tier; a request costs ten."""

_VENUE = "kalshi"
_COST = 10
_MS = 1_000_000
_TICKERS_MAX = 50


class _Fault(msgspec.Struct):
    code: str | int = ""
    message: str = ""


class _Said(msgspec.Struct):
    error: str | _Fault | None = None
    code: str | int = ""
    message: str = ""


class _Page(msgspec.Struct):
    cursor: str | None = None


_SAID = msgspec.json.Decoder(_Said)
_PAGES = msgspec.json.Decoder(_Page)


def time() -> NoReturn:
    """Refuse: nobody can ask for the venue's clock.

    Raises:
        ValueError: always.
    """
    raise ValueError("kalshi does not tell its time")


def read_time(body: bytes) -> NoReturn:
    """Refuse: nobody can ask for the venue's clock.

    Raises:
        ValueError: always.
    """
    del body
    raise ValueError("kalshi does not tell its time")


def instruments(cursor: str | None = None) -> Sequence[Request]:
    """Ask for a page of open events with their markets, and first for all series: fees are there.

    Events of combinations are not among them.
    """
    query = (("limit", "200"), ("status", "open"), ("with_nested_markets", "true"))
    if cursor is not None:
        return [_request("events", *query, ("cursor", cursor))]
    return [_request("series"), _request("events", *query)]


def lookup(names: Sequence[str]) -> Sequence[Request]:
    """Ask for the markets of some tickers; their fees are then the usual ones."""
    return [
        _request("markets", ("limit", "1000"), ("tickers", ",".join(names[at : at + _TICKERS_MAX])))
        for at in range(0, len(names), _TICKERS_MAX)
    ]


def next_page(body: bytes) -> str | None:
    """Return the cursor of the next page; that of the last one is empty."""
    page = decoded(_PAGES, body)
    return None if page is None else page.cursor or None


def snapshot(instrument: Instrument, depth: int | None = None) -> Request:
    """Ask for a book, which comes whole unless fewer levels are wanted."""
    return _request(f"markets/{instrument.native}/orderbook", ("depth", str(min(depth or 0, 100))))


def trades(instrument: Instrument, limit: int = 100) -> Request:
    """Ask for the latest trades of a market, at most 1,000."""
    query = (("ticker", instrument.native), ("limit", str(min(limit, 1000))))
    return _request("markets/trades", *query)


def read_trades(instrument: Instrument, body: bytes) -> list[PublicTrade]:
    """Return the trades of an answer, as seen from the instrument's side; it is newest first."""
    side = (instrument.outcome or Outcome.YES).value
    rows = listed(_VENUE, instrument.native, record(_VENUE, body).fields.get("trades"))
    found = [
        public_trade(
            row,
            id_="trade_id",
            price=f"{side}_price_dollars",
            size="count_fp",
            taker=_taker(row, side),
            ts=("ts_ms", _MS) if row.has("ts_ms") else ("created_time", RFC3339),
        )
        for row in rows
    ]
    return oldest_first(found, newest_first=True)


def klines(instrument: Instrument, interval_s: int, now_ns: int, limit: int = 100) -> NoReturn:
    """Refuse: candles are asked for by series, which an instrument does not name.

    Raises:
        ValueError: always.
    """
    del instrument, now_ns, limit
    raise ValueError(f"kalshi has no candles of {interval_s} s by ticker, nor any other")


def read_klines(instrument: Instrument, body: bytes) -> list[Kline]:
    """Return nothing: there are no candles."""
    del instrument, body
    return []


def failure(status: int, headers: Mapping[str, str], body: bytes) -> CrossbookError | None:
    """Return what an answer refuses: any `error` does, whatever the status."""
    found, said = decoded(_SAID, body), None
    if found is not None:
        fault = found.error or _Fault(found.code, found.message)
        if isinstance(fault, str):
            fault = _Fault(found.code, fault)
        if fault.code or found.error:
            said = (
                str(fault.code) or (f"http {status}" if status >= 400 else "error"),
                fault.message,
            )
    return judged(
        _VENUE, status, headers, body, said, limits=("too_many_requests",),
        outages=("service_unavailable", "exchange_unavailable"),
    )  # fmt: skip


def usage(headers: Mapping[str, str]) -> Sequence[Usage]:
    """Return nothing: the venue says nothing of budgets."""
    del headers
    return ()


def _request(name: str, *query: tuple[str, str]) -> Request:
    return Request(path=f"/trade-api/v2/{name}", query=query, group="read", weight=_COST)


def _taker(row: Row, side: str) -> Literal["buy", "sell"] | None:
    word = row.word("taker_outcome_side") or row.word("taker_side")
    if word not in {"yes", "no"}:
        return None
    return "buy" if word == side else "sell"
