"""The CLOB's public REST."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from crossbook.sim.desk import HttpAnswer, HttpQuestion
from crossbook.sim.desks.allowance import Allowance
from crossbook.sim.desks.answers import JSON, json_answer
from crossbook.sim.desks.polymarket.condition import Condition, Outcome
from crossbook.sim.desks.polymarket.rows import clob_market, compact_market, simplified_market

__all__ = ["Clob", "Refusal", "limited"]

_SECOND_NS: Final = 1_000_000_000
_SPAN_S: Final = 10
_LIMITS: Final = {
    "": 9_000, "/book": 1_500, "/books": 500, "/price": 1_500, "/prices": 500, "/midpoint": 1_500,
    "/midpoints": 500, "/prices-history": 1_000, "/tick-size": 200, "/ok": 100,
}  # fmt: skip
"""Requests in 10 s; the first is that of all together."""
_BATCH_MAX: Final = 500
_END: Final = "LTE="
"""The cursor behind the last page: -1."""


class Refusal(Exception):  # noqa: N818  (it is an answer, not a fault)
    """An answer that is none."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status, text)
        self.status = status
        self.text = text


def limited(allowances: Mapping[str, Allowance], path: str, now_ns: int) -> HttpAnswer | None:
    """Return the answer to a request too many; `None`: it may be answered."""
    groups = [allowances[""], *([allowances[path]] if path in allowances else [])]
    if all(group.take(now_ns) for group in groups):
        return None
    wait_s = max(-(-group.wait_ns(now_ns) // _SECOND_NS) for group in groups)
    return json_answer(
        {"error": "Too Many Requests"}, status=429, headers=(("Retry-After", str(wait_s)),)
    )


class Clob:
    """Answers for `https://clob.polymarket.com`.

    Args:
        conditions: all markets, in their order; the desk adds to it.
        outcomes: the same by token.
        stamp: what the venue's clock shows at a time.
        second_ns: how long one of the venue's seconds takes.
        page_max: rows of a page.
    """

    def __init__(
        self,
        conditions: Sequence[Condition],
        outcomes: Mapping[str, Outcome],
        stamp: Callable[[int], int],
        *,
        second_ns: int,
        page_max: int,
    ) -> None:
        self._conditions = conditions
        self._outcomes = outcomes
        self._stamp = stamp
        self._page_max = page_max
        self._allowances = {
            path: Allowance(count, span_ns=_SPAN_S * second_ns) for path, count in _LIMITS.items()
        }
        self._of_token: dict[str, Callable[[Outcome, Mapping[str, str]], Any]] = {
            "/book": self._book,
            "/price": self._price,
            "/midpoint": lambda outcome, _: {"mid": outcome.condition.mid(outcome)},
            "/spread": self._spread,
            "/last-trade-price": self._last,
            "/tick-size": lambda outcome, _: {"minimum_tick_size": Decimal(outcome.condition.tick)},
            "/neg-risk": lambda *_: {"neg_risk": False},
            "/fee-rate": lambda *_: {"base_fee": 0},
        }
        self._of_tokens: dict[str, Callable[[list[tuple[Outcome, str]]], Any]] = {
            "/books": lambda rows: [self._book(outcome, {}) for outcome, _ in rows],
            "/prices": self._prices,
            "/midpoints": lambda rows: {
                outcome.asset: outcome.condition.mid(outcome) for outcome, _ in rows
            },
            "/spreads": lambda rows: {
                outcome.asset: self._spread(outcome, {})["spread"] for outcome, _ in rows
            },
            "/last-trades-prices": lambda rows: [
                {"token_id": outcome.asset, **self._last(outcome, {})} for outcome, _ in rows
            ],
        }
        self._pages: dict[str, Callable[[Condition], dict[str, Any]]] = {
            "/markets": clob_market,
            "/sampling-markets": clob_market,
            "/simplified-markets": simplified_market,
            "/sampling-simplified-markets": simplified_market,
        }

    def answer(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        """Answer a request."""
        path = question.path.rstrip("/") or "/"
        refusal = limited(self._allowances, path, now_ns)
        if refusal is not None:
            return refusal
        if path in {"/", "/ok"}:
            return json_answer("OK")
        if path == "/time":
            return json_answer(self._stamp(now_ns) // _SECOND_NS)
        try:
            return self._route(question, path)
        except Refusal as refused:
            return json_answer({"error": refused.text}, status=refused.status)

    def _route(self, question: HttpQuestion, path: str) -> HttpAnswer:
        if path in self._of_token:
            outcome = self._outcome(question.query.get("token_id", ""))
            body = self._of_token[path](outcome, question.query)
            return _about(outcome.condition, body)
        if path in self._of_tokens:
            if question.method != "POST":
                raise Refusal(405, "Method Not Allowed")
            return json_answer(self._of_tokens[path](self._batch(question.body)))
        if path in self._pages:
            return json_answer(self._page(path, question.query.get("next_cursor", "")))
        if path == "/prices-history":
            outcome = self._outcome(question.query.get("market", ""))
            return _about(outcome.condition, self._history(outcome, question.query))
        head, _, name = path.rpartition("/")
        if head in {"/markets", "/clob-markets"}:
            condition = next((each for each in self._conditions if each.id == name), None)
            if condition is None:
                raise Refusal(404, "market not found")
            row = clob_market if head == "/markets" else compact_market
            return _about(condition, row(condition))
        if head == "/markets-by-token":
            condition = self._outcome(name).condition
            yes, no = (outcome.asset for outcome in condition.outcomes)
            return _about(
                condition,
                {
                    "condition_id": condition.id,
                    "primary_token_id": yes,
                    "secondary_token_id": no,
                },
            )
        raise Refusal(404, "Not Found")

    def _outcome(self, token: str) -> Outcome:
        if not token.isdigit():
            raise Refusal(400, "Invalid token id")
        outcome = self._outcomes.get(token)
        if outcome is None:
            raise Refusal(404, "No orderbook exists for the requested token id")
        return outcome

    def _batch(self, body: bytes) -> list[tuple[Outcome, str]]:
        """Return the tokens of a batch that are known, each with the side that was named."""
        try:
            rows = msgspec.json.decode(body, type=list[dict[str, Any]])
        except (msgspec.DecodeError, msgspec.ValidationError):
            raise Refusal(400, "Invalid payload") from None
        if len(rows) > _BATCH_MAX:
            raise Refusal(400, "Payload exceeds the limit")
        return [
            (self._outcomes[token], str(row.get("side", "")))
            for row in rows
            if (token := str(row.get("token_id", ""))) in self._outcomes
        ]

    def _book(self, outcome: Outcome, query: Mapping[str, str]) -> msgspec.Raw:
        del query
        ts_ns = self._stamp(outcome.condition.quote.ts_ns)
        return msgspec.Raw(outcome.summary(ts_ns).rest().encode())

    def _price(self, outcome: Outcome, query: Mapping[str, str]) -> dict[str, str]:
        bid, ask = outcome.top()
        side = query.get("side", "").upper()
        if side not in {"BUY", "SELL"}:
            raise Refusal(400, "Invalid side")
        # What somebody who buys pays, says the documentation.
        return {"price": outcome.condition.text(ask if side == "BUY" else bid)}

    def _prices(self, rows: list[tuple[Outcome, str]]) -> dict[str, dict[str, str]]:
        prices: dict[str, dict[str, str]] = {}
        for outcome, side in rows:
            price = self._price(outcome, {"side": side})["price"]
            prices.setdefault(outcome.asset, {})[side.upper()] = price
        return prices

    def _spread(self, outcome: Outcome, query: Mapping[str, str]) -> dict[str, str]:
        del query
        bid, ask = outcome.top()
        return {"spread": outcome.condition.text(ask - bid)}

    def _last(self, outcome: Outcome, query: Mapping[str, str]) -> dict[str, str]:
        del query
        condition = outcome.condition
        trades = condition.quote.trades
        if not trades:
            return {"price": condition.text(outcome.price(condition.last)), "side": ""}
        trade = trades[-1][1]
        is_buy = trade.taker_buys != outcome.is_no
        price = condition.text(outcome.price(trade.price))
        return {"price": price, "side": "BUY" if is_buy else "SELL"}

    def _page(self, path: str, cursor: str) -> dict[str, Any]:
        start = _offset(cursor)
        rows = self._conditions
        if path.startswith("/sampling"):
            rows = [condition for condition in rows if condition.is_open]
        if start > len(rows):
            raise Refusal(400, "invalid next item offset")
        page = rows[start : start + self._page_max]
        end = start + len(page)
        following = base64.b64encode(str(end).encode()).decode() if end < len(rows) else _END
        row = self._pages[path]
        return {
            "data": [row(condition) for condition in page],
            "next_cursor": following,
            "limit": self._page_max,
            "count": len(page),
        }

    def _history(self, outcome: Outcome, query: Mapping[str, str]) -> dict[str, Any]:
        first, last = query.get("startTs", "0"), query.get("endTs", str(1 << 40))
        if not (first.isdigit() and last.isdigit()):
            raise Refusal(400, "invalid filters")
        points = [
            {"t": ts_ns // _SECOND_NS, "p": Decimal(outcome.condition.text(price))}
            for ts_ns, trade in outcome.condition.quote.trades
            for price in (outcome.price(trade.price),)
            if int(first) <= ts_ns // _SECOND_NS <= int(last)
        ]
        return {"history": points}


def _about(condition: Condition, body: Any) -> HttpAnswer:
    native = condition.quote.listing.native
    if isinstance(body, msgspec.Raw):
        return HttpAnswer(body=bytes(body), headers=(JSON,), native=native)
    return json_answer(body, native=native)


def _offset(cursor: str) -> int:
    """Return where a page begins: the cursor is a number in base64."""
    if not cursor:
        return 0
    try:
        text = base64.b64decode(cursor, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        raise Refusal(400, "invalid next item offset") from None
    if not text.isdigit() or len(text) > 9:
        raise Refusal(400, "invalid next item offset")
    return int(text)
