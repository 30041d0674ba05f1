"""Binance's public REST: weights, bans and errors included."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from crossbook.sim.desk import HttpAnswer, HttpQuestion
from crossbook.sim.desks.answers import JSON, encode, json_answer
from crossbook.sim.desks.binance.events import (
    aggregate_id,
    average_price,
    day_rows,
    kline_row,
)
from crossbook.sim.desks.binance.listing import PERMISSIONS, exchange_info
from crossbook.sim.desks.binance.streams import INTERVALS_NS
from crossbook.sim.desks.meter import Bans, Meter
from crossbook.sim.desks.pair import Pair
from crossbook.sim.desks.refusal import RefusalError
from crossbook.sim.market import Trade
from crossbook.sim.wire import binance as wire

__all__ = ["Rest"]

_MS: Final = 1_000_000
_WEIGHT_MAX: Final = 6_000
_PATIENCE: Final = 10
"""Requests over the limit that are answered with 429 before an address is banned."""
_BANS_S: Final = (120, 3 * 86_400)
_OTHER_MARKETS: Final = frozenset({"/fapi/v1/exchangeInfo", "/dapi/v1/exchangeInfo"})

_Query = Mapping[str, str]


class _Route(NamedTuple):
    """One endpoint."""

    answer: Callable[[_Query, int], Any]
    weight: Callable[[_Query], int]
    parameters: frozenset[str]


class Rest:
    """All endpoints, and what was used of the weight that an address has in a minute.

    Args:
        pairs: the venue's pairs by symbol.
        second_ns: how long one of the venue's seconds takes.
        stamp: what the venue's clock shows at a time.
    """

    def __init__(
        self, pairs: Mapping[str, Pair], second_ns: int, stamp: Callable[[int], int]
    ) -> None:
        self._pairs = pairs
        self._stamp = stamp
        self._second_ns = second_ns
        self._weight = Meter(_WEIGHT_MAX, span_ns=60 * second_ns)
        first_s, longest_s = _BANS_S
        self._bans = Bans(_PATIENCE, first_ns=first_s * second_ns, longest_ns=longest_s * second_ns)
        self._routes = self._table()

    def answer(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        """Answer a request."""
        route = self._routes.get(question.path)
        if refused := self._over(route.weight(question.query) if route else 1, now_ns):
            return refused
        used = str(self._weight.used)
        headers = (("x-mbx-used-weight", used), ("x-mbx-used-weight-1m", used))
        if route is None:
            return _unknown(question.path, self._stamp(now_ns), headers)
        try:
            document = _read(route, question, self._stamp(now_ns))
        except RefusalError as refusal:
            answer = refusal.answer
            return msgspec.structs.replace(answer, headers=(*answer.headers, *headers))
        body = document if isinstance(document, bytes) else encode(document)
        if question.headers.get("x-mbx-time-unit", "").upper() == "MICROSECOND":
            body = wire.in_microseconds(body)
        native = question.query.get("symbol", "")
        return HttpAnswer(body=body, headers=(JSON, *headers), native=native)

    def _over(self, weight: int, now_ns: int) -> HttpAnswer | None:
        """Count a request; return the refusal if it is one too many."""
        if until_ns := self._bans.until_ns(now_ns):
            return self._banned(until_ns, now_ns)
        self._weight.use(now_ns, weight)
        if not self._weight.is_over:
            self._bans.forgive()
            return None
        if until_ns := self._bans.refuse(now_ns):
            return self._banned(until_ns, now_ns)
        return self.too_many(self._weight.wait_ns(now_ns))

    def too_many(self, wait_ns: int) -> HttpAnswer:
        """Return the answer to a request over the limit.

        Args:
            wait_ns: how long the limit holds.
        """
        text = (
            "Too much request weight used; current limit is 6000 request weight per 1 MINUTE. "
            "Please use WebSocket Streams for live updates to avoid polling the API."
        )
        headers = (_retry_after(wait_ns),)
        return json_answer({"code": -1003, "msg": text}, status=429, headers=headers)

    def _banned(self, until_ns: int, now_ns: int) -> HttpAnswer:
        text = (
            f"Way too much request weight used; IP banned until {self._stamp(until_ns) // _MS}. "
            "Please use WebSocket Streams for live updates to avoid bans."
        )
        headers = (_retry_after(until_ns - now_ns),)
        return json_answer({"code": -1003, "msg": text}, status=418, headers=headers)

    def _table(self) -> dict[str, _Route]:
        def route(
            answer: Callable[[_Query, int], Any], weight: int | Callable[[_Query], int], names: str
        ) -> _Route:
            count = weight if callable(weight) else lambda _: weight
            return _Route(answer, count, frozenset(names.split()))

        chosen = "symbol symbols symbolStatus"
        return {
            f"/api/v3/{name}": entry
            for name, entry in {
                "ping": route(lambda _query, _now: {}, 1, ""),
                "time": route(lambda _query, now_ns: {"serverTime": now_ns // _MS}, 1, ""),
                "exchangeInfo": route(
                    self._exchange_info, 20, f"{chosen} permissions showPermissionSets"
                ),
                "depth": route(self._depth, _depth_weight, "symbol limit symbolStatus"),
                "trades": route(self._trades, 25, "symbol limit"),
                "historicalTrades": route(self._trades, 25, "symbol limit fromId"),
                "aggTrades": route(
                    self._aggregate_trades, 4, "symbol limit fromId startTime endTime"
                ),
                "klines": route(
                    self._klines, 2, "symbol interval startTime endTime timeZone limit"
                ),
                "avgPrice": route(self._average_price, 2, "symbol"),
                "ticker/24hr": route(self._day, _day_weight, f"{chosen} type"),
                "ticker/price": route(self._price, _few_weight, chosen),
                "ticker/bookTicker": route(self._book_ticker, _few_weight, chosen),
            }.items()
        }

    def _exchange_info(self, query: _Query, now_ns: int) -> Any:
        if "symbol" in query and "symbols" in query:
            raise _fault(-1128, "Combination of optional parameters invalid.")
        pairs = self._chosen(query)
        if wanted := query.get("permissions"):
            names = set(_names(wanted, "permissions")) if wanted.startswith("[") else {wanted}
            pairs = [pair for pair in pairs if names & set(PERMISSIONS)]
        return exchange_info(pairs, now_ns)

    def _depth(self, query: _Query, now_ns: int) -> bytes:
        del now_ns
        pair, limit = self._pair(query), _integer(query, "limit", 100, 5000)
        market = pair.quote.market
        sides = (market.bids.levels(limit), market.asks.levels(limit))
        return wire.depth(last_id=pair.quote.last_id, sides=sides, scale=pair.scale)

    def _trades(self, query: _Query, now_ns: int) -> list[dict[str, Any]]:
        del now_ns
        pair, limit = self._pair(query), _integer(query, "limit", 500, 1000)
        trades = pair.trades
        if "fromId" in query:
            first = _integer(query, "fromId", 0)
            trades = [row for row in trades if pair.trade_id(row[1]) >= first][:limit]
        return [
            {
                "id": pair.trade_id(trade),
                **_deal(pair, trade, "price", "qty"),
                "quoteQty": wire.notional_text(trade.price * trade.size, pair.scale),
                "time": ts_ns // _MS,
                "isBuyerMaker": not trade.taker_buys,
                "isBestMatch": True,
            }
            for ts_ns, trade in trades[-limit:]
        ]

    def _aggregate_trades(self, query: _Query, now_ns: int) -> list[dict[str, Any]]:
        del now_ns
        pair, limit = self._pair(query), _integer(query, "limit", 500, 1000)
        trades = [row for row in pair.trades if _is_within(query, row[0])]
        if "fromId" in query:
            first = _integer(query, "fromId", 0)
            trades = [row for row in trades if aggregate_id(pair, row[1]) >= first]
        is_forward = "fromId" in query or "startTime" in query
        return [
            {
                "a": aggregate_id(pair, trade),
                **_deal(pair, trade, "p", "q"),
                "f": pair.trade_id(trade),
                "l": pair.trade_id(trade),
                "T": ts_ns // _MS,
                "m": not trade.taker_buys,
                "M": True,
            }
            for ts_ns, trade in (trades[:limit] if is_forward else trades[-limit:])
        ]

    def _klines(self, query: _Query, now_ns: int) -> list[list[Any]]:
        pair, limit = self._pair(query), _integer(query, "limit", 500, 1000)
        interval = _text(query, "interval")
        if interval not in INTERVALS_NS:
            raise _fault(-1120, "Invalid interval.")
        span_ns = INTERVALS_NS[interval]
        rows = [row for row in pair.candles(span_ns, now_ns) if _is_within(query, row.open_ns)]
        rows = rows[:limit] if "startTime" in query else rows[-limit:]
        return [kline_row(pair, row, span_ns) for row in rows]

    def _average_price(self, query: _Query, now_ns: int) -> dict[str, Any]:
        price, traded_ms = average_price(self._pair(query), now_ns)
        return {"mins": 5, "price": price, "closeTime": traded_ms}

    def _day(self, query: _Query, now_ns: int) -> Any:
        kind = query.get("type", "FULL")
        if kind not in {"FULL", "MINI"}:
            raise _fault(-1100, "Illegal characters found in parameter 'type'.")
        left_out = _NOT_IN_MINI if kind == "MINI" else frozenset()
        return self._each(
            query,
            lambda pair: {
                name: value
                for name, value in day_rows(pair, now_ns).items()
                if name not in left_out
            },
        )

    def _price(self, query: _Query, now_ns: int) -> Any:
        def row(pair: Pair) -> dict[str, str]:
            last = wire.price_text(pair.day(now_ns).last, pair.scale)
            return {"symbol": pair.native, "price": last}

        return self._each(query, row)

    def _book_ticker(self, query: _Query, now_ns: int) -> Any:
        names = ("symbol", "bidPrice", "bidQty", "askPrice", "askQty")

        def row(pair: Pair) -> dict[str, str]:
            rows = day_rows(pair, now_ns)
            return {name: rows[name] for name in names}

        return self._each(query, row)

    def _each(self, query: _Query, row: Callable[[Pair], Any]) -> Any:
        """Return one object for `symbol`, a list otherwise."""
        if "symbol" in query:
            return row(self._pair(query))
        return [row(pair) for pair in self._chosen(query)]

    def _chosen(self, query: _Query) -> list[Pair]:
        if "symbol" in query:
            return [self._pair(query)]
        if "symbols" in query:
            names = _names(query["symbols"], "symbols")
            return [self._pair({"symbol": name}) for name in names]
        return list(self._pairs.values())

    def _pair(self, query: _Query) -> Pair:
        symbol = _text(query, "symbol")
        if symbol not in self._pairs:
            raise _fault(-1121, "Invalid symbol.")
        return self._pairs[symbol]


_NOT_IN_MINI: Final = frozenset(
    {
        "priceChange", "priceChangePercent", "weightedAvgPrice", "prevClosePrice", "lastQty",
        "bidPrice", "bidQty", "askPrice", "askQty",
    }
)  # fmt: skip


def _read(route: _Route, question: HttpQuestion, now_ns: int) -> Any:
    """Return what an endpoint answers."""
    query = question.query
    if question.method != "GET":
        raise _fault(-1000, "Request method is not supported.", status=405)
    if unread := query.keys() - route.parameters:
        text = f"read '{len(query) - len(unread)}' parameter(s) but was sent '{len(query)}'."
        raise _fault(-1104, f"Not all sent parameters were read; {text}")
    return route.answer(query, now_ns)


def _fault(code: int, text: str, *, status: int = 400) -> RefusalError:
    return RefusalError(json_answer({"code": code, "msg": text}, status=status))


def _retry_after(wait_ns: int) -> tuple[str, str]:
    return ("Retry-After", str(max(1, -(-wait_ns // 10**9))))


def _unknown(path: str, now_ns: int, headers: tuple[tuple[str, str], ...]) -> HttpAnswer:
    """Return the answer at a path that is none, or of a market that has no instruments."""
    if path in _OTHER_MARKETS:
        return json_answer(
            {
                "timezone": "UTC",
                "serverTime": now_ns // _MS,
                "rateLimits": [],
                "exchangeFilters": [],
                "symbols": [],
            },
            headers=headers,
        )
    body = b"<html><body><h2>404 Not found</h2></body></html>"
    return HttpAnswer(status=404, body=body, headers=(("Content-Type", "text/html"), *headers))


def _depth_weight(query: _Query) -> int:
    limit = query.get("limit", "100")
    number = int(limit) if limit.isdecimal() else 100
    return next((weight for top, weight in ((100, 5), (500, 25), (1000, 50)) if number <= top), 250)


def _day_weight(query: _Query) -> int:
    if "symbol" in query:
        return 2
    if "symbols" not in query:
        return 80
    count = query["symbols"].count(",") + 1
    return 2 if count <= 20 else 40 if count <= 100 else 80


def _few_weight(query: _Query) -> int:
    return 2 if "symbol" in query else 4


def _text(query: _Query, name: str) -> str:
    if not query.get(name):
        text = f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
        raise _fault(-1102, text)
    return query[name]


def _integer(query: _Query, name: str, default: int, most: int | None = None) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not (text.isdecimal() and len(text) <= 20):
        legal = "legal range is '^[0-9]{1,20}$'."
        raise _fault(-1100, f"Illegal characters found in parameter '{name}'; {legal}")
    number = int(text)
    if most is None:
        return number
    if number == 0:
        raise _fault(-1130, f"Data sent for parameter '{name}' is not valid.")
    return min(number, most)


def _names(text: str, name: str) -> list[str]:
    try:
        return msgspec.json.decode(text, type=list[str])
    except msgspec.DecodeError:
        legal = r"""legal range is '^\[("[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}){0,1}\]$'."""
        fault = _fault(-1100, f"Illegal characters found in parameter '{name}'; {legal}")
        raise fault from None


def _is_within(query: _Query, ts_ns: int) -> bool:
    begin = _integer(query, "startTime", 0)
    end = _integer(query, "endTime", 2**63)
    return begin <= ts_ns // _MS <= end


def _deal(pair: Pair, trade: Trade, price: str, size: str) -> dict[str, str]:
    return {
        price: wire.price_text(trade.price, pair.scale),
        size: wire.size_text(trade.size, pair.scale),
    }
