"""A market as each of Polymarket's interfaces describes it."""

import json
from decimal import Decimal
from typing import Any, Final

from crossbook.sim.desks.polymarket.condition import Condition, Outcome

__all__ = ["clob_market", "compact_market", "gamma_market", "simplified_market"]

_END: Final = "2027-12-31T12:00:00Z"
_CREATED: Final = "2025-12-01T00:00:00Z"
_REWARDS: Final = {"rates": None, "min_size": 50, "max_spread": Decimal("4.5")}


def clob_market(condition: Condition) -> dict[str, Any]:
    """Return the market as `/markets` of the CLOB lists it."""
    return {
        "enable_order_book": True,
        "active": True,
        "closed": condition.quote.is_resolved,
        "archived": False,
        "accepting_orders": condition.is_open,
        "accepting_order_timestamp": _CREATED,
        "minimum_order_size": Decimal(condition.quote.listing.min_size),
        "minimum_tick_size": Decimal(condition.tick),
        "condition_id": condition.id,
        "question_id": _question_id(condition),
        "question": condition.question.title,
        "description": condition.question.title,
        "market_slug": condition.slug,
        "end_date_iso": _END,
        "game_start_time": None,
        "seconds_delay": 0,
        "fpmm": "",
        "maker_base_fee": 0,
        "taker_base_fee": 0,
        "notifications_enabled": False,
        "neg_risk": False,
        "neg_risk_market_id": "",
        "neg_risk_request_id": "",
        "icon": "",
        "image": "",
        "rewards": _REWARDS,
        "is_50_50_outcome": False,
        "tokens": [_token(condition, outcome) for outcome in condition.outcomes],
        "tags": ["All"],
    }


def simplified_market(condition: Condition) -> dict[str, Any]:
    """Return the market as `/simplified-markets` lists it."""
    full = clob_market(condition)
    kept = (
        "condition_id", "rewards", "tokens", "active", "closed", "archived", "accepting_orders",
    )  # fmt: skip
    return {name: full[name] for name in kept}


def compact_market(condition: Condition) -> dict[str, Any]:
    """Return the market as `/clob-markets/{condition}` gives it."""
    return {
        "c": condition.id,
        "t": [{"t": outcome.asset, "o": outcome.label} for outcome in condition.outcomes],
        "mts": Decimal(condition.tick),
        "mos": Decimal(condition.quote.listing.min_size),
        "nr": False,
        "ao": condition.is_open,
        "fd": {"r": _rate(condition), "e": 1, "to": True},
        "mbf": 0,
        "tbf": 0,
        "sd": 0,
        "itode": False,
        "cbos": False,
        "rfqe": False,
        "aot": _CREATED,
    }


def gamma_market(condition: Condition, *, updated: str) -> dict[str, Any]:
    """Return the market as Gamma gives it, without its event.

    Args:
        condition: the market.
        updated: time of the last change, ISO 8601.
    """
    bid, ask = condition.outcomes[0].top()
    decimals = -condition.scale.price
    volume = Decimal(condition.volume).scaleb(-condition.scale.size)
    return {
        "id": condition.gamma_id,
        "question": condition.question.title,
        "conditionId": condition.id,
        "slug": condition.slug,
        "resolutionSource": "",
        "endDate": _END,
        "endDateIso": _END[:10],
        "startDate": _CREATED,
        "startDateIso": _CREATED[:10],
        "createdAt": _CREATED,
        "updatedAt": updated,
        "description": condition.question.title,
        # Lists are written as JSON within a text.
        "outcomes": _listed([outcome.label for outcome in condition.outcomes]),
        "outcomePrices": _listed([_price(condition, each) for each in condition.outcomes]),
        "clobTokenIds": _listed([outcome.asset for outcome in condition.outcomes]),
        "volume": str(volume),
        "volumeNum": volume,
        "volume24hr": volume,
        "liquidity": "0",
        "liquidityNum": 0,
        "active": True,
        "closed": condition.quote.is_resolved,
        "archived": False,
        "new": False,
        "featured": False,
        "restricted": False,
        "questionID": _question_id(condition),
        "enableOrderBook": True,
        "acceptingOrders": condition.is_open,
        "acceptingOrdersTimestamp": _CREATED,
        "orderPriceMinTickSize": Decimal(condition.tick),
        "orderMinSize": Decimal(condition.quote.listing.min_size),
        "umaResolutionStatuses": '["resolved"]' if condition.quote.is_resolved else "[]",
        "negRisk": False,
        "negRiskOther": False,
        "groupItemTitle": "",
        "groupItemThreshold": "0",
        "feesEnabled": True,
        "feeType": "general_fees",
        "feeSchedule": {
            "rate": _rate(condition), "exponent": 1, "takerOnly": True,
            "rebateRate": Decimal("0.25"),
        },
        "makerBaseFee": 1000,
        "takerBaseFee": 1000,
        "rewardsMinSize": 50,
        "rewardsMaxSpread": Decimal("4.5"),
        "spread": Decimal(ask - bid).scaleb(decimals),
        "lastTradePrice": Decimal(condition.last).scaleb(decimals),
        "bestBid": Decimal(bid).scaleb(decimals),
        "bestAsk": Decimal(ask).scaleb(decimals),
    }  # fmt: skip


def _token(condition: Condition, outcome: Outcome) -> dict[str, Any]:
    return {
        "token_id": outcome.asset,
        "outcome": outcome.label,
        "price": Decimal(_price(condition, outcome)),
        "winner": condition.winner is outcome,
    }


def _price(condition: Condition, outcome: Outcome) -> str:
    if condition.winner is not None:
        return "1" if condition.winner is outcome else "0"
    return condition.mid(outcome)


def _rate(condition: Condition) -> Decimal:
    return (Decimal(condition.quote.listing.taker_ppm) / 1_000_000).normalize()


def _question_id(condition: Condition) -> str:
    # The digits of the condition in another order: as good as a hash, and as stable.
    return "0x" + condition.id[:1:-1]


def _listed(texts: list[str]) -> str:
    return json.dumps(texts)
