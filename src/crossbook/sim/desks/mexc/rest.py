"""MEXC's public REST: like Binance's at first sight, and different in the details."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from crossbook.sim.desk import HttpAnswer, HttpQuestion
from crossbook.sim.desks.answers import JSON, json_answer
from crossbook.sim.desks.meter import Bans, Meter
from crossbook.sim.desks.pair import DAY_NS, Pair
from crossbook.sim.desks.query import whole
from crossbook.sim.desks.refusal import RefusalError
from crossbook.sim.market import Trade
from crossbook.sim.wire import mexc as wire
from crossbook.sim.wire.number import fixed, trimmed

__all__ = ["Rest"]

_MS: Final = 1_000_000
_MINUTE_NS: Final = 60_000 * _MS
_WEIGHT: Final = (500, 10)
_PATIENCE: Final = 10
"""Requests over a limit that are answered with 429 before an address is banned."""
_BANS_S: Final = (120, 3 * 86_400)

_INTERVALS_NS: Final = {
    "1m": _MINUTE_NS, "5m": 5 * _MINUTE_NS, "15m": 15 * _MINUTE_NS, "30m": 30 * _MINUTE_NS,
    "60m": 60 * _MINUTE_NS, "4h": 240 * _MINUTE_NS, "1d": DAY_NS, "1W": 7 * DAY_NS,
    "1M": 30 * DAY_NS,
}  # fmt: skip

_Query = Mapping[str, str]


class _Route(NamedTuple):
    """One endpoint."""

    answer: Callable[[_Query, int], Any]
    weight: int = 1
    weight_of_all: int = 0
    """Weight when no symbol is named; 0: the same."""


class Rest:
    """All endpoints, and what was used of the weight that an address has at each.

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
        self._span_ns = _WEIGHT[1] * second_ns
        self._meters: dict[str, Meter] = {}
        first_s, longest_s = _BANS_S
        self._bans = Bans(_PATIENCE, first_ns=first_s * second_ns, longest_ns=longest_s * second_ns)
        self._routes = {
            "/api/v3/ping": _Route(lambda _query, _now: {}),
            "/api/v3/time": _Route(lambda _query, now_ns: {"serverTime": now_ns // _MS}),
            "/api/v3/defaultSymbols": _Route(self._default_symbols),
            "/api/v3/exchangeInfo": _Route(self._exchange_info, 10),
            "/api/v3/depth": _Route(self._depth),
            "/api/v3/trades": _Route(self._trades, 5),
            "/api/v3/aggTrades": _Route(self._aggregate_trades),
            "/api/v3/klines": _Route(self._klines),
            "/api/v3/avgPrice": _Route(self._average_price),
            "/api/v3/ticker/24hr": _Route(self._day, 1, 40),
            "/api/v3/ticker/price": _Route(self._price, 1, 2),
            "/api/v3/ticker/bookTicker": _Route(self._book_ticker),
            # The futures' list of contracts: there are none here.
            "/api/v1/contract/detail": _Route(
                lambda _query, _now: {"success": True, "code": 0, "data": []}
            ),
        }

    def answer(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        """Answer a request."""
        route = self._routes.get(question.path)
        if route is None or question.method != "GET":
            return json_answer({"code": 404, "msg": "Not Found", "_extend": None}, status=404)
        query = question.query
        if refused := self._over(question.path, route, query, now_ns):
            return refused
        try:
            document = route.answer(query, self._stamp(now_ns))
        except RefusalError as refusal:
            return refusal.answer
        native = query.get("symbol", "")
        if isinstance(document, bytes):
            return HttpAnswer(body=document, headers=(JSON,), native=native)
        return json_answer(document, native=native)

    def _over(self, path: str, route: _Route, query: _Query, now_ns: int) -> HttpAnswer | None:
        """Count a request; return the refusal if it is one too many."""
        if until_ns := self._bans.until_ns(now_ns):
            return _too_many(418, until_ns - now_ns)
        meter = self._meters.setdefault(path, Meter(_WEIGHT[0], span_ns=self._span_ns))
        is_one = "symbol" in query or not route.weight_of_all
        meter.use(now_ns, route.weight if is_one else route.weight_of_all)
        if not meter.is_over:
            self._bans.forgive()
            return None
        if until_ns := self._bans.refuse(now_ns):
            return _too_many(418, until_ns - now_ns)
        return _too_many(429, meter.wait_ns(now_ns))

    def _default_symbols(self, query: _Query, now_ns: int) -> Any:
        del query, now_ns
        return {"code": 0, "data": list(self._pairs), "msg": None}

    def _exchange_info(self, query: _Query, now_ns: int) -> Any:
        names = query.get("symbols") or query.get("symbol")
        pairs = [self._named(name) for name in names.split(",")] if names else self._pairs.values()
        return {
            "timezone": "CST",
            "serverTime": now_ns // _MS,
            "rateLimits": [],
            "exchangeFilters": [],
            "symbols": [_symbol(pair) for pair in pairs],
        }

    def _depth(self, query: _Query, now_ns: int) -> bytes:
        pair, limit = self._pair(query), _limit(query, 100, 5000)
        market = pair.quote.market
        return wire.depth(
            last_id=pair.quote.last_id,
            sides=(market.bids.levels(limit), market.asks.levels(limit)),
            shown_ns=now_ns,
            scale=pair.scale,
        )

    def _trades(self, query: _Query, now_ns: int) -> list[dict[str, Any]]:
        del now_ns
        pair, limit = self._pair(query), _limit(query, 500, 1000)
        price, size = pair.scale
        return [
            {
                "id": None,
                "price": fixed(trade.price, price),
                "qty": trimmed(trade.size, size),
                "quoteQty": trimmed(trade.price * trade.size, price + size),
                "time": ts_ns // _MS,
                "isBuyerMaker": not trade.taker_buys,
                "isBestMatch": True,
                "tradeType": "BID" if trade.taker_buys else "ASK",
            }
            for ts_ns, trade in pair.trades[: -limit - 1 : -1]
        ]

    def _aggregate_trades(self, query: _Query, now_ns: int) -> list[dict[str, Any]]:
        del now_ns
        pair, limit = self._pair(query), _limit(query, 500, 1000)
        return [
            {
                "a": None,
                "f": None,
                "l": None,
                "p": fixed(trade.price, pair.scale.price),
                "q": trimmed(trade.size, pair.scale.size),
                "T": ts_ns // _MS,
                "m": not trade.taker_buys,
                "M": True,
            }
            for ts_ns, trade in _between(query, pair)[: -limit - 1 : -1]
        ]

    def _klines(self, query: _Query, now_ns: int) -> list[list[Any]]:
        pair, limit = self._pair(query), _limit(query, 500, 1000)
        if "interval" not in query:
            raise _missing("interval")
        if query["interval"] not in _INTERVALS_NS:
            raise _fault(-1121, "Invalid interval.")
        span_ns = _INTERVALS_NS[query["interval"]]
        begin, end = _span(query)
        price, size = pair.scale
        rows = [
            [
                row.open_ns // _MS,
                *(fixed(units, price) for units in (row.open, row.high, row.low, row.close)),
                trimmed(row.volume, size),
                (row.open_ns + span_ns) // _MS,
                trimmed(row.notional, price + size),
            ]
            for row in pair.candles(span_ns, now_ns)
            if begin <= row.open_ns // _MS <= end
        ]
        return rows[-limit:]

    def _average_price(self, query: _Query, now_ns: int) -> dict[str, Any]:
        pair = self._pair(query)
        recent = [trade for ts_ns, trade in pair.trades if ts_ns > now_ns - 5 * _MINUTE_NS]
        size = sum(trade.size for trade in recent)
        notional = sum(trade.price * trade.size for trade in recent)
        price = notional // size if size else pair.day(now_ns).last
        return {"mins": 5, "price": fixed(price, pair.scale.price)}

    def _day(self, query: _Query, now_ns: int) -> Any:
        return self._each(query, lambda pair: _day_row(pair, now_ns))

    def _price(self, query: _Query, now_ns: int) -> Any:
        def row(pair: Pair) -> dict[str, Any]:
            return {"symbol": pair.native, "price": _day_row(pair, now_ns)["lastPrice"]}

        return self._each(query, row)

    def _book_ticker(self, query: _Query, now_ns: int) -> Any:
        names = ("symbol", "bidPrice", "bidQty", "askPrice", "askQty")

        def row(pair: Pair) -> dict[str, Any]:
            members = _day_row(pair, now_ns)
            return {name: members[name] for name in names}

        return self._each(query, row)

    def _each(self, query: _Query, row: Callable[[Pair], Any]) -> Any:
        """Return one object for `symbol`, a list otherwise."""
        if "symbol" in query:
            return row(self._pair(query))
        return [row(pair) for pair in self._pairs.values()]

    def _pair(self, query: _Query) -> Pair:
        if not query.get("symbol"):
            raise _missing("symbol")
        return self._named(query["symbol"])

    def _named(self, name: str) -> Pair:
        if name not in self._pairs:
            raise _fault(-1121, "Invalid symbol.")
        return self._pairs[name]


def _fault(code: int, text: str) -> RefusalError:
    return RefusalError(json_answer({"code": code, "msg": text, "_extend": None}, status=400))


def _missing(name: str) -> RefusalError:
    text = f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
    return _fault(700004, text)


def _too_many(status: int, wait_ns: int) -> HttpAnswer:
    headers = (("Retry-After", str(max(1, -(-wait_ns // 10**9)))),)
    return json_answer({"code": 429, "msg": "Too Many Requests"}, status=status, headers=headers)


def _limit(query: _Query, default: int, most: int) -> int:
    number = whole(query, "limit", default)
    if not number:
        raise _fault(700008, "Illegal characters found in a parameter.")
    return min(number, most)


def _span(query: _Query) -> tuple[int, int]:
    begin, end = whole(query, "startTime", 0), whole(query, "endTime", 2**63)
    if begin is None or end is None:
        raise _fault(700008, "Illegal characters found in a parameter.")
    return begin, end


def _between(query: _Query, pair: Pair) -> list[tuple[int, Trade]]:
    begin, end = _span(query)
    if "startTime" in query and "endTime" in query and end - begin > 3_600_000:
        raise _fault(-1128, "The time between startTime and endTime can't be longer than 1 hour.")
    return [row for row in pair.trades if begin <= row[0] // _MS <= end]


def _day_row(pair: Pair, now_ns: int) -> dict[str, Any]:
    """Return the members of `GET /api/v3/ticker/24hr` by name."""
    day, (bid, ask) = pair.day(now_ns), pair.quote.market.top()
    price, size = pair.scale
    sign = -1 if day.change_ppm < 0 else 1
    return {
        "symbol": pair.native,
        "priceChange": fixed(day.change, price),
        # A share, not a percentage, despite its name.
        "priceChangePercent": fixed(sign * (abs(day.change_ppm) // 100), 4),
        "prevClosePrice": fixed(day.open, price),
        "lastPrice": fixed(day.last, price),
        "bidPrice": fixed(bid[0], price),
        "bidQty": trimmed(bid[1], size),
        "askPrice": fixed(ask[0], price),
        "askQty": trimmed(ask[1], size),
        "openPrice": fixed(day.open, price),
        "highPrice": fixed(day.high, price),
        "lowPrice": fixed(day.low, price),
        "volume": trimmed(day.volume, size),
        "quoteVolume": trimmed(day.notional, price + size),
        "openTime": (now_ns - DAY_NS) // _MS,
        "closeTime": now_ns // _MS,
        "count": None,
    }


def _symbol(pair: Pair) -> dict[str, Any]:
    listing, quote = pair.quote.listing, pair.quote
    decimals = len(trimmed(quote.market.tick, pair.scale.price).partition(".")[2])
    return {
        "symbol": pair.native,
        "status": "2" if quote.is_halted or quote.is_resolved else "1",
        "baseAsset": listing.base,
        "baseAssetPrecision": pair.scale.size,
        "quoteAsset": listing.quote,
        "quotePrecision": decimals,
        "quoteAssetPrecision": decimals,
        "baseCommissionPrecision": pair.scale.size,
        "quoteCommissionPrecision": decimals,
        "orderTypes": ["LIMIT", "MARKET", "LIMIT_MAKER"],
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "quoteAmountPrecision": listing.min_notional,
        "baseSizePrecision": listing.min_size,
        "permissions": ["SPOT"],
        "filters": [],
        "maxQuoteAmount": "4000000",
        "makerCommission": "0",
        "takerCommission": trimmed(listing.taker_ppm, 6),
        "quoteAmountPrecisionMarket": listing.min_notional,
        "maxQuoteAmountMarket": "400000",
        "fullName": listing.base,
        "tradeSideType": 1,
        "contractAddress": "",
        "st": False,
    }
