"""Gamma, which lists events and markets, and the trades of the Data API."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from crossbook.sim.desk import HttpAnswer, HttpQuestion
from crossbook.sim.desks.allowance import Allowance
from crossbook.sim.desks.answers import json_answer
from crossbook.sim.desks.polymarket.clob import Refusal, limited
from crossbook.sim.desks.polymarket.condition import Condition
from crossbook.sim.desks.polymarket.rows import gamma_market
from crossbook.sim.desks.query import all_of, is_true, whole

__all__ = ["Gamma", "event_message"]

_SECOND_NS: Final = 1_000_000_000
_SPAN_NS: Final = 10 * _SECOND_NS
_LIMITS: Final = {"": 4_000, "/events": 500, "/markets": 300, "/trades": 200}
"""Requests in 10 s."""
_OFFSET_MAX: Final = 2_000
"""Whoever wants more rows uses the keyset routes."""
_CONSTANT: Final[dict[str, Any]] = {
    "/": {"data": "OK"}, "/tags": [], "/series": [], "/sports": [],
}  # fmt: skip
_DEFAULT: Final = 20
_PAGE_MAX: Final = {"/markets": 100, "/events": 100}


def event_message(condition: Condition) -> dict[str, Any]:
    """Return the event as lifecycle messages name it."""
    question = condition.question
    return {
        "id": _event_id(condition),
        "ticker": question.aggregate_id,
        "slug": question.aggregate_id,
        "title": question.title,
        "description": question.title,
    }


class Gamma:
    """Answers for `https://gamma-api.polymarket.com` and `https://data-api.polymarket.com`.

    Args:
        conditions: all markets, in their order; the desk adds to it.
        stamp: what the venue's clock shows at a time.
    """

    def __init__(self, conditions: Sequence[Condition], stamp: Callable[[int], int]) -> None:
        self._conditions = conditions
        self._stamp = stamp
        self._allowances = {
            path: Allowance(count, span_ns=_SPAN_NS) for path, count in _LIMITS.items()
        }

    def answer(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        """Answer a request."""
        path = question.path.rstrip("/") or "/"
        refusal = limited(self._allowances, path.removesuffix("/keyset"), now_ns)
        if refusal is not None:
            return refusal
        try:
            return self._route(path, question.query)
        except Refusal as refused:
            return json_answer(
                {"type": "validation error", "error": refused.text}, status=refused.status
            )

    def _route(self, path: str, query: Mapping[str, str]) -> HttpAnswer:
        if path == "/trades":
            return self._trades(query)
        if path == "/public-search":
            words = query.get("q", "").lower()
            events = [event for event in self._events() if words in str(event["title"]).lower()]
            return json_answer({"events": events, "pagination": {"hasMore": False}})
        if path in _CONSTANT:
            return json_answer(_CONSTANT[path])
        kind, _, rest = path[1:].partition("/")
        if kind not in {"markets", "events"}:
            raise Refusal(404, "not found")
        rows = self._markets() if kind == "markets" else self._events()
        return json_answer(_found(kind, rest, rows, query))

    def _markets(self) -> list[dict[str, Any]]:
        return [
            {**self._market(condition), "events": [_event(condition)]}
            for condition in self._conditions
        ]

    def _events(self) -> list[dict[str, Any]]:
        events: dict[str, dict[str, Any]] = {}
        for condition in self._conditions:
            name = condition.question.aggregate_id
            event = events.setdefault(name, {**_event(condition), "markets": []})
            event["markets"].append(self._market(condition))
            # An event is over when all its questions are.
            event["closed"] = all(market["closed"] for market in event["markets"])
        return list(events.values())

    def _market(self, condition: Condition) -> dict[str, Any]:
        moment = datetime.fromtimestamp(self._stamp(condition.quote.ts_ns) // 10**9, UTC)
        return gamma_market(condition, updated=f"{moment:%Y-%m-%dT%H:%M:%SZ}")

    def _trades(self, query: Mapping[str, str]) -> HttpAnswer:
        """Answer the Data API's trades, newest first."""
        limit = whole(query, "limit", 100)
        offset = whole(query, "offset", 0)
        if limit is None or offset is None:
            raise Refusal(400, "invalid limit")
        wanted = {name for text in all_of(query, "market") for name in text.split(",")}
        conditions = [each for each in self._conditions if not wanted or each.id in wanted]
        rows = [
            (ts_ns, _trade(condition, index, self._stamp(ts_ns)))
            for condition in conditions
            for index, (ts_ns, _) in enumerate(condition.quote.trades)
        ]
        rows.sort(key=lambda row: row[0], reverse=True)
        native = conditions[0].quote.listing.native if len(conditions) == 1 else ""
        page = [row for _, row in rows[offset : offset + min(limit, 500)]]
        return json_answer(page, native=native)


