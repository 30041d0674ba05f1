"""Gate.io's public REST: each endpoint with a limit of its own, errors by label."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from crossbook.sim.desk import HttpAnswer, HttpQuestion
from crossbook.sim.desks.answers import JSON, json_answer
from crossbook.sim.desks.gateio.payloads import candle_row, deal, ticker
from crossbook.sim.desks.gateio.topics import INTERVALS_NS
from crossbook.sim.desks.meter import Meter
from crossbook.sim.desks.pair import Pair
from crossbook.sim.desks.query import is_true, whole
from crossbook.sim.desks.refusal import RefusalError
from crossbook.sim.wire import gateio as wire
from crossbook.sim.wire.number import trimmed
from crossbook.sim.wire.scale import Levels

__all__ = ["Rest"]

_S: Final = 1_000_000_000
_BASE: Final = "/api/v4"
_REQUESTS: Final = (200, 10)
_OTHER_MARKETS: Final = re.compile(
    r"/margin/currency_pairs|/(futures|delivery)/[a-z]+/contracts|/options/(underlyings|contracts)"
)

_Query = Mapping[str, str]


class Rest:
    """All endpoints, and how often each was asked.

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
        self._requests: dict[str, Meter] = {}
        self._routes: dict[str, Callable[[_Query, int], Any]] = {
            "/spot/time": lambda _query, now_ns: {"server_time": now_ns // 10**6},
            "/spot/currencies": self._currencies,
            "/spot/currency_pairs": lambda _query, _now: list(map(_listed, self._pairs.values())),
            "/spot/order_book": self._order_book,
            "/spot/trades": self._trades,
            "/spot/candlesticks": self._candlesticks,
            "/spot/tickers": self._tickers,
        }

    def answer(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        """Answer a request."""
        place = question.path.removeprefix(_BASE)
        native = question.query.get("currency_pair", "")
        if place.startswith("/spot/currency_pairs/"):
            place, _, native = place.rpartition("/")
            route: Callable[[_Query, int], Any] | None = self._one
        else:
            route = self._routes.get(place)
        is_other = route is None and _OTHER_MARKETS.fullmatch(place) is not None
        if is_other:
            route = _nothing
        if route is None or question.method != "GET" or place == question.path:
            return json_answer({"label": "NOT_FOUND", "message": "Not Found"}, status=404)
        headers, is_over = self._count("others" if is_other else place, now_ns)
        if is_over:
            error = {"label": "TOO_MANY_REQUESTS", "message": "Request Rate limit Exceeded"}
            return json_answer(error, status=429, headers=headers)
        try:
            query = {**question.query, "currency_pair": native}
            document = route(query, self._stamp(now_ns))
        except RefusalError as refusal:
            answer = refusal.answer
            return msgspec.structs.replace(answer, headers=(*answer.headers, *headers))
        if isinstance(document, bytes):
            return HttpAnswer(body=document, headers=(JSON, *headers), native=native)
        return json_answer(document, headers=headers, native=native)

    def _count(self, place: str, now_ns: int) -> tuple[tuple[tuple[str, str], ...], bool]:
        """Count a request; return the headers that tell so, and whether it is one too many."""
        span_ns = _REQUESTS[1] * self._second_ns
        meter = self._requests.setdefault(place, Meter(_REQUESTS[0], span_ns=span_ns))
        meter.use(now_ns)
        reset_s = -(-self._stamp(now_ns + meter.wait_ns(now_ns)) // _S)
        in_us = self._stamp(now_ns) // 1_000
        headers = (
            ("X-Gate-RateLimit-Requests-Remain", str(meter.left)),
            ("X-Gate-RateLimit-Limit", str(meter.count)),
            ("X-Gate-RateLimit-Reset-Timestamp", str(reset_s)),
            ("X-In-Time", str(in_us)),
            ("X-Out-Time", str(in_us + 350)),
        )
        return headers, meter.is_over

    def _one(self, query: _Query, now_ns: int) -> Any:
        del now_ns
        return _listed(self._pair(query))

    def _currencies(self, query: _Query, now_ns: int) -> list[dict[str, Any]]:
        del query, now_ns
        names = {
            name: None
            for pair in self._pairs.values()
            for name in (pair.quote.listing.base, pair.quote.listing.quote)
        }
        return [_currency(name) for name in names]

    def _order_book(self, query: _Query, now_ns: int) -> bytes:
        pair = self._pair(query)
        limit = _number(query, "limit", 10, 1000)
        market = pair.quote.market
        sides = (market.bids.levels(), market.asks.levels())
        if (interval := query.get("interval", "0")) != "0":
            step = _step(interval, pair)
            sides = (_merged(sides[0], step, is_ask=False), _merged(sides[1], step, is_ask=True))
        return wire.rest_order_book(
            last_id=pair.quote.last_id if is_true(query, "with_id") else None,
            sides=(sides[0][:limit], sides[1][:limit]),
            changed_ns=pair.changed_ns,
            now_ns=now_ns,
            scale=pair.scale,
        )

    def _trades(self, query: _Query, now_ns: int) -> list[dict[str, Any]]:
        pair = self._pair(query)
        limit = _number(query, "limit", 100, 1000)
        begin, end = _span(query, now_ns)
        last = whole(query, "last_id", 0) or 0
        rows = [
            (ts_ns, trade) for ts_ns, trade in reversed(pair.trades) if begin <= ts_ns // _S <= end
        ]
        if last and is_true(query, "reverse"):
            rows = [row for row in rows if pair.trade_id(row[1]) < last]
        elif last:
            # The next page forward is the one right behind it, newest first nevertheless.
            rows = [row for row in rows if pair.trade_id(row[1]) > last][-limit:]
        return [
            {
                "id": str(pair.trade_id(trade)),
                "create_time": str(ts_ns // _S),
                **deal(pair, ts_ns, trade),
                "sequence_id": str(trade.number),
            }
            for ts_ns, trade in rows[:limit]
        ]

    def _candlesticks(self, query: _Query, now_ns: int) -> list[list[str]]:
        pair = self._pair(query)
        interval = query.get("interval", "30m")
        if interval not in INTERVALS_NS:
            raise _fault("INVALID_PARAM_VALUE", f"Invalid interval {interval}")
        if "limit" in query and query.keys() & {"from", "to"}:
            text = "limit conflicts with from and to"
            raise _fault("INVALID_PARAM_VALUE", text)
        limit = _number(query, "limit", 100, 1000)
        span_ns = INTERVALS_NS[interval]
        begin, end = _span(query, now_ns)
        rows = [row for row in pair.candles(span_ns, now_ns) if begin <= row.open_ns // _S <= end]
        return [candle_row(pair, row, span_ns, now_ns) for row in rows[-limit:]]

    def _tickers(self, query: _Query, now_ns: int) -> list[dict[str, str]]:
        pairs = [self._pair(query)] if query["currency_pair"] else self._pairs.values()
        return [ticker(pair, now_ns) for pair in pairs]

    def _pair(self, query: _Query) -> Pair:
        name = query["currency_pair"]
        if not name:
            text = "Missing required parameter: currency_pair"
            raise _fault("MISSING_REQUIRED_PARAM", text)
        if name not in self._pairs:
            raise _fault("INVALID_CURRENCY_PAIR", f"Invalid currency pair {name}")
        return self._pairs[name]


def _nothing(query: _Query, now_ns: int) -> list[Any]:
    """Return the list of a market that has no instruments here."""
    del query, now_ns
    return []


def _fault(label: str, text: str) -> RefusalError:
    return RefusalError(json_answer({"label": label, "message": text}, status=400))


def _number(query: _Query, name: str, default: int, most: int) -> int:
    number = whole(query, name, default)
    if number is None or not 1 <= number <= most:
        raise _fault("INVALID_PARAM_VALUE", f"Invalid {name} {query[name]}")
    return number


def _span(query: _Query, now_ns: int) -> tuple[int, int]:
    """Return the seconds between which something is asked for."""
    begin, end = whole(query, "from", 0), whole(query, "to", now_ns // _S)
    if begin is None or end is None:
        raise _fault("INVALID_PARAM_VALUE", "Invalid from or to")
    return begin, end


def _step(interval: str, pair: Pair) -> int:
    """Return the price step to which levels are merged, in price units."""
    try:
        step = Decimal(interval).scaleb(pair.scale.price)
    except InvalidOperation:
        step = Decimal(0)
    if not step.is_finite() or step < 1 or step != int(step):
        raise _fault("INVALID_PARAM_VALUE", f"Invalid interval {interval}")
    return int(step)


def _merged(levels: Levels, step: int, *, is_ask: bool) -> Levels:
    """Return levels whose prices are rounded away from the touch to a step."""
    sizes: dict[int, int] = {}
    for price, size in levels:
        rounded = -(-price // step) * step if is_ask else price // step * step
        sizes[rounded] = sizes.get(rounded, 0) + size
    return list(sizes.items())


def _listed(pair: Pair) -> dict[str, Any]:
    """Return the row of `GET /spot/currency_pairs`."""
    listing, quote = pair.quote.listing, pair.quote
    tick = trimmed(quote.market.tick, pair.scale.price)
    return {
        "id": pair.native,
        "base": listing.base,
        "base_name": listing.base,
        "quote": listing.quote,
        "quote_name": listing.quote,
        "fee": trimmed(listing.taker_ppm, 4),
        "min_base_amount": listing.min_size,
        "min_quote_amount": listing.min_notional,
        "max_quote_amount": "5000000",
        "amount_precision": pair.scale.size,
        "precision": len(tick.partition(".")[2]),
        "trade_status": "untradable" if quote.is_halted or quote.is_resolved else "tradable",
        "sell_start": 1_516_378_650,
        "buy_start": 1_516_378_650,
        "delisting_time": 0,
        "type": "normal",
        "st_tag": False,
        "up_rate": "0.05",
        "down_rate": "0.02",
        "slippage": "0.05",
        "market_order_max_stock": "100",
        "market_order_max_money": "1000000",
    }


def _currency(name: str) -> dict[str, Any]:
    """Return the row of `GET /spot/currencies`: nothing can be sent in or out."""
    closed = {"withdraw_disabled": True, "withdraw_delayed": False, "deposit_disabled": True}
    return {
        "currency": name,
        "name": name,
        "delisted": False,
        **closed,
        "trade_disabled": False,
        "fixed_rate": "",
        "chain": name,
        "chains": [{"name": name, "addr": "", **closed}],
    }
