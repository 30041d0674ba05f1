"""Kalshi's public REST."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from crossbook.sim.candles import Candle
from crossbook.sim.desk import HttpAnswer, HttpQuestion
from crossbook.sim.desks.allowance import Allowance
from crossbook.sim.desks.answers import json_answer
from crossbook.sim.desks.kalshi.contract import Contract
from crossbook.sim.desks.query import all_of, is_true, whole
from crossbook.sim.wire.instant import micros
from crossbook.sim.wire.kalshi import dollars
from crossbook.sim.wire.number import fixed

__all__ = ["Rest"]

_SECOND_NS: Final = 1_000_000_000
_BASE: Final = "/trade-api/v2"
_COST: Final = 10
_TOKENS: Final = 600
_SPAN_S: Final = 3
"""The tier Basic: 200 tokens a second for reads, three seconds' worth at once."""
_FILTER: Final = {
    "unopened": ("initialized",),
    "open": ("active",),
    "paused": ("inactive",),
    "closed": ("closed",),
    "settled": ("finalized",),
}
"""What the filter `status` means: its words are not those of the markets."""
_PERIODS: Final = (1, 60, 1_440)
_BOOKS_MAX: Final = 100


class _Refusal(Exception):  # noqa: N818  (it is an answer, not a fault)
    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(status, code, text)
        self.status = status
        self.body = {"error": {"code": code, "message": text, "service": "exchange"}}


def _not_found() -> _Refusal:
    return _Refusal(404, "not_found", "not found")


