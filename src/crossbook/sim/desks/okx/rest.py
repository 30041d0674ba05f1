"""OKX's public REST."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from crossbook.sim.desk import HttpAnswer, HttpQuestion
from crossbook.sim.desks.allowance import Allowance
from crossbook.sim.desks.answers import json_answer
from crossbook.sim.desks.okx.board import Board, span_ns
from crossbook.sim.desks.query import whole
from crossbook.sim.wire import okx as wire

__all__ = ["Rest"]

_SPAN_S: Final = 2
_LIMITS: Final = {
    "/api/v5/public/time": 10,
    "/api/v5/public/instruments": 20,
    "/api/v5/market/books": 40,
    "/api/v5/market/books-full": 10,
    "/api/v5/market/trades": 100,
    "/api/v5/market/history-trades": 20,
    "/api/v5/market/candles": 40,
    "/api/v5/market/history-candles": 20,
    "/api/v5/market/ticker": 20,
    "/api/v5/market/tickers": 20,
    "/api/v5/system/status": 1,
}
"""Requests in 2 s, each endpoint for itself."""
_TYPES: Final = ("SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION")


class _Refusal(Exception):  # noqa: N818  (it is an answer, not a fault)
    def __init__(self, code: str, text: str, status: int = 200) -> None:
        super().__init__(code, text, status)
        self.code = code
        self.text = text
        self.status = status


class Rest:
    """Answers `/api/v5/*`.

    Args:
        boards: by instrument id; the desk adds to it.
        stamp: what the venue's clock shows at a time.
        second_ns: how long one of the venue's seconds takes.
    """

    def __init__(
        self, boards: Mapping[str, Board], stamp: Callable[[int], int], second_ns: int
    ) -> None:
        self._boards = boards
        self._stamp = stamp
        self._allowances = {
            path: Allowance(count, span_ns=_SPAN_S * second_ns) for path, count in _LIMITS.items()
        }
        self._routes: dict[str, Callable[[Mapping[str, str], int], tuple[Any, str]]] = {
            "/api/v5/public/time": self._time,
            "/api/v5/public/instruments": self._instruments,
            "/api/v5/market/books": lambda query, _: self._books(query, 400),
            "/api/v5/market/books-full": lambda query, _: self._books(query, 5_000),
            "/api/v5/market/trades": self._trades,
            "/api/v5/market/history-trades": self._trades,
            "/api/v5/market/candles": self._candles,
            "/api/v5/market/history-candles": self._candles,
            "/api/v5/market/ticker": self._ticker,
            "/api/v5/market/tickers": self._tickers,
            "/api/v5/system/status": lambda *_: ([], ""),
        }

    def answer(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        """Answer a request."""
        route = self._routes.get(question.path)
        if route is None:
            return json_answer({"code": "404", "msg": "Not Found", "data": {}}, status=404)
        if not self._allowances[question.path].take(now_ns):
            body = {"code": "50011", "msg": "Too Many Requests", "data": []}
            return json_answer(body, status=429)
        try:
            data, native = route(question.query, now_ns)
        except _Refusal as refusal:
            body = {"code": refusal.code, "msg": refusal.text, "data": []}
            return json_answer(body, status=refusal.status)
        return json_answer({"code": "0", "msg": "", "data": data}, native=native)

    def _board(self, query: Mapping[str, str]) -> Board:
        name = query.get("instId", "")
        if not name:
            raise _Refusal("50014", "Parameter instId can not be empty.", 400)
        if name not in self._boards:
            text = "Instrument ID, Instrument ID code, or Spread ID doesn't exist."
            raise _Refusal("51001", text)
        return self._boards[name]

    def _number(self, query: Mapping[str, str], name: str, default: int) -> int:
        value = whole(query, name, default)
        if value is None:
            raise _Refusal("51000", f"Parameter {name} error", 400)
        return value

    def _time(self, query: Mapping[str, str], now_ns: int) -> tuple[Any, str]:
        del query
        return [{"ts": str(self._stamp(now_ns) // 1_000_000)}], ""

    def _instruments(self, query: Mapping[str, str], now_ns: int) -> tuple[Any, str]:
        del now_ns
        kind = query.get("instType", "")
        if not kind:
            raise _Refusal("50014", "Parameter instType can not be empty.", 400)
        if kind not in _TYPES:
            raise _Refusal("51000", "Parameter instType error", 400)
        if kind != "SPOT":
            return [], ""
        if query.get("instId"):
            board = self._board(query)
            return [board.instrument()], board.name
        return [board.instrument() for board in self._boards.values()], ""

    def _books(self, query: Mapping[str, str], size_max: int) -> tuple[Any, str]:
        board = self._board(query)
        depth = min(self._number(query, "sz", 1), size_max)
        market = board.quote.market
        asks, bids = (
            msgspec.Raw(wire.levels(side.levels(depth), board.scale).encode())
            for side in (market.asks, market.bids)
        )
        ts_ms = self._stamp(board.quote.ts_ns) // 1_000_000
        row = {"asks": asks, "bids": bids, "ts": str(ts_ms), "seqId": board.quote.last_id}
        return [row], board.name

    def _trades(self, query: Mapping[str, str], now_ns: int) -> tuple[Any, str]:
        del now_ns
        board = self._board(query)
        limit = min(self._number(query, "limit", 100), 500)
        rows = [
            msgspec.Raw(board.trade_row(trade, self._stamp(ts_ns) // 1_000_000).encode())
            for ts_ns, trade in board.quote.trades[::-1][:limit]
        ]
        return rows, board.name

    def _candles(self, query: Mapping[str, str], now_ns: int) -> tuple[Any, str]:
        board = self._board(query)
        bar = query.get("bar", "1m")
        if not span_ns(bar):
            raise _Refusal("51000", "Parameter bar error", 400)
        limit = min(self._number(query, "limit", 100), 300)
        after, before = self._number(query, "after", 1 << 62), self._number(query, "before", 0)
        rows = [row for row in board.candle_rows(bar, now_ns) if before < int(row[0]) < after]
        return rows[:limit], board.name

    def _ticker(self, query: Mapping[str, str], now_ns: int) -> tuple[Any, str]:
        board = self._board(query)
        ts_ms = self._stamp(now_ns) // 1_000_000
        return [msgspec.Raw(board.ticker_row(ts_ms).encode())], board.name

    def _tickers(self, query: Mapping[str, str], now_ns: int) -> tuple[Any, str]:
        if query.get("instType") not in _TYPES:
            raise _Refusal("51000", "Parameter instType error", 400)
        if query["instType"] != "SPOT":
            return [], ""
        ts_ms = self._stamp(now_ns) // 1_000_000
        return [msgspec.Raw(each.ticker_row(ts_ms).encode()) for each in self._boards.values()], ""
