"""What a recorded message says of which book: slow and general, to prepare a session.

Nothing here is measured. Numbers stay the text that the venue sent, so that a
session can tell how many decimals its prices and sizes need.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class Change(NamedTuple):
    """One book's part in one message."""

    native: str
    """The venue's own name of the instrument; empty where a REST answer does not say it."""
    levels: list[tuple[str, str]]
    """Price and size of each level, bids and asks together, as text."""
    is_snapshot: bool = False
    update_id: int = 0
    """Last update id where the venue numbers updates, to drop what a snapshot already holds."""


Dialect = Callable[[Any], Iterator[Change]]


def binance(message: Any) -> Iterator[Change]:
    """Read a depth diff, bare or in the envelope of a combined stream, or a REST snapshot."""
    data = message.get("data", message)
    if "lastUpdateId" in data:
        levels = _pairs(data["bids"], data["asks"])
        yield Change("", levels, is_snapshot=True, update_id=int(data["lastUpdateId"]))
    elif data.get("e") == "depthUpdate":
        yield Change(data["s"], _pairs(data["b"], data["a"]), update_id=int(data["u"]))


def coinbase(message: Any) -> Iterator[Change]:
    """Read the Exchange feed's `snapshot` and `l2update`."""
    if message["type"] == "snapshot":
        levels = _pairs(message["bids"], message["asks"])
        yield Change(message["product_id"], levels, is_snapshot=True)
    elif message["type"] == "l2update":
        yield Change(message["product_id"], [(p, s) for _, p, s in message["changes"]])


def kraken_v1(message: Any) -> Iterator[Change]:
    """Read the array messages of the v1 `book` channel."""
    if isinstance(message, list) and message[-2].startswith("book"):
        sides = {key: levels for part in message[1:-2] for key, levels in part.items()}
        sides.pop("c", None)
        is_snapshot = "as" in sides or "bs" in sides
        yield Change(message[-1], _pairs(*sides.values()), is_snapshot=is_snapshot)


def kraken_v2(message: Any) -> Iterator[Change]:
    """Read the v2 `book` channel, whose prices and sizes are JSON numbers."""
    if message.get("channel") == "book":
        for data in message["data"]:
            levels = [(level["price"], level["qty"]) for level in data["bids"] + data["asks"]]
            yield Change(data["symbol"], levels, is_snapshot=message["type"] == "snapshot")


def polymarket(message: Any) -> Iterator[Change]:
    """Read `book` and `price_change` events, alone or in an array."""
    for event in message if isinstance(message, list) else [message]:
        if event["event_type"] == "book":
            levels = [(level["price"], level["size"]) for level in event["bids"] + event["asks"]]
            yield Change(event["asset_id"], levels, is_snapshot=True)
        elif event["event_type"] == "price_change":
            for change in event["price_changes"]:
                yield Change(change["asset_id"], [(change["price"], change["size"])])


def bybit(message: Any) -> Iterator[Change]:
    """Read the v5 `orderbook` topics."""
    if message.get("topic", "").startswith("orderbook"):
        data = message["data"]
        levels = _pairs(data["b"], data["a"])
        yield Change(data["s"], levels, is_snapshot=message["type"] == "snapshot")


def okx(message: Any) -> Iterator[Change]:
    """Read the v5 `books` channel."""
    if "action" in message and message["arg"]["channel"] == "books":
        for data in message["data"]:
            levels = _pairs(data["bids"], data["asks"])
            native = message["arg"]["instId"]
            yield Change(native, levels, is_snapshot=message["action"] == "snapshot")


def gateio(message: Any) -> Iterator[Change]:
    """Read `spot.order_book_update`, or a REST snapshot."""
    if "bids" in message:
        levels = _pairs(message["bids"], message["asks"])
        yield Change("", levels, is_snapshot=True, update_id=int(message["id"]))
    elif message["channel"] == "spot.order_book_update" and message["event"] == "update":
        data = message["result"]
        yield Change(data["s"], _pairs(data["b"], data["a"]), update_id=int(data["u"]))


def kalshi(message: Any) -> Iterator[Change]:
    """Read `orderbook_snapshot` and `orderbook_delta` in their fixed-point form."""
    data = message["msg"]
    if message["type"] == "orderbook_snapshot":
        levels = _pairs(data.get("yes_dollars_fp", []), data.get("no_dollars_fp", []))
        yield Change(data["market_ticker"], levels, is_snapshot=True)
    elif message["type"] == "orderbook_delta":
        yield Change(data["market_ticker"], [(data["price_dollars"], data["delta_fp"])])


def _pairs(*sides: list[list[str]]) -> list[tuple[str, str]]:
    return [(level[0], level[1]) for side in sides for level in side]