def _event_id(condition: Condition) -> str:
    return str(20_000 + condition.number)


def _event(condition: Condition) -> dict[str, Any]:
    return {
        **event_message(condition),
        "startDate": "2025-12-01T00:00:00Z",
        "endDate": "2027-12-31T12:00:00Z",
        "active": True,
        "closed": condition.quote.is_resolved,
        "archived": False,
        "restricted": False,
        "enableOrderBook": True,
        "negRisk": False,
        "enableNegRisk": False,
        "negRiskAugmented": False,
        "tags": [],
        "series": [],
    }


def _trade(condition: Condition, index: int, ts_ns: int) -> dict[str, Any]:
    trade = condition.quote.trades[index][1]
    outcome = condition.taken(trade)
    is_buy = trade.taker_buys != outcome.is_no
    return {
        "proxyWallet": "0x" + "0" * 40,
        "side": "BUY" if is_buy else "SELL",
        "asset": outcome.asset,
        "conditionId": condition.id,
        "size": Decimal(trade.size).scaleb(-condition.scale.size),
        "price": Decimal(condition.text(outcome.price(trade.price))),
        "timestamp": ts_ns // _SECOND_NS,
        "title": condition.question.title,
        "slug": condition.slug,
        "eventSlug": condition.question.aggregate_id,
        "outcome": outcome.label,
        "outcomeIndex": outcome.index,
        "transactionHash": "0x" + condition.transaction(trade),
    }


def _filtered(rows: list[dict[str, Any]], query: Mapping[str, str]) -> list[dict[str, Any]]:
    """Keep the rows that a query asks for, in the order that it asks for."""
    for name, field in (
        ("slug", "slug"), ("id", "id"), ("condition_ids", "conditionId"),
    ):  # fmt: skip
        wanted = {text for value in all_of(query, name) for text in value.split(",")}
        if wanted:
            rows = [row for row in rows if row.get(field) in wanted]
    tokens = {text for value in all_of(query, "clob_token_ids") for text in value.split(",")}
    if tokens:
        rows = [row for row in rows if any(f'"{t}"' in row["clobTokenIds"] for t in tokens)]
    for name in ("active", "closed", "archived"):
        flag = is_true(query, name)
        if flag is not None:
            rows = [row for row in rows if row[name] is flag]
    order = query.get("order", "")
    if order:
        if any(order not in row for row in rows):
            raise Refusal(422, "order fields are not valid")
        is_rising = is_true(query, "ascending") is True
        rows = sorted(rows, key=lambda row: (str(type(row[order])), row[order]))
        rows = rows if is_rising else rows[::-1]
    return rows


def _found(kind: str, rest: str, rows: list[dict[str, Any]], query: Mapping[str, str]) -> Any:
    """Return what a path below `/markets` or `/events` names: a page, or one of them."""
    if not rest:
        return _offset_page(_filtered(rows, query), query)
    if rest == "keyset":
        return _keyset_page(kind, _filtered(rows, query), query)
    key = "slug" if rest.startswith("slug/") else "id"
    name = rest.removeprefix("slug/")
    row = next((row for row in rows if row[key] == name), None)
    if row is None:
        raise Refusal(404, "not found")
    return row


def _limit(kind: str, query: Mapping[str, str]) -> int:
    limit = whole(query, "limit", _DEFAULT)
    if limit is None:
        raise Refusal(422, "limit must be a number")
    return min(limit, _PAGE_MAX.get(f"/{kind}", 500))


def _offset_page(rows: list[dict[str, Any]], query: Mapping[str, str]) -> list[dict[str, Any]]:
    offset = whole(query, "offset", 0)
    if offset is None:
        raise Refusal(422, "offset must be a number")
    if offset > _OFFSET_MAX:
        raise Refusal(422, "offset too large: use the keyset endpoint")
    return rows[offset : offset + _limit("", query)]


def _keyset_page(kind: str, rows: list[dict[str, Any]], query: Mapping[str, str]) -> dict[str, Any]:
    if "offset" in query:
        raise Refusal(422, "offset is not supported: use after_cursor")
    cursor = query.get("after_cursor", "")
    if cursor:
        try:
            last = base64.urlsafe_b64decode(cursor).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            raise Refusal(422, "invalid cursor") from None
        places = [index for index, row in enumerate(rows) if row["id"] == last]
        if not places:
            raise Refusal(422, "invalid cursor")
        rows = rows[places[0] + 1 :]
    limit = _limit(kind, query)
    page = rows[:limit]
    answer: dict[str, Any] = {kind: page}
    if page and len(rows) > limit:
        answer["next_cursor"] = base64.urlsafe_b64encode(page[-1]["id"].encode()).decode()
    return answer
