"""`exchangeInfo`: Binance's pairs with their rules."""

from collections.abc import Iterable
from typing import Any, Final

from crossbook.sim.desks.pair import Pair
from crossbook.sim.wire import binance as wire

__all__ = ["PERMISSIONS", "exchange_info"]

PERMISSIONS: Final = ("SPOT", "MARGIN")

_ORDER_TYPES: Final = (
    "LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT",
    "TAKE_PROFIT_LIMIT",
)  # fmt: skip
_SELF_TRADE_MODES: Final = (
    "NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT", "TRANSFER",
)  # fmt: skip
_RATE_LIMITS: Final = (
    ("REQUEST_WEIGHT", "MINUTE", 1, 6000),
    ("ORDERS", "SECOND", 10, 100),
    ("ORDERS", "DAY", 1, 200000),
    ("RAW_REQUESTS", "MINUTE", 5, 61000),
)


def exchange_info(pairs: Iterable[Pair], now_ns: int) -> dict[str, Any]:
    """Return the whole answer."""
    return {
        "timezone": "UTC",
        "serverTime": now_ns // 1_000_000,
        "rateLimits": [
            {"rateLimitType": kind, "interval": span, "intervalNum": number, "limit": limit}
            for kind, span, number, limit in _RATE_LIMITS
        ],
        "exchangeFilters": [],
        "symbols": [_symbol(pair) for pair in pairs],
    }


def _symbol(pair: Pair) -> dict[str, Any]:
    listing, quote = pair.quote.listing, pair.quote
    return {
        "symbol": pair.native,
        "status": "BREAK" if quote.is_halted or quote.is_resolved else "TRADING",
        "baseAsset": listing.base,
        "baseAssetPrecision": 8,
        "quoteAsset": listing.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": _ORDER_TYPES,
        "icebergAllowed": True,
        "ocoAllowed": True,
        "otoAllowed": True,
        "opoAllowed": True,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": True,
        "cancelReplaceAllowed": True,
        "amendAllowed": True,
        "pegInstructionsAllowed": True,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": True,
        "filters": _filters(pair),
        "permissions": [],
        "permissionSets": [PERMISSIONS],
        "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
        "allowedSelfTradePreventionModes": _SELF_TRADE_MODES,
    }


def _filters(pair: Pair) -> list[dict[str, Any]]:
    listing, market = pair.quote.listing, pair.quote.market
    tick = wire.price_text(market.tick, pair.scale)
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": tick,
            "maxPrice": wire.price_text(market.terms.price_max, pair.scale),
            "tickSize": tick,
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": _eight(listing.min_size),
            "maxQty": "9000000.00000000",
            "stepSize": _eight(listing.lot),
        },
        {"filterType": "ICEBERG_PARTS", "limit": 100},
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": "0.00000000",
            "maxQty": "120.00000000",
            "stepSize": "0.00000000",
        },
        {
            "filterType": "TRAILING_DELTA",
            "minTrailingAboveDelta": 10,
            "maxTrailingAboveDelta": 2000,
            "minTrailingBelowDelta": 10,
            "maxTrailingBelowDelta": 2000,
        },
        {
            "filterType": "PERCENT_PRICE_BY_SIDE",
            "bidMultiplierUp": "5",
            "bidMultiplierDown": "0.2",
            "askMultiplierUp": "5",
            "askMultiplierDown": "0.2",
            "avgPriceMins": 5,
        },
        {
            "filterType": "NOTIONAL",
            "minNotional": _eight(listing.min_notional),
            "applyMinToMarket": True,
            "maxNotional": "9000000.00000000",
            "applyMaxToMarket": False,
            "avgPriceMins": 5,
        },
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 200},
        {"filterType": "MAX_NUM_ORDER_LISTS", "maxNumOrderLists": 20},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": 5},
        {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": 10},
    ]


def _eight(text: str) -> str:
    """Return decimal text with eight decimals."""
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest:0<8}"
