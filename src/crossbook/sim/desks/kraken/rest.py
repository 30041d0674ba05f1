"""Kraken's public REST: everything is answered with 200, errors stand in the body."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final

from crossbook.sim.candles import candles
from crossbook.sim.desk import HttpAnswer, HttpQuestion
from crossbook.sim.desks.allowance import Allowance
from crossbook.sim.desks.answers import json_answer
from crossbook.sim.desks.kraken.pair import Pair, asset_name
from crossbook.sim.desks.kraken.session import OHLC_MINUTES
from crossbook.sim.wire.number import fixed

__all__ = ["Rest", "assets"]

_SECOND_NS: Final = 1_000_000_000
_PREFIX: Final = "/0/public/"
_REST_DECIMALS: Final = 5
"""Prices of trades and candles have five decimals, whatever the pair's own."""
_CALLS: Final = 30
"""So many at once, and one a second for good: the venue promises no more."""


def assets(pairs: Iterable[Pair]) -> list[dict[str, Any]]:
    """Return the `assets` of the channel `instrument`."""
    names = dict.fromkeys(
        name for pair in pairs for name in (pair.quote.listing.base, pair.quote.listing.quote)
    )
    return [
        {"id": name, "status": "enabled", "precision": 8, "precision_display": 5,
         "borrowable": False, "collateral_value": 1, "margin_rate": 0}
        for name in names
    ]  # fmt: skip


class _Refusal(Exception):  # noqa: N818  (it is an answer, not a fault)
    """An error as it stands in the body."""


