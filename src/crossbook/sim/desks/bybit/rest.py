"""Bybit's market REST: every answer in the same envelope, errors with HTTP status 200."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from crossbook.sim.desk import HttpAnswer, HttpQuestion
from crossbook.sim.desks.answers import JSON, json_answer
from crossbook.sim.desks.bybit.topics import INTERVALS_NS
from crossbook.sim.desks.bybit.view import DEEPEST, View
from crossbook.sim.desks.meter import Bans, Meter
from crossbook.sim.desks.pair import Pair
from crossbook.sim.desks.query import whole
from crossbook.sim.desks.refusal import RefusalError
from crossbook.sim.market import Trade
from crossbook.sim.wire import bybit as wire
from crossbook.sim.wire.number import fixed, trimmed

__all__ = ["Rest", "ticker"]

_MS: Final = 1_000_000
_REQUESTS: Final = (600, 5)
_BAN_S: Final = 600
_OTHER_CATEGORIES: Final = frozenset({"linear", "inverse", "option"})

_Query = Mapping[str, str]


class Rest:
    """All endpoints, and how often an address asked.

    Args:
        pairs: the venue's pairs by symbol.
        deepest: returns a pair's deepest order book, by symbol.
        second_ns: how long one of the venue's seconds takes.
        stamp: what the venue's clock shows at a time.
    """

    def __init__(
        self,
        pairs: Mapping[str, Pair],
        deepest: Callable[[str], View],
        second_ns: int,
        stamp: Callable[[int], int],
    ) -> None:
        self._pairs = pairs
        self._stamp = stamp
        self._deepest = deepest
        self._requests = Meter(_REQUESTS[0], span_ns=_REQUESTS[1] * second_ns)
        self._bans = Bans(0, first_ns=_BAN_S * second_ns, longest_ns=_BAN_S * second_ns)
        self._routes: dict[str, Callable[[_Query, int], Any]] = {
            "/v5/market/time": _time,
            "/v5/market/instruments-info": self._instruments,
            "/v5/market/orderbook": self._order_book,
            "/v5/market/recent-trade": self._trades,
            "/v5/market/kline": self._klines,
            "/v5/market/tickers": self._tickers,
        }

    def answer(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        """Answer a request."""
        if self._bans.until_ns(now_ns):
            return self.too_often()
        self._requests.use(now_ns)
        if self._requests.is_over:
            self._bans.refuse(now_ns)
            return self.too_often()
        reset_ms = self._stamp(now_ns + self._requests.wait_ns(now_ns)) // _MS
        shown_ns = self._stamp(now_ns)
        headers = (
            ("X-Bapi-Limit", str(self._requests.count)),
            ("X-Bapi-Limit-Status", str(self._requests.left)),
            ("X-Bapi-Limit-Reset-Timestamp", str(reset_ms)),
            ("Timenow", str(shown_ns // _MS)),
        )
        route = self._routes.get(question.path)
        if route is None or question.method != "GET":
            text = (("Content-Type", "text/plain"), *headers)
            return HttpAnswer(status=404, body=b"404 page not found", headers=text)
        native = question.query.get("symbol", "")
        try:
            result = route(question.query, shown_ns)
        except RefusalError as refusal:
            answer = refusal.answer
            return msgspec.structs.replace(answer, headers=(*answer.headers, *headers))
        if isinstance(result, bytes):
            return HttpAnswer(body=result, headers=(JSON, *headers), native=native)
        return json_answer(_envelope(result, shown_ns), headers=headers, native=native)

    def too_often(self) -> HttpAnswer:
        """Return the answer to an address that asks too often."""
        text = (("Content-Type", "text/plain"),)
        return HttpAnswer(status=403, body=b"403, access too frequent", headers=text)

    def trade_id(self, pair: Pair, trade: Trade) -> int:
        """Return a trade's id: digits for spot."""
        return 2_290_000_000_000_000_000 + pair.trade_id(trade)

    def _instruments(self, query: _Query, now_ns: int) -> Any:
        if (other := _other_category(query, now_ns)) is not None:
            return {"category": other, "list": [], "nextPageCursor": ""}
        pairs = [self._pair(query, now_ns)] if "symbol" in query else self._pairs.values()
        rows = [_instrument(pair) for pair in pairs]
        status = query.get("status")
        rows = [row for row in rows if status in {None, "", row["status"]}]
        return {"category": "spot", "list": rows}

    def _order_book(self, query: _Query, now_ns: int) -> bytes:
        pair = self._pair(query, now_ns)
        limit = whole(query, "limit", 1)
        if limit is None or not 1 <= limit <= DEEPEST:
            raise _fault("params error: limit invalid", now_ns)
        view = self._deepest(pair.native)
        state = view.state()
        bids, asks = state.sides
        return wire.rest_order_book(
            pair.native,
            sides=(bids[:limit], asks[:limit]),
            numbers=view.numbers(state, now_ns),
            scale=pair.scale,
        )

    def _trades(self, query: _Query, now_ns: int) -> Any:
        pair = self._pair(query, now_ns)
        limit = min(whole(query, "limit", 60) or 60, 60)
        rows = [
            {
                "execId": str(self.trade_id(pair, trade)),
                "symbol": pair.native,
                "price": fixed(trade.price, pair.scale.price),
                "size": fixed(trade.size, pair.scale.size),
                "side": "Buy" if trade.taker_buys else "Sell",
                "time": str(ts_ns // _MS),
                "isBlockTrade": False,
                "isRPITrade": False,
                "seq": str(pair.quote.last_id),
            }
            for ts_ns, trade in pair.trades[: -limit - 1 : -1]
        ]
        return {"category": "spot", "list": rows}

    def _klines(self, query: _Query, now_ns: int) -> Any:
        pair = self._pair(query, now_ns)
        interval = query.get("interval", "")
        if interval not in INTERVALS_NS:
            raise _fault("Invalid period!", now_ns)
        begin, end = whole(query, "start", 0) or 0, whole(query, "end", 2**63) or 0
        limit = min(whole(query, "limit", 200) or 200, 1000)
        price, size = pair.scale
        rows = [
            [
                str(candle.open_ns // _MS),
                *(fixed(units, price) for units in candle[1:5]),
                trimmed(candle.volume, size),
                trimmed(candle.notional, price + size),
            ]
            for candle in reversed(pair.candles(INTERVALS_NS[interval], now_ns))
            if begin <= candle.open_ns // _MS <= end
        ]
        return {"symbol": pair.native, "category": "spot", "list": rows[:limit]}

    def _tickers(self, query: _Query, now_ns: int) -> Any:
        if (other := _other_category(query, now_ns)) is not None:
            return {"category": other, "list": []}
        pairs = [self._pair(query, now_ns)] if "symbol" in query else self._pairs.values()
        return {"category": "spot", "list": [ticker(pair, now_ns) for pair in pairs]}

    def _pair(self, query: _Query, now_ns: int) -> Pair:
        symbol = query.get("symbol", "")
        # An order book of another category is asked for by a symbol that is not listed there.
        if _other_category(query, now_ns) is not None or symbol not in self._pairs:
            raise _fault("params error: symbol invalid", now_ns)
        return self._pairs[symbol]


def ticker(pair: Pair, now_ns: int) -> dict[str, Any]:
    """Return the row of `GET /v5/market/tickers`."""
    day, (bid, ask) = pair.day(now_ns), pair.quote.market.top()
    price, size = pair.scale
    return {
        "symbol": pair.native,
        "bid1Price": fixed(bid[0], price),
        "bid1Size": fixed(bid[1], size),
        "ask1Price": fixed(ask[0], price),
        "ask1Size": fixed(ask[1], size),
        "lastPrice": fixed(day.last, price),
        "prevPrice24h": fixed(day.open, price),
        "price24hPcnt": fixed(day.change_ppm // 100, 4),
        "highPrice24h": fixed(day.high, price),
        "lowPrice24h": fixed(day.low, price),
        "turnover24h": trimmed(day.notional, price + size),
        "volume24h": trimmed(day.volume, size),
        "usdIndexPrice": fixed(day.last, price),
    }


def _instrument(pair: Pair) -> dict[str, Any]:
    listing, quote = pair.quote.listing, pair.quote
    return {
        "symbol": pair.native,
        "baseCoin": listing.base,
        "quoteCoin": listing.quote,
        "innovation": "0",
        "status": "PreLaunch" if quote.is_halted or quote.is_resolved else "Trading",
        "marginTrading": "none",
        "stTag": "0",
        "lotSizeFilter": {
            "basePrecision": listing.lot,
            "quotePrecision": "0.0000001",
            "minOrderQty": listing.min_size,
            "maxOrderQty": "17000000",
            "minOrderAmt": listing.min_notional,
            "maxOrderAmt": "8000000",
            "maxLimitOrderQty": "83000000",
            "maxMarketOrderQty": "41000000",
            "postOnlyMaxLimitOrderSize": "200000000",
        },
        "priceFilter": {"tickSize": fixed(quote.market.tick, pair.scale.price)},
        "riskParameters": {"priceLimitRatioX": "0.01", "priceLimitRatioY": "0.02"},
    }


def _time(query: _Query, now_ns: int) -> dict[str, str]:
    del query
    return {"timeSecond": str(now_ns // 10**9), "timeNano": str(now_ns)}


def _other_category(query: _Query, now_ns: int) -> str | None:
    """Return a category that has no instruments here; `None`: it is `spot`."""
    category = query.get("category", "")
    if category in _OTHER_CATEGORIES:
        return category
    if category == "spot":
        return None
    raise _fault("params error: Category is invalid", now_ns)


def _envelope(result: Any, now_ns: int) -> dict[str, Any]:
    return {
        "retCode": 0,
        "retMsg": "OK",
        "result": result,
        "retExtInfo": {},
        "time": now_ns // _MS,
    }


def _fault(text: str, now_ns: int) -> RefusalError:
    body = {**_envelope({}, now_ns), "retCode": 10001, "retMsg": text}
    return RefusalError(json_answer(body))
