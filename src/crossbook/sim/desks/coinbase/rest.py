"""Advanced Trade's public REST, and what of the old v2 lists currencies."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from crossbook.sim.desk import HttpAnswer, HttpQuestion
from crossbook.sim.desks.allowance import Allowance
from crossbook.sim.desks.answers import json_answer
from crossbook.sim.desks.coinbase.product import Product
from crossbook.sim.desks.query import all_of, is_true, whole
from crossbook.sim.wire.coinbase_exchange import Row
from crossbook.sim.wire.instant import micros, nanos

__all__ = ["Rest"]

_SECOND_NS: Final = 1_000_000_000
_BASE: Final = "/api/v3/brokerage"
_CALLS: Final = 10
"""Public requests a second, of one address."""
_SPANS_S: Final = {
    "ONE_MINUTE": 60, "FIVE_MINUTE": 300, "FIFTEEN_MINUTE": 900, "THIRTY_MINUTE": 1_800,
    "ONE_HOUR": 3_600, "TWO_HOUR": 7_200, "FOUR_HOUR": 14_400, "SIX_HOUR": 21_600,
    "ONE_DAY": 86_400,
}  # fmt: skip
_CANDLES_MAX: Final = 350


class _Refusal(Exception):  # noqa: N818  (it is an answer, not a fault)
    def __init__(self, status: int, error: str, details: str) -> None:
        super().__init__(status, error, details)
        self.status = status
        self.body = {"error": error, "error_details": details, "message": details}


class Rest:
    """Answers for `https://api.coinbase.com`.

    Args:
        products: by id; the desk adds to it.
        stamp: what the venue's clock shows at a time.
        second_ns: how long one of the venue's seconds takes.
    """

    def __init__(
        self, products: Mapping[str, Product], stamp: Callable[[int], int], second_ns: int
    ) -> None:
        self._products = products
        self._stamp = stamp
        self._calls = Allowance(_CALLS, span_ns=second_ns)

    def answer(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        """Answer a request."""
        is_allowed = self._calls.take(now_ns)
        headers = (
            ("x-ratelimit-limit", str(_CALLS)),
            ("x-ratelimit-remaining", str(self._calls.left(now_ns))),
            ("x-ratelimit-reset", "1"),
        )
        if not is_allowed:
            errors = [{"id": "rate_limit_exceeded", "message": "Too many requests"}]
            return json_answer({"errors": errors}, status=429, headers=headers)
        path, query = question.path.rstrip("/"), question.query
        try:
            if path.startswith("/v2/"):
                return json_answer(self._v2(path, now_ns), headers=headers)
            if path == f"{_BASE}/time":
                return json_answer(self._time(now_ns), headers=headers)
            if not path.startswith(f"{_BASE}/market/"):
                # Everything else is somebody's own.
                plain = (("Content-Type", "text/plain"),)
                return HttpAnswer(status=401, body=b"Unauthorized\n", headers=plain)
            body, native = self._market(path.removeprefix(f"{_BASE}/market/"), query, now_ns)
        except _Refusal as refusal:
            return json_answer(refusal.body, status=refusal.status, headers=headers)
        return json_answer(body, headers=headers, native=native)

    def _time(self, now_ns: int) -> dict[str, str]:
        ts_ns = self._stamp(now_ns)
        seconds = ts_ns // _SECOND_NS
        return {
            "iso": f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}",
            "epochSeconds": str(seconds),
            "epochMillis": str(ts_ns // 1_000_000),
        }

    def _market(self, rest: str, query: Mapping[str, str], now_ns: int) -> tuple[Any, str]:
        if rest == "products":
            return self._list(query), ""
        if rest == "product_book":
            product = self._named(query.get("product_id", ""))
            return self._book(product, query), product.name
        words = rest.split("/")
        if words[0] != "products" or len(words) not in {2, 3}:
            raise _Refusal(404, "NOT_FOUND", "Not Found")
        product = self._named(words[1])
        routes = {"": self._product, "candles": self._candles, "ticker": self._ticker}
        route = routes.get("".join(words[2:]))
        if route is None:
            raise _Refusal(404, "NOT_FOUND", "Not Found")
        return route(product, query, now_ns), product.name

    def _named(self, name: str) -> Product:
        if not name:
            raise _Refusal(400, "INVALID_ARGUMENT", "product_id is required")
        if name not in self._products:
            raise _Refusal(404, "NOT_FOUND", "valid product_id is required")
        return self._products[name]

    def _number(self, query: Mapping[str, str], name: str, default: int) -> int:
        value = whole(query, name, default)
        if value is None:
            raise _Refusal(400, "INVALID_ARGUMENT", f"{name} must be a number")
        return value

    def _list(self, query: Mapping[str, str]) -> dict[str, Any]:
        wanted = all_of(query, "product_ids")
        rows = [
            product.advanced()
            for name, product in self._products.items()
            if not wanted or name in wanted
        ]
        if query.get("product_type", "SPOT") not in {"SPOT", "UNKNOWN_PRODUCT_TYPE"}:
            rows = []
        if not is_true(query, "get_all_products"):
            rows = [row for row in rows if row["status"] == "online"]
        offset, limit = self._number(query, "offset", 0), self._number(query, "limit", 0)
        page = rows[offset : offset + limit] if limit else rows[offset:]
        return {"products": page, "num_products": len(page)}

    def _product(self, product: Product, query: Mapping[str, str], now_ns: int) -> dict[str, Any]:
        del query, now_ns
        return product.advanced()

    def _book(self, product: Product, query: Mapping[str, str]) -> dict[str, Any]:
        limit = self._number(query, "limit", 0) or None
        market = product.quote.market
        bids, asks = (
            [
                {"price": product.price(price), "size": product.size(size)}
                for price, size in side.levels(limit)
            ]
            for side in (market.bids, market.asks)
        )
        bid, ask = Decimal(bids[0]["price"]), Decimal(asks[0]["price"])
        mid = (bid + ask) / 2
        return {
            "pricebook": {
                "product_id": product.name,
                "bids": bids,
                "asks": asks,
                "time": micros(self._stamp(product.quote.ts_ns)),
            },
            "last": product.price(product.tape.totals().last),
            "mid_market": f"{mid.normalize():f}",
            "spread_bps": f"{(ask - bid) / mid * 10_000:.12f}",
            "spread_absolute": f"{ask - bid:f}",
        }

    def _ticker(self, product: Product, query: Mapping[str, str], now_ns: int) -> dict[str, Any]:
        del now_ns
        limit = self._number(query, "limit", 100)
        (bid, _), (ask, _) = product.quote.market.top()
        rows = product.rows(min(limit, 1_000))
        first = self._number(query, "start", 0) * _SECOND_NS
        last = self._number(query, "end", 1 << 40) * _SECOND_NS
        return {
            "trades": [self._trade(product, row) for row in rows if first <= row.ts_ns <= last],
            "best_bid": product.price(bid),
            "best_ask": product.price(ask),
        }

    def _trade(self, product: Product, row: Row) -> dict[str, str]:
        return {
            "trade_id": str(row.number),
            "product_id": product.name,
            "price": product.price(row.price),
            "size": product.size(row.size),
            "time": nanos(self._stamp(row.ts_ns) // 1_000 * 1_000),
            # The maker's side.
            "side": "SELL" if row.taker_buys else "BUY",
            "bid": "",
            "ask": "",
            "exchange": "coinbase",
        }

    def _candles(self, product: Product, query: Mapping[str, str], now_ns: int) -> dict[str, Any]:
        span_s = _SPANS_S.get(query.get("granularity", ""))
        if span_s is None:
            raise _Refusal(400, "INVALID_ARGUMENT", "granularity is not supported")
        now_s = now_ns // _SECOND_NS
        last = self._number(query, "end", now_s)
        first = self._number(query, "start", last - _CANDLES_MAX * span_s)
        if (last - first) // span_s > _CANDLES_MAX:
            text = f"number of candles requested should be less than {_CANDLES_MAX}"
            raise _Refusal(400, "INVALID_ARGUMENT", text)
        rows = [
            {
                "start": str(row.open_ns // _SECOND_NS),
                "low": product.price(row.low),
                "high": product.price(row.high),
                "open": product.price(row.open),
                "close": product.price(row.close),
                "volume": product.size(row.volume),
            }
            for row in product.candles(span_s * _SECOND_NS, now_ns)
            # The venue leaves out spans in which nobody traded.
            if row.trades and first <= row.open_ns // _SECOND_NS <= last
        ]
        limit = self._number(query, "limit", _CANDLES_MAX)
        return {"candles": rows[::-1][:limit]}

    def _v2(self, path: str, now_ns: int) -> dict[str, Any]:
        """Answer what clients of Advanced Trade still fetch from the old interface."""
        names = dict.fromkeys(
            name
            for product in self._products.values()
            for name in (product.quote.listing.base, product.quote.listing.quote)
        )
        if path == "/v2/currencies":
            return {"data": [{"id": "USD", "name": "US Dollar", "min_size": "0.01"}]}
        if path == "/v2/currencies/crypto":
            rows = [
                {"asset_id": name, "code": name, "name": name, "color": "#000000",
                 "sort_index": index, "exponent": 8, "type": "crypto", "address_regex": ""}
                for index, name in enumerate(names)
            ]  # fmt: skip
            return {"data": rows}
        if path == "/v2/exchange-rates":
            return {"data": {"currency": "USD", "rates": dict.fromkeys(("USD", "USDT"), "1")}}
        if path == "/v2/time":
            time = self._time(now_ns)
            return {"data": {"iso": time["iso"], "epoch": int(time["epochSeconds"])}}
        raise _Refusal(404, "not_found", "Not found")
