"""The Exchange's public REST."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from crossbook.sim.desk import HttpAnswer, HttpQuestion
from crossbook.sim.desks.allowance import Allowance
from crossbook.sim.desks.answers import json_answer
from crossbook.sim.desks.coinbase.product import Product
from crossbook.sim.desks.query import whole
from crossbook.sim.wire.instant import micros
from crossbook.sim.wire.number import fixed

__all__ = ["ExchangeRest"]

_SECOND_NS: Final = 1_000_000_000
_RATE: Final = 10
_BURST: Final = 15
_SPANS_S: Final = (60, 300, 900, 3_600, 21_600, 86_400)
_CANDLES_MAX: Final = 300

Answered = tuple[Any, tuple[tuple[str, str], ...]]


class _Refusal(Exception):  # noqa: N818  (it is an answer, not a fault)
    def __init__(self, status: int, text: str) -> None:
        super().__init__(status, text)
        self.status = status
        self.text = text


class ExchangeRest:
    """Answers for `https://api.exchange.coinbase.com`.

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
        # Ten a second for good, and some at once.
        self._calls = Allowance(_BURST, span_ns=_BURST * second_ns // _RATE)

    def answer(self, question: HttpQuestion, path: str, now_ns: int) -> HttpAnswer:
        """Answer a request.

        Args:
            question: the request.
            path: its path on the venue's own host.
            now_ns: when.
        """
        if not self._calls.take(now_ns):
            return json_answer({"message": "Public rate limit exceeded"}, status=429)
        words = path.strip("/").split("/")
        native = words[1] if len(words) > 1 and words[1] in self._products else ""
        try:
            body, headers = self._route(words, question.query, now_ns)
        except _Refusal as refusal:
            return json_answer({"message": refusal.text}, status=refusal.status, native=native)
        return json_answer(body, headers=headers, native=native)

    def _route(self, words: list[str], query: Mapping[str, str], now_ns: int) -> Answered:
        if words == ["time"]:
            ts_ns = self._stamp(now_ns)
            return {"iso": micros(ts_ns), "epoch": ts_ns // 1_000_000 / 1_000}, ()
        if words == ["currencies"]:
            return self._currencies(), ()
        if words == ["products"]:
            return [product.exchange() for product in self._products.values()], ()
        if words[0] != "products" or len(words) not in {2, 3} or words[1] not in self._products:
            raise _Refusal(404, "NotFound")
        product = self._products[words[1]]
        routes: dict[str, Callable[[Product, Mapping[str, str], int], Answered]] = {
            "": lambda product, *_: (product.exchange(), ()),
            "book": self._book,
            "ticker": self._ticker,
            "trades": self._trades,
            "candles": self._candles,
        }
        route = routes.get("".join(words[2:]))
        if route is None:
            raise _Refusal(404, "NotFound")
        return route(product, query, now_ns)

    def _currencies(self) -> list[dict[str, Any]]:
        names = dict.fromkeys(
            name
            for product in self._products.values()
            for name in (product.quote.listing.base, product.quote.listing.quote)
        )
        return [
            {"id": name, "name": name, "min_size": "0.00000001", "status": "online",
             "message": "", "max_precision": "0.00000001", "convertible_to": [],
             "details": {"type": "crypto"}, "default_network": "", "supported_networks": []}
            for name in names
        ]  # fmt: skip

    def _book(self, product: Product, query: Mapping[str, str], now_ns: int) -> Answered:
        level = query.get("level", "1")
        if level not in {"1", "2", "3"}:
            raise _Refusal(400, "Invalid level")
        if level == "3":
            raise _Refusal(401, "Unauthorized.")
        market, scale = product.quote.market, product.scale
        bids, asks = (
            [
                [fixed(price, scale.price), fixed(size, scale.size), 1]
                for price, size in side.levels(1 if level == "1" else None)
            ]
            for side in (market.bids, market.asks)
        )
        body = {
            "bids": bids,
            "asks": asks,
            "sequence": product.quote.last_id,
            "auction_mode": False,
            "auction": None,
            "time": micros(self._stamp(product.quote.ts_ns)),
        }
        del now_ns
        return body, ()

    def _ticker(self, product: Product, query: Mapping[str, str], now_ns: int) -> Answered:
        del query
        totals = product.tape.totals()
        (bid, _), (ask, _) = product.quote.market.top()
        rows = product.rows(1)
        moment = self._stamp(rows[0].ts_ns if rows else now_ns)
        body = {
            "ask": product.price(ask),
            "bid": product.price(bid),
            "volume": product.size(totals.volume),
            "trade_id": rows[0].number if rows else 0,
            "price": product.price(totals.last),
            "size": product.size(rows[0].size if rows else 0),
            "time": micros(moment),
        }
        return body, ()

    def _trades(self, product: Product, query: Mapping[str, str], now_ns: int) -> Answered:
        """Return a page of trades, newest first; headers name its ends."""
        del now_ns
        limit = whole(query, "limit", 1_000)
        after, before = whole(query, "after", 1 << 62), whole(query, "before", 0)
        if limit is None or after is None or before is None:
            raise _Refusal(400, "Invalid cursor")
        rows = [row for row in product.rows(1_000) if before < row.number < after][:limit]
        body = [
            {
                "trade_id": row.number,
                # The maker's side.
                "side": "sell" if row.taker_buys else "buy",
                "size": product.size(row.size),
                "price": product.price(row.price),
                "time": micros(self._stamp(row.ts_ns)),
            }
            for row in rows
        ]
        if not rows:
            return body, ()
        return body, (("CB-BEFORE", str(rows[0].number)), ("CB-AFTER", str(rows[-1].number)))

    def _candles(self, product: Product, query: Mapping[str, str], now_ns: int) -> Answered:
        span_s = whole(query, "granularity", 60)
        if span_s not in _SPANS_S:
            raise _Refusal(400, "Unsupported granularity")
        scale = product.scale
        rows = [
            [
                row.open_ns // _SECOND_NS,
                *(
                    float(fixed(price, scale.price))
                    for price in (row.low, row.high, row.open, row.close)
                ),
                float(fixed(row.volume, scale.size)),
            ]
            for row in product.candles(span_s * _SECOND_NS, now_ns)
            if row.trades
        ]
        return rows[::-1][:_CANDLES_MAX], ()
