"""One small list of instruments per venue, of the shape that the venue documents."""

import copy
import json

__all__ = ["SAMPLES", "sample"]

SAMPLES: dict[str, object] = {
    "binance": {
        "timezone": "UTC",
        "exchangeFilters": [],
        "symbols": [
            {
                "symbol": "ABCUSDT",
                "status": "TRADING",
                "baseAsset": "ABC",
                "quoteAsset": "USDT",
                "quoteCommissionPrecision": 8,
                "isSpotTradingAllowed": True,
                "filters": [
                    {
                        "filterType": "PRICE_FILTER",
                        "minPrice": "0.01000000",
                        "maxPrice": "1000000.00000000",
                        "tickSize": "0.01000000",
                    },
                    {
                        "filterType": "LOT_SIZE",
                        "minQty": "0.00001000",
                        "maxQty": "9000.00000000",
                        "stepSize": "0.00001000",
                    },
                    {"filterType": "NOTIONAL", "minNotional": "5.00000000"},
                ],
            },
        ],
    },
    "coinbase": {
        "products": [
            {
                "product_id": "ABC-USD",
                "price_increment": "0.01",
                "quote_increment": "0.001",
                "base_increment": "0.00000001",
                "base_min_size": "0.0001",
                "base_max_size": "3400",
                "quote_min_size": "1",
                "base_currency_id": "ABC",
                "quote_currency_id": "USD",
                "status": "online",
                "product_type": "SPOT",
                "alias": "",
            },
            {
                "product_id": "ABC-20DEC30-CDE",
                "price_increment": "5",
                "base_increment": "1",
                "base_min_size": "1",
                "base_max_size": "5000",
                "quote_min_size": "0",
                "base_currency_id": "",
                "quote_currency_id": "USD",
                "status": "",
                "product_type": "FUTURE",
                "future_product_details": {
                    "contract_expiry": "2030-12-20T16:00:00Z",
                    "contract_size": "0.01",
                    "contract_root_unit": "ABC",
                },
            },
        ]
    },
    "kraken": {
        "error": [],
        "result": {
            "XXBTZUSD": {
                "altname": "XBTUSD",
                "wsname": "XBT/USD",
                "base": "XXBT",
                "quote": "ZUSD",
                "pair_decimals": 1,
                "lot_decimals": 8,
                "fees": [[0, 0.4], [10000, 0.35]],
                "fees_maker": [[0, 0.25], [10000, 0.2]],
                "ordermin": "0.00005",
                "costmin": "0.5",
                "tick_size": "0.1",
                "status": "online",
            }
        },
    },
    "mexc": {
        "exchangeFilters": [],
        "symbols": [
            {
                "symbol": "ABCUSDT",
                "status": "1",
                "baseAsset": "ABC",
                "baseAssetPrecision": 2,
                "quoteAsset": "USDT",
                "quotePrecision": 5,
                "isSpotTradingAllowed": True,
                "quoteAmountPrecision": "1",
                "baseSizePrecision": "0",
                "makerCommission": "0",
                "takerCommission": "0.0005",
                "tradeSideType": 1,
            }
        ],
    },
    "gateio": [
        {
            "id": "ABC_USDT",
            "base": "ABC",
            "quote": "USDT",
            "fee": "0.2",
            "min_base_amount": "0.001",
            "min_quote_amount": "1.0",
            "max_base_amount": "10000",
            "amount_precision": 3,
            "precision": 2,
            "trade_status": "tradable",
        }
    ],
    "bybit": {
        "retCode": 0,
        "result": {
            "category": "spot",
            "list": [
                {
                    "symbol": "ABCUSDT",
                    "baseCoin": "ABC",
                    "quoteCoin": "USDT",
                    "status": "Trading",
                    "lotSizeFilter": {
                        "basePrecision": "0.0001",
                        "minOrderQty": "0.001",
                        "maxOrderQty": "100.0",
                        "maxLimitOrderQty": "80",
                        "minOrderAmt": "10",
                    },
                    "priceFilter": {"tickSize": "0.1"},
                }
            ],
        },
    },
    "okx": {
        "code": "0",
        "data": [
            {
                "instId": "ABC-USDT",
                "instType": "SPOT",
                "baseCcy": "ABC",
                "quoteCcy": "USDT",
                "tickSz": "0.1",
                "lotSz": "0.00000001",
                "minSz": "0.00001",
                "maxLmtSz": "9999999999",
                "state": "live",
            },
            {
                "instId": "ABC-USD-300101",
                "instType": "FUTURES",
                "baseCcy": "",
                "quoteCcy": "",
                "uly": "ABC-USD",
                "tickSz": "0.1",
                "lotSz": "1",
                "minSz": "1",
                "maxLmtSz": "1000000",
                "state": "live",
                "ctVal": "100",
                "ctMult": "1",
                "ctValCcy": "USD",
                "ctType": "inverse",
                "settleCcy": "ABC",
                "expTime": "1893456000000",
            },
        ],
    },
    "polymarket": [
        {
            "conditionId": "0xabc",
            "questionID": "0xdef",
            "outcomes": '["Up", "Down"]',
            "clobTokenIds": '["111", "222"]',
            "active": True,
            "closed": False,
            "archived": False,
            "acceptingOrders": True,
            "enableOrderBook": True,
            "orderPriceMinTickSize": 0.001,
            "orderMinSize": 5,
            "feesEnabled": True,
            "feeSchedule": {"rate": 0.04, "exponent": 1, "takerOnly": True},
            "events": [{"slug": "abc-up-or-down"}],
        }
    ],
    "kalshi": {
        "events": [
            {
                "event_ticker": "KXABC-30",
                "series_ticker": "KXABC",
                "markets": [
                    {
                        "ticker": "KXABC-30-B1",
                        "event_ticker": "KXABC-30",
                        "yes_sub_title": "1 or more",
                        "no_sub_title": "Less",
                        "status": "active",
                        "price_ranges": [
                            {"start": "0.0000", "end": "0.1000", "step": "0.0010"},
                            {"start": "0.1000", "end": "1.0000", "step": "0.0100"},
                        ],
                    }
                ],
            }
        ],
        "series": [
            {"ticker": "KXABC", "fee_type": "quadratic_with_maker_fees", "fee_multiplier": 0.5}
        ],
    },
}

_LISTS = {
    "binance": ("symbols",),
    "coinbase": ("products",),
    "mexc": ("symbols",),
    "gateio": (),
    "bybit": ("result", "list"),
    "okx": ("data",),
    "polymarket": (),
    "kalshi": ("events",),
}


def sample(venue: str, *, repeat: bool = False) -> bytes:
    """Return a venue's sample as bytes, with all of its rows twice if asked to."""
    document = copy.deepcopy(SAMPLES[venue])
    if repeat and venue in _LISTS:
        rows: object = document
        for key in _LISTS[venue]:
            assert isinstance(rows, dict)
            rows = rows[key]
        assert isinstance(rows, list)
        rows += copy.deepcopy(rows)
    return json.dumps(document).encode()
