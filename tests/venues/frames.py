"""What the frames that a client sends say, read as each venue's sheet words them."""

import json
from typing import Any

__all__ = ["books_asked", "natives"]


def _binance(message: Any) -> list[str]:
    if message["method"] != "SUBSCRIBE":
        return []
    return [name.split("@")[0].upper() for name in message["params"] if "@depth" in name]


def _kraken(message: Any) -> list[str]:
    if message["method"] != "subscribe" or message["params"]["channel"] != "book":
        return []
    return list(message["params"]["symbol"])


def _polymarket(message: Any) -> list[str]:
    if message.get("type") == "market" or message.get("operation") == "subscribe":
        return list(message["assets_ids"])
    return []


def _bybit(message: Any) -> list[str]:
    if message["op"] != "subscribe":
        return []
    assert len(message["args"]) <= 10
    return [each.split(".")[-1] for each in message["args"] if each.startswith("orderbook.")]


def _okx(message: Any) -> list[str]:
    if message["op"] != "subscribe":
        return []
    assert len(json.dumps(message["args"])) <= 64_000
    return [each["instId"] for each in message["args"] if each["channel"] == "books"]


def _mexc(message: Any) -> list[str]:
    if message["method"] != "SUBSCRIPTION":
        return []
    return [each.split("@")[-1] for each in message["params"] if ".aggre.depth." in each]


def _gateio(message: Any) -> list[str]:
    if message.get("event") != "subscribe":
        return []
    if message["channel"] == "spot.obu":
        return [each.split(".")[1] for each in message["payload"]]
    return message["payload"][:1] if message["channel"] == "spot.order_book_update" else []


def _coinbase(message: Any) -> list[str]:
    channels = message.get("channels", [message.get("channel")])
    is_book = bool({"level2", "level2_batch"} & set(channels))
    return message["product_ids"] if message["type"] == "subscribe" and is_book else []


def _kalshi(message: Any) -> list[str]:
    params = message["params"]
    is_book = params.get("channels") == ["orderbook_delta"] or params.get("action") == "add_markets"
    return list(params["market_tickers"]) if is_book else []


_READERS = {
    "bybit": _bybit,
    "coinbase": _coinbase,
    "gateio": _gateio,
    "kalshi": _kalshi,
    "mexc": _mexc,
    "okx": _okx,
    "binance": _binance,
    "kraken": _kraken,
    "polymarket": _polymarket,
}


def books_asked(venue: str, payload: bytes) -> list[str]:
    """Return the native symbols whose books a frame subscribes to."""
    if payload in {b"PING", b"ping"}:
        return []
    return _READERS[venue](json.loads(payload))


def natives(venue: str, count: int) -> list[str]:
    """Return so many native symbols of a venue's form."""
    forms = {
        "binance": "A{:04d}USDT",
        "kraken": "A{:04d}/USD",
        "mexc": "A{:04d}USDT",
        "bybit": "A{:04d}USDT",
        "gateio": "A{:04d}_USDT",
        "okx": "A{:04d}-USDT",
        "coinbase": "A{:04d}-USD",
        "polymarket": "1" + "0" * 70 + "{:04d}",
        "kalshi": "KXABC-30-B{:04d}",
    }
    return [forms[venue].format(number) for number in range(count)]