class Rest:
    """Answers `/trade-api/v2/*`.

    Args:
        contracts: by ticker; the desk adds to it.
        stamp: what the venue's clock shows at a time.
        second_ns: how long one of the venue's seconds takes.
        page_max: rows of a page at most.
    """

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        stamp: Callable[[int], int],
        *,
        second_ns: int,
        page_max: int,
    ) -> None:
        self._contracts = contracts
        self._stamp = stamp
        self._page_max = page_max
        self._tokens = Allowance(_TOKENS, span_ns=_SPAN_S * second_ns)

    def answer(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        """Answer a request."""
        # Only requests that are signed are charged.
        is_charged = "kalshi-access-key" in question.headers
        if is_charged and not self._tokens.take(now_ns, _COST):
            return json_answer({"error": "too many requests"}, status=429)
        words = question.path.removeprefix(_BASE).strip("/").split("/")
        try:
            if not question.path.startswith(_BASE + "/"):
                raise _not_found()
            body, native = self._route(words, question.query, now_ns)
        except _Refusal as refusal:
            return json_answer(refusal.body, status=refusal.status)
        return json_answer(body, native=native)

    def _route(
        self, words: list[str], query: Mapping[str, str], now_ns: int
    ) -> tuple[dict[str, Any], str]:
        kind, rest = words[0], words[1:]
        if kind == "exchange" and len(rest) == 1:
            return _exchange(rest[0]), ""
        if kind == "series":
            return self._series(rest, query, now_ns)
        if kind == "events":
            return self._events(rest, query), ""
        if kind == "markets":
            return self._markets(rest, query)
        raise _not_found()

    def _contract(self, ticker: str) -> Contract:
        if ticker not in self._contracts:
            raise _not_found()
        return self._contracts[ticker]

    def _row(self, contract: Contract) -> dict[str, Any]:
        return contract.row(micros(self._stamp(contract.quote.ts_ns)))

    def _series(
        self, rest: list[str], query: Mapping[str, str], now_ns: int
    ) -> tuple[dict[str, Any], str]:
        names = dict.fromkeys(contract.series for contract in self._contracts.values())
        if not rest:
            rows = [_series_row(name) for name in names]
            return self._page("series", rows, query, default=1_000), ""
        if rest[0] not in names:
            raise _not_found()
        if len(rest) == 1:
            return {"series": _series_row(rest[0])}, ""
        if len(rest) == 4 and (rest[1], rest[3]) == ("markets", "candlesticks"):
            contract = self._contract(rest[2])
            return self._candles(contract, query, now_ns), contract.ticker
        raise _not_found()

    def _events(self, rest: list[str], query: Mapping[str, str]) -> dict[str, Any]:
        if rest == ["multivariate"]:
            return {"events": [], "cursor": ""}
        events: dict[str, list[Contract]] = {}
        for contract in self._contracts.values():
            events.setdefault(contract.event, []).append(contract)
        if len(rest) == 1:
            if rest[0] not in events:
                raise _not_found()
            rows = [self._row(contract) for contract in events[rest[0]]]
            event = _event_row(events[rest[0]])
            if is_true(query, "with_nested_markets"):
                return {"event": {**event, "markets": rows}}
            return {"event": event, "markets": rows}
        if rest:
            raise _not_found()
        wanted, series = _named(query, "tickers"), query.get("series_ticker", "")
        statuses = _statuses(query)
        found = []
        for name, contracts in events.items():
            is_meant = (not wanted or name in wanted) and series in {"", contracts[0].series}
            if not is_meant or not any(each.status in statuses for each in contracts):
                continue
            found.append(contracts)
        page = self._page("events", found, query, default=200, most=200)
        rows = [_event_row(contracts) for contracts in page["events"]]
        if is_true(query, "with_nested_markets"):
            for row, contracts in zip(rows, page["events"], strict=True):
                row["markets"] = [self._row(contract) for contract in contracts]
        return {**page, "events": rows}

    def _markets(self, rest: list[str], query: Mapping[str, str]) -> tuple[dict[str, Any], str]:
        if not rest:
            return self._list(query), ""
        if rest == ["trades"]:
            return self._trades(query)
        if rest == ["orderbooks"]:
            tickers = _named(query, "tickers")
            if not tickers or len(tickers) > _BOOKS_MAX:
                raise _Refusal(400, "bad_request", "tickers: 1 to 100 are needed")
            books = [
                {"ticker": ticker, "orderbook_fp": self._contract(ticker).book(0)}
                for ticker in tickers
            ]
            return {"orderbooks": books}, ""
        contract = self._contract(rest[0])
        if len(rest) == 1:
            return {"market": self._row(contract)}, contract.ticker
        if rest[1:] == ["orderbook"]:
            depth = _number(query, "depth", 0)
            return {"orderbook_fp": contract.book(min(depth, 100))}, contract.ticker
        raise _not_found()

    def _list(self, query: Mapping[str, str]) -> dict[str, Any]:
        wanted, statuses = _named(query, "tickers"), _statuses(query)
        found = [
            contract
            for ticker, contract in self._contracts.items()
            if (not wanted or ticker in wanted)
            and contract.status in statuses
            and query.get("event_ticker", "") in {"", contract.event}
            and query.get("series_ticker", "") in {"", contract.series}
            # There are no combos here.
            and query.get("mve_filter", "") != "only"
        ]
        page = self._page("markets", found, query, default=100, most=1_000)
        return {**page, "markets": [self._row(contract) for contract in page["markets"]]}

    def _trades(self, query: Mapping[str, str]) -> tuple[dict[str, Any], str]:
        ticker = query.get("ticker", "")
        contracts = [self._contract(ticker)] if ticker else list(self._contracts.values())
        first = _number(query, "min_ts", 0) * _SECOND_NS
        last = _number(query, "max_ts", 1 << 40) * _SECOND_NS
        found = [
            (ts_ns, contract, trade)
            for contract in contracts
            for ts_ns, trade in contract.quote.trades
            if first <= ts_ns <= last
        ]
        found.sort(key=lambda row: row[0], reverse=True)
        page = self._page("trades", found, query, default=100, most=1_000)
        rows = [
            contract.trade_row(trade, self._stamp(ts_ns))
            for ts_ns, contract, trade in page["trades"]
        ]
        return {**page, "trades": rows}, ticker

    def _candles(self, contract: Contract, query: Mapping[str, str], now_ns: int) -> dict[str, Any]:
        minutes = _number(query, "period_interval", 1)
        if minutes not in _PERIODS:
            raise _Refusal(400, "bad_request", "period_interval: 1, 60 or 1440")
        first, last = _number(query, "start_ts", 0), _number(query, "end_ts", 1 << 40)
        span_s = minutes * 60
        rows = []
        previous: str | None = None
        for candle in contract.candles(span_s * _SECOND_NS, now_ns):
            end_s = candle.open_ns // _SECOND_NS + span_s
            if first <= end_s <= last + span_s:
                rows.append(_candle(candle, end_s, previous))
            previous = dollars(candle.close)
        return {"ticker": contract.ticker, "candlesticks": rows}

    def _page(
        self,
        name: str,
        rows: Sequence[Any],
        query: Mapping[str, str],
        *,
        default: int,
        most: int = 1_000,
    ) -> dict[str, Any]:
        """Return a page and the cursor of the next one; an empty cursor ends the list."""
        limit = _number(query, "limit", default)
        if not 1 <= limit <= most:
            raise _Refusal(400, "bad_request", f"limit: 1 to {most}")
        start = _offset(query.get("cursor", ""))
        end = start + min(limit, self._page_max)
        cursor = base64.urlsafe_b64encode(str(end).encode()).decode() if end < len(rows) else ""
        return {name: list(rows[start:end]), "cursor": cursor}


def _exchange(name: str) -> dict[str, Any]:
    if name == "status":
        return {
            "exchange_active": True,
            "trading_active": True,
            "exchange_estimated_resume_time": None,
        }
    if name == "schedule":
        days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        hours = [{"open_time": "00:00", "close_time": "00:00"}]
        standard = {"start_time": "2025-01-01T00:00:00Z", "end_time": None}
        week = {**standard, **dict.fromkeys(days, hours)}
        return {"schedule": {"standard_hours": [week], "maintenance_windows": []}}
    raise _not_found()


def _series_row(name: str) -> dict[str, Any]:
    return {
        "ticker": name,
        "title": name,
        "category": "Simulated",
        "frequency": "custom",
        "tags": [],
        "settlement_sources": [],
        "contract_url": "",
        "contract_terms_url": "",
        "fee_type": "quadratic",
        "fee_multiplier": 1,
        "exchange_index": 0,
        "additional_prohibitions": [],
    }


def _event_row(contracts: list[Contract]) -> dict[str, Any]:
    first = contracts[0]
    return {
        "event_ticker": first.event,
        "series_ticker": first.series,
        "title": first.question.title,
        "sub_title": "",
        "mutually_exclusive": False,
        "collateral_return_type": "",
        "category": "Simulated",
        "strike_period": "",
        "available_on_brokers": False,
    }


def _candle(candle: Candle, end_s: int, previous: str | None) -> dict[str, Any]:
    price: dict[str, str | None] = dict.fromkeys(
        ("open_dollars", "low_dollars", "high_dollars", "close_dollars", "mean_dollars")
    )
    if candle.trades:
        values = (candle.open, candle.low, candle.high, candle.close, candle.vwap)
        price = {name: dollars(value) for name, value in zip(price, values, strict=True)}
    volume = fixed(candle.volume, 2)
    return {
        "end_period_ts": end_s,
        "price": {**price, "previous_dollars": previous},
        "volume_fp": volume,
        "open_interest_fp": volume,
    }


def _named(query: Mapping[str, str], name: str) -> list[str]:
    return [text for value in all_of(query, name) for text in value.split(",") if text]


def _statuses(query: Mapping[str, str]) -> set[str]:
    """Return the statuses that are asked for: all, where none is."""
    words = _named(query, "status") or list(_FILTER)
    for word in words:
        if word not in _FILTER:
            raise _Refusal(400, "bad_request", f"status: {word} is none")
    return {status for word in words for status in _FILTER[word]}


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    value = whole(query, name, default)
    if value is None:
        raise _Refusal(400, "bad_request", f"{name}: a number is needed")
    return value


def _offset(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        text = base64.urlsafe_b64decode(cursor).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise _Refusal(400, "bad_request", "cursor: it is none") from None
    if not text.isdigit() or len(text) > 9:
        raise _Refusal(400, "bad_request", "cursor: it is none")
    return int(text)
