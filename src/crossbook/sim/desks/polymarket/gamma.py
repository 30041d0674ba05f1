"""Gamma, which lists events and markets, and the trades of the Data API."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final, NamedTuple

from crossbook.sim.desk import HttpAnswer, HttpQuestion
from crossbook.sim.desks.allowance import Allowance
from crossbook.sim.desks.answers import json_answer
from crossbook.sim.desks.polymarket.clob import Refusal, limited
from crossbook.sim.desks.polymarket.condition import Condition
from crossbook.sim.desks.polymarket.rows import gamma_market
from crossbook.sim.desks.query import all_of, is_true, whole

__all__ = ["Gamma", "event_message"]

_SECOND_NS: Final = 1_000_000_000
_SPAN_S: Final = 10
_LIMITS: Final = {"": 4_000, "/events": 500, "/markets": 300, "/trades": 200}
"""Requests in 10 s."""
_OFFSET_MAX: Final = 2_000
"""Whoever wants more rows uses the keyset routes."""
_CONSTANT: Final[dict[str, Any]] = {
    "/": {"data": "OK"}, "/tags": [], "/series": [], "/sports": [],
}  # fmt: skip
_DEFAULT: Final = 20
_OFFSET_PAGE_MAX: Final = 500
_KEYSET_PAGE_MAX: Final = 100
_OF_CONDITIONS: Final = ("condition_ids", "clob_token_ids")


class _Entry(NamedTuple):
    """A market or an event, described when it is on the page."""

    id: str
    slug: str
    title: str
    is_closed: bool
    conditions: tuple[Condition, ...]
    render: Callable[[], dict[str, Any]]

    def fits(self, wanted: Mapping[str, set[str]], flags: Mapping[str, bool | None]) -> bool:
        """Return whether filters let it through; an empty one lets everything through."""
        of = {
            "slug": {self.slug},
            "id": {self.id},
            "condition_ids": {each.id for each in self.conditions},
            "clob_token_ids": {
                outcome.asset for each in self.conditions for outcome in each.outcomes
            },
        }
        is_named = all(not names or names & of[field] for field, names in wanted.items())
        states = {"active": True, "closed": self.is_closed, "archived": False}
        return is_named and all(
            flag is None or flag is states[name] for name, flag in flags.items()
        )


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
        second_ns: how long one of the venue's seconds takes.
    """

    def __init__(
        self, conditions: Sequence[Condition], stamp: Callable[[int], int], second_ns: int
    ) -> None:
        self._conditions = conditions
        self._stamp = stamp
        self._allowances = {
            path: Allowance(count, span_ns=_SPAN_S * second_ns) for path, count in _LIMITS.items()
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
            found = [entry for entry in self._events() if words in entry.title.lower()]
            events = [entry.render() for entry in found[:_DEFAULT]]
            more = {"hasMore": len(found) > _DEFAULT}
            return json_answer({"events": events, "pagination": more})
        if path in _CONSTANT:
            return json_answer(_CONSTANT[path])
        kind, _, rest = path[1:].partition("/")
        if kind not in {"markets", "events"}:
            raise Refusal(404, "not found")
        entries = self._markets() if kind == "markets" else self._events()
        return json_answer(_found(kind, rest, entries, query))

    def _markets(self) -> list[_Entry]:
        return [
            _Entry(
                id=condition.gamma_id,
                slug=condition.slug,
                title=condition.question.title,
                is_closed=condition.quote.is_resolved,
                conditions=(condition,),
                render=partial(self._market_row, condition),
            )
            for condition in self._conditions
        ]

    def _events(self) -> list[_Entry]:
        events: dict[str, list[Condition]] = {}
        for condition in self._conditions:
            events.setdefault(condition.question.aggregate_id, []).append(condition)
        return [
            _Entry(
                id=_event_id(conditions[0]),
                slug=name,
                title=conditions[0].question.title,
                # An event is over when all its questions are.
                is_closed=all(condition.quote.is_resolved for condition in conditions),
                conditions=tuple(conditions),
                render=partial(self._event_row, conditions),
            )
            for name, conditions in events.items()
        ]

    def _market_row(self, condition: Condition) -> dict[str, Any]:
        return {**self._market(condition), "events": [_event(condition)]}

    def _event_row(self, conditions: list[Condition]) -> dict[str, Any]:
        row = _event(conditions[0])
        row["closed"] = all(condition.quote.is_resolved for condition in conditions)
        row["markets"] = [self._market(condition) for condition in conditions]
        return row

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


def _filtered(entries: list[_Entry], query: Mapping[str, str]) -> list[_Entry]:
    """Keep what a query asks for, in the order that it asks for."""
    wanted = {name: _named(query, name) for name in ("slug", "id", *_OF_CONDITIONS)}
    flags = {name: is_true(query, name) for name in ("active", "closed", "archived")}
    found = [entry for entry in entries if entry.fits(wanted, flags)]
    order = query.get("order", "")
    if not order:
        return found
    rows = [(entry.render(), entry) for entry in found]
    if any(order not in row for row, _ in rows):
        raise Refusal(422, "order fields are not valid")
    rows.sort(key=lambda pair: (str(type(pair[0][order])), pair[0][order]))
    found = [entry for _, entry in rows]
    return found if is_true(query, "ascending") else found[::-1]


def _named(query: Mapping[str, str], name: str) -> set[str]:
    return {text for value in all_of(query, name) for text in value.split(",") if text}


def _found(kind: str, rest: str, entries: list[_Entry], query: Mapping[str, str]) -> Any:
    """Return what a path below `/markets` or `/events` names: a page, or one of them."""
    if not rest:
        return _offset_page(kind, _filtered(entries, query), query)
    if rest == "keyset":
        return _keyset_page(kind, _filtered(entries, query), query)
    name = rest.removeprefix("slug/")
    is_slug = rest.startswith("slug/")
    for entry in entries:
        if name == (entry.slug if is_slug else entry.id):
            return entry.render()
    raise Refusal(404, "not found")


def _limit(query: Mapping[str, str], most: int) -> int:
    limit = whole(query, "limit", _DEFAULT)
    if limit is None:
        raise Refusal(422, "limit must be a number")
    return min(limit, most)


def _offset_page(
    kind: str, entries: list[_Entry], query: Mapping[str, str]
) -> list[dict[str, Any]]:
    offset = whole(query, "offset", 0)
    if offset is None:
        raise Refusal(422, "offset must be a number")
    if offset > _OFFSET_MAX:
        raise Refusal(422, f"offset too large: use /{kind}/keyset")
    page = entries[offset : offset + _limit(query, _OFFSET_PAGE_MAX)]
    return [entry.render() for entry in page]


def _keyset_page(kind: str, entries: list[_Entry], query: Mapping[str, str]) -> dict[str, Any]:
    if "offset" in query:
        raise Refusal(422, "offset is not supported: use after_cursor")
    cursor = query.get("after_cursor", "")
    if cursor:
        try:
            last = base64.urlsafe_b64decode(cursor).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            raise Refusal(422, "invalid cursor") from None
        places = [index for index, entry in enumerate(entries) if entry.id == last]
        if not places:
            raise Refusal(422, "invalid cursor")
        entries = entries[places[0] + 1 :]
    page = entries[: _limit(query, _KEYSET_PAGE_MAX)]
    answer: dict[str, Any] = {kind: [entry.render() for entry in page]}
    if page and len(entries) > len(page):
        answer["next_cursor"] = base64.urlsafe_b64encode(page[-1].id.encode()).decode()
    return answer
