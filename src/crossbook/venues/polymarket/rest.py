"""Public REST of Polymarket: the CLOB, discovery (Gamma) and trades (Data)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NoReturn

import msgspec

from crossbook.errors import CrossbookError, UnavailableError
from crossbook.model import Instrument
from crossbook.venues.answers import decoded, judged, listed, oldest_first, public_trade, time_ns
from crossbook.venues.metadata import Row, document
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

URL: str = "https://clob.polymarket.com"
HOSTS: Mapping[str, str] = {
    "gamma": "https://gamma-api.polymarket.com",
    "data": "https://data-api.polymarket.com",
}
GROUPS: tuple[Group, ...] = (
    Group("clob", (Window(9000, 10.0),)),
    Group("book", (Window(1500, 10.0),)),
    Group("markets", (Window(300, 10.0),)),
    Group("trades", (Window(200, 10.0),)),
)
"""Per address; what is over a limit is delayed before it is refused."""

_VENUE = "polymarket"
_SECOND = 1_000_000_000
_PAGE = 100
_LIVE = (("active", "true"), ("closed", "false"), ("archived", "false"))
_IDS_MAX = 50
"""Names in one request: a token id has 78 digits, and addresses have a length."""
_TAKERS: dict[object, Literal["buy", "sell"]] = {"BUY": "buy", "SELL": "sell"}


class _Said(msgspec.Struct):
    error: str = ""
    code: str | int = ""


class _Page(msgspec.Struct):
    next_cursor: str | None = None


_SAID = msgspec.json.Decoder(_Said)
_PAGES = msgspec.json.Decoder(_Page)


def time() -> Request:
    """Ask for the venue's clock."""
    return Request(path="/time", group="clob")


def read_time(body: bytes) -> int:
    """Return the venue's time, in whole seconds; the answer is a bare number."""
    return time_ns(Row(_VENUE, "", {"time": document(_VENUE, body)}), "time", _SECOND)


def instruments(cursor: str | None = None) -> Sequence[Request]:
    """Ask for a page of the markets that are open, with their events, ticks and fees."""
    after = () if cursor is None else (("after_cursor", cursor),)
    return [_markets(("limit", str(_PAGE)), *_LIVE, *after)]


def lookup(names: Sequence[str]) -> Sequence[Request]:
    """Ask for the markets of some tokens, condition ids or slugs, whatever their state."""
    fields: dict[str, list[str]] = {}
    for name in names:
        kind = "condition_ids" if name.startswith("0x") else "slug"
        fields.setdefault("clob_token_ids" if name.isdigit() else kind, []).append(name)
    return [
        _markets(("limit", str(_PAGE)), *((field, name) for name in some))
        for field, every in fields.items()
        for some in _some(every)
    ]


def next_page(body: bytes) -> str | None:
    """Return the cursor of the next page; the last one has none, or `LTE=`."""
    page = decoded(_PAGES, body)
    cursor = None if page is None else page.next_cursor
    return None if cursor in {None, "", "LTE="} else cursor


def snapshot(instrument: Instrument, depth: int | None = None) -> Request:
    """Ask for a book, which comes whole."""
    del depth
    return Request(path="/book", query=(("token_id", instrument.native),), group="book")


def trades(instrument: Instrument, limit: int = 100) -> Request:
    """Ask for the latest trades of both tokens of a market, at most 500.

    Raises:
        ValueError: the instrument does not say of which market it is.
    """
    market = instrument.asset.market_id
    if not market.startswith("0x"):
        raise ValueError(f"the market of token {instrument.native} is not known")
    query = (("market", market), ("limit", str(min(limit, 500))))
    return Request(path="/trades", query=query, group="trades", host="data")


def read_trades(instrument: Instrument, body: bytes) -> list[PublicTrade]:
    """Return the trades of one token of an answer, which is newest first."""
    rows = listed(_VENUE, instrument.native, document(_VENUE, body))
    found = [
        public_trade(
            row,
            id_="transactionHash",
            price="price",
            size="size",
            taker=_TAKERS.get(row.fields.get("side")),
            ts=("timestamp", _SECOND),
        )
        for row in rows
        if row.text("asset") == instrument.native
    ]
    return oldest_first(found, newest_first=True)


def klines(instrument: Instrument, interval_s: int, now_ns: int, limit: int = 100) -> NoReturn:
    """Refuse: there are no candles.

    Raises:
        ValueError: always.
    """
    del instrument, now_ns, limit
    raise ValueError(f"polymarket has no candles of {interval_s} s, nor any other")


def read_klines(instrument: Instrument, body: bytes) -> list[Kline]:
    """Return nothing: there are no candles."""
    del instrument, body
    return []


def failure(status: int, headers: Mapping[str, str], body: bytes) -> CrossbookError | None:
    """Return what an answer refuses: `error` says why, also with status 200."""
    found, said = decoded(_SAID, body), None
    if found is not None and found.error:
        said = (str(found.code) or (f"http {status}" if status >= 400 else "error"), found.error)
    error = judged(_VENUE, status, headers, body, said)
    if error is not None and status == 425:
        # The matching engine restarts.
        return UnavailableError(_VENUE, error.code, error.text)
    return error


def usage(headers: Mapping[str, str]) -> Sequence[Usage]:
    """Return nothing: public answers say nothing of budgets."""
    del headers
    return ()


def _markets(*query: tuple[str, str]) -> Request:
    return Request(path="/markets/keyset", query=query, group="markets", host="gamma")


def _some(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _IDS_MAX):
        yield names[start : start + _IDS_MAX]