class Rest:
    """Answers `/0/public/*`.

    Args:
        pairs: by websocket symbol; the desk adds to it.
        second_ns: how long one of the venue's seconds takes.
    """

    def __init__(self, pairs: Mapping[str, Pair], second_ns: int) -> None:
        self._pairs = pairs
        self._calls = Allowance(_CALLS, span_ns=_CALLS * second_ns)
        self._routes: dict[str, Callable[[Mapping[str, str], int], Any]] = {
            "Time": self._time,
            "SystemStatus": self._system_status,
            "Assets": self._assets,
            "AssetPairs": self._asset_pairs,
            "Depth": self._depth,
            "Trades": self._trades,
            "OHLC": self._ohlc,
            "Ticker": self._ticker,
        }

    def answer(self, question: HttpQuestion, now_ns: int, ts_ns: int) -> HttpAnswer:
        """Answer a request.

        Args:
            question: the request.
            now_ns: when, for limits.
            ts_ns: what the venue's clock shows.
        """
        if not question.path.startswith("/0/"):
            return HttpAnswer(
                status=404,
                body=b"<html><head><title>404 Not Found</title></head></html>",
                headers=(("Content-Type", "text/html"),),
            )
        method = question.path.removeprefix(_PREFIX)
        native = ""
        if not self._calls.take(now_ns):
            return json_answer({"error": ["EGeneral:Too many requests"]})
        if method not in self._routes:
            return json_answer({"error": ["EGeneral:Unknown method"]})
        try:
            if method in {"Depth", "Trades", "OHLC"}:
                native = self._pair(question.query).symbol
            result = self._routes[method](question.query, now_ns if method == "OHLC" else ts_ns)
        except _Refusal as refusal:
            return json_answer({"error": [str(refusal)]}, native=native)
        return json_answer({"error": [], "result": result}, native=native)

    def _named(self, name: str) -> Pair:
        for pair in self._pairs.values():
            if name in {pair.key, pair.altname, pair.wsname, pair.symbol}:
                return pair
        raise _Refusal("EQuery:Unknown asset pair")

    def _pair(self, query: Mapping[str, str]) -> Pair:
        if not query.get("pair"):
            raise _Refusal("EGeneral:Invalid arguments")
        return self._named(query["pair"])

    def _time(self, query: Mapping[str, str], now_ns: int) -> dict[str, Any]:
        del query
        seconds = now_ns // _SECOND_NS
        text = format_datetime(datetime.fromtimestamp(seconds, UTC))
        return {"unixtime": seconds, "rfc1123": text}

    def _system_status(self, query: Mapping[str, str], now_ns: int) -> dict[str, Any]:
        del query
        # Under maintenance nothing is answered at all.
        stamp = datetime.fromtimestamp(now_ns // _SECOND_NS, UTC)
        return {"status": "online", "timestamp": f"{stamp:%Y-%m-%dT%H:%M:%SZ}"}

    def _assets(self, query: Mapping[str, str], now_ns: int) -> dict[str, Any]:
        del now_ns
        wanted = {name for name in query.get("asset", "").split(",") if name}
        rows = {}
        for row in assets(self._pairs.values()):
            key = asset_name(row["id"])
            altname = {"XXBT": "XBT", "XXDG": "XDG"}.get(key, row["id"])
            if not wanted or wanted & {key, altname, row["id"]}:
                rows[key] = {
                    "aclass": "currency",
                    "altname": altname,
                    "decimals": 8,
                    "display_decimals": 5,
                    "status": "enabled",
                }
        if not rows:
            raise _Refusal("EQuery:Unknown asset")
        return rows

    def _asset_pairs(self, query: Mapping[str, str], now_ns: int) -> dict[str, Any]:
        del now_ns
        pairs = self._listed(query)
        if query.get("info", "info") == "fees":
            wanted = ("fees", "fees_maker", "fee_volume_currency")
            return {pair.key: {key: pair.rest()[key] for key in wanted} for pair in pairs}
        return {pair.key: pair.rest() for pair in pairs}

    def _listed(self, query: Mapping[str, str]) -> list[Pair]:
        if not query.get("pair"):
            return list(self._pairs.values())
        return [self._named(name) for name in query["pair"].split(",")]

    def _depth(self, query: Mapping[str, str], now_ns: int) -> dict[str, Any]:
        del now_ns
        pair = self._pair(query)
        count = _whole(query, "count", default=100, low=1, high=500)
        seconds = pair.quote.ts_ns // _SECOND_NS
        market, scale = pair.quote.market, pair.scale
        sides = {
            name: [
                [fixed(price, scale.price), fixed(size, scale.size), seconds]
                for price, size in side.levels(count)
            ]
            for name, side in (("asks", market.asks), ("bids", market.bids))
        }
        return {pair.key: sides}

    def _trades(self, query: Mapping[str, str], now_ns: int) -> dict[str, Any]:
        pair = self._pair(query)
        count = _whole(query, "count", default=1000, low=1, high=1000)
        trades = pair.quote.trades
        if query.get("since"):
            since_ns = _whole(query, "since", default=0, low=0, high=1 << 63)
            # Milliseconds and seconds are understood, too: by the number of digits.
            while 0 < since_ns < 10**17:
                since_ns *= 1000
            rows = [row for row in trades if row[0] > since_ns][:count]
        else:
            rows = trades[-count:]
        scale = pair.scale
        shown = [
            [
                _wide(trade.price, scale.price),
                fixed(trade.size, scale.size),
                ts_ns // 100 / 10_000_000,
                "b" if trade.taker_buys else "s",
                "m",
                "",
                pair.trade_base + trade.number,
            ]
            for ts_ns, trade in rows
        ]
        return {pair.key: shown, "last": str(rows[-1][0] if rows else now_ns)}

    def _ohlc(self, query: Mapping[str, str], now_ns: int) -> dict[str, Any]:
        pair = self._pair(query)
        minutes = _whole(query, "interval", default=1, low=1, high=21600)
        if minutes not in OHLC_MINUTES:
            raise _Refusal("EGeneral:Invalid arguments")
        since_s = _whole(query, "since", default=0, low=0, high=1 << 63)
        rows = candles(
            pair.quote.trades,
            minutes * 60 * _SECOND_NS,
            now_ns,
            price=pair.quote.market.asks.best,
        )
        scale = pair.scale
        shown = [
            [
                row.open_ns // _SECOND_NS,
                *(
                    _wide(price, scale.price)
                    for price in (row.open, row.high, row.low, row.close, row.vwap)
                ),
                fixed(row.volume, scale.size),
                row.trades,
            ]
            for row in rows[-720:]
            if row.open_ns // _SECOND_NS >= since_s
        ]
        # `last` is the last candle that is finished: what to ask for next.
        finished = rows[-2] if len(rows) > 1 else rows[-1]
        return {pair.key: shown, "last": finished.open_ns // _SECOND_NS}

    def _ticker(self, query: Mapping[str, str], now_ns: int) -> dict[str, Any]:
        del now_ns
        return {pair.key: _ticker(pair) for pair in self._listed(query)}


def _ticker(pair: Pair) -> dict[str, Any]:
    price, size = pair.scale
    totals = pair.tape.totals()
    (bid, bid_size), (ask, ask_size) = pair.quote.market.top()
    trades = pair.quote.trades
    last_size = trades[-1][1].size if trades else 0

    def top(level: int, standing: int) -> list[str]:
        return [_wide(level, price), str(standing // 10**size or 1), fixed(standing, size)]

    return {
        "a": top(ask, ask_size),
        "b": top(bid, bid_size),
        "c": [_wide(totals.last, price), fixed(last_size, size)],
        "v": [fixed(totals.volume, size)] * 2,
        "p": [_wide(totals.vwap, price)] * 2,
        "t": [len(trades)] * 2,
        "l": [_wide(totals.low, price)] * 2,
        "h": [_wide(totals.high, price)] * 2,
        "o": _wide(totals.last - totals.change, price),
    }


def _wide(units: int, decimals: int) -> str:
    more = max(0, _REST_DECIMALS - decimals)
    return fixed(units * 10**more, decimals + more)


def _whole(query: Mapping[str, str], name: str, *, default: int, low: int, high: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not text.isdigit():
        raise _Refusal("EGeneral:Invalid arguments")
    return min(max(int(text), low), high)
