"""What the frames that a client sends say, read as each venue's sheet words them."""

import json
from typing import Any

__all__ = ["books_asked", "books_left", "natives"]

Said = tuple[bool | None, list[str]]
"""Whether books are joined, or left (`None`: neither), and whose."""

NOTHING: Said = (None, [])


def _binance(message: Any) -> Said:
    books = [name.split("@")[0].upper() for name in message["params"] if "@depth" in name]
    return message["method"] == "SUBSCRIBE", books


def _kraken(message: Any) -> Said:
    if message["method"] == "ping" or message["params"]["channel"] != "book":
        return NOTHING
    return message["method"] == "subscribe", list(message["params"]["symbol"])


def _polymarket(message: Any) -> Said:
    is_joined = message.get("type") == "market" or message.get("operation") == "subscribe"
    return is_joined, list(message["assets_ids"])


def _bybit(message: Any) -> Said:
    if message["op"] == "ping":
        return NOTHING
    assert len(message["args"]) <= 10
    books = [each.split(".")[-1] for each in message["args"] if each.startswith("orderbook.")]
    return message["op"] == "subscribe", books


def _okx(message: Any) -> Said:
    assert len(json.dumps(message["args"])) <= 64_000
    books = [each["instId"] for each in message["args"] if each["channel"] == "books"]
    return message["op"] == "subscribe", books


def _mexc(message: Any) -> Said:
    if message["method"] == "PING":
        return NOTHING
    books = [each.split("@")[-1] for each in message["params"] if ".aggre.depth." in each]
    return message["method"] == "SUBSCRIPTION", books


def _gateio(message: Any) -> Said:
    if message["channel"] == "spot.obu":
        books = [each.split(".")[1] for each in message["payload"]]
    elif message["channel"] == "spot.order_book_update":
        books = message["payload"][:1]
    else:
        return NOTHING
    return message["event"] == "subscribe", books


def _coinbase(message: Any) -> Said:
    channels = message.get("channels", [message.get("channel")])
    if not {"level2", "level2_batch"} & set(channels):
        return NOTHING
    return message["type"] == "subscribe", list(message["product_ids"])


def _kalshi(message: Any) -> Said:
    params = message["params"]
    if params.get("channels") == ["orderbook_delta"] or params.get("action") == "add_markets":
        return True, list(params["market_tickers"])
    if params.get("action") == "delete_markets":
        return False, list(params["market_tickers"])
    return NOTHING


_READERS = {
    "binance": _binance,
    "bybit": _bybit,
    "coinbase": _coinbase,
    "gateio": _gateio,
    "kalshi": _kalshi,
    "kraken": _kraken,
    "mexc": _mexc,
    "okx": _okx,
    "polymarket": _polymarket,
}


def _said(venue: str, payload: bytes) -> Said:
    if payload in {b"PING", b"ping"}:
        return NOTHING
    return _READERS[venue](json.loads(payload))


def books_asked(venue: str, payload: bytes) -> list[str]:
    """Return the native symbols whose books a frame subscribes to."""
    is_joined, books = _said(venue, payload)
    return books if is_joined else []


def books_left(venue: str, payload: bytes) -> list[str]:
    """Return the native symbols whose books a frame unsubscribes."""
    is_joined, books = _said(venue, payload)
    return books if is_joined is False else []


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
