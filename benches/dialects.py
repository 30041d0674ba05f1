"""What a recorded message says of which book: slow and general, to prepare a session.

Nothing here is measured. Numbers stay the text that the venue sent, so that a
session can tell how many decimals its prices and sizes need.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

Pair = tuple[str, str]
"""Price and size of a level, as text."""


class Change(NamedTuple):
    """One book's part in one message."""

    native: str
    """The venue's own name of the instrument; empty where a REST answer does not say it."""
    bids: list[Pair]
    asks: list[Pair]
    is_snapshot: bool = False
    update_id: int = 0
    """Last update id where the venue numbers updates, to drop what a snapshot already holds."""

    @property
    def levels(self) -> list[Pair]:
        """Bids and asks together."""
        return self.bids + self.asks


Dialect = Callable[[Any], Iterator[Change]]


def binance(message: Any) -> Iterator[Change]:
    """Read a depth diff, bare or in the envelope of a combined stream, or a REST snapshot."""
    data = message.get("data", message)
    if "lastUpdateId" in data:
        bids, asks = _pairs(data["bids"]), _pairs(data["asks"])
        yield Change("", bids, asks, is_snapshot=True, update_id=int(data["lastUpdateId"]))
    elif data.get("e") == "depthUpdate":
        yield Change(data["s"], _pairs(data["b"]), _pairs(data["a"]), update_id=int(data["u"]))


def coinbase(message: Any) -> Iterator[Change]:
    """Read the Exchange feed's `snapshot` and `l2update`."""
    if message["type"] == "snapshot":
        bids, asks = _pairs(message["bids"]), _pairs(message["asks"])
        yield Change(message["product_id"], bids, asks, is_snapshot=True)
    elif message["type"] == "l2update":
        bids = [(price, size) for side, price, size in message["changes"] if side == "buy"]
        asks = [(price, size) for side, price, size in message["changes"] if side == "sell"]
        yield Change(message["product_id"], bids, asks)


def kraken_v1(message: Any) -> Iterator[Change]:
    """Read the array messages of the v1 `book` channel."""
    if isinstance(message, list) and message[-2].startswith("book"):
        sides = {key: levels for part in message[1:-2] for key, levels in part.items()}
        bids = _pairs(sides.get("b", []) + sides.get("bs", []))
        asks = _pairs(sides.get("a", []) + sides.get("as", []))
        yield Change(message[-1], bids, asks, is_snapshot="as" in sides or "bs" in sides)


def kraken_v2(message: Any) -> Iterator[Change]:
    """Read the v2 `book` channel, whose prices and sizes are JSON numbers."""
    if message.get("channel") == "book":
        for data in message["data"]:
            bids = [(level["price"], level["qty"]) for level in data["bids"]]
            asks = [(level["price"], level["qty"]) for level in data["asks"]]
            yield Change(data["symbol"], bids, asks, is_snapshot=message["type"] == "snapshot")


def polymarket(message: Any) -> Iterator[Change]:
    """Read `book` and `price_change` events, alone or in an array."""
    for event in message if isinstance(message, list) else [message]:
        if event["event_type"] == "book":
            bids = [(level["price"], level["size"]) for level in event["bids"]]
            asks = [(level["price"], level["size"]) for level in event["asks"]]
            yield Change(event["asset_id"], bids, asks, is_snapshot=True)
        elif event["event_type"] == "price_change":
            for change in event["price_changes"]:
                level = [(change["price"], change["size"])]
                is_bid = change["side"] == "BUY"
                yield Change(change["asset_id"], level if is_bid else [], [] if is_bid else level)


def bybit(message: Any) -> Iterator[Change]:
    """Read the v5 `orderbook` topics."""
    if message.get("topic", "").startswith("orderbook"):
        data = message["data"]
        bids, asks = _pairs(data["b"]), _pairs(data["a"])
        yield Change(data["s"], bids, asks, is_snapshot=message["type"] == "snapshot")


def okx(message: Any) -> Iterator[Change]:
    """Read the v5 `books` channel."""
    if "action" in message and message["arg"]["channel"] == "books":
        native = message["arg"]["instId"]
        for data in message["data"]:
            bids, asks = _pairs(data["bids"]), _pairs(data["asks"])
            yield Change(native, bids, asks, is_snapshot=message["action"] == "snapshot")


def gateio(message: Any) -> Iterator[Change]:
    """Read `spot.order_book_update`, or a REST snapshot."""
    if "bids" in message:
        bids, asks = _pairs(message["bids"]), _pairs(message["asks"])
        yield Change("", bids, asks, is_snapshot=True, update_id=int(message["id"]))
    elif message["channel"] == "spot.order_book_update" and message["event"] == "update":
        data = message["result"]
        yield Change(data["s"], _pairs(data["b"]), _pairs(data["a"]), update_id=int(data["u"]))


def kalshi(message: Any) -> Iterator[Change]:
    """Read `orderbook_snapshot` and `orderbook_delta` in their fixed-point form.

    Bids of YES stand as bids and bids of NO as asks, both at their own price;
    the size of a delta is what is added to the level.
    """
    data = message["msg"]
    if message["type"] == "orderbook_snapshot":
        yes, no = _pairs(data.get("yes_dollars_fp", [])), _pairs(data.get("no_dollars_fp", []))
        yield Change(data["market_ticker"], yes, no, is_snapshot=True)
    elif message["type"] == "orderbook_delta":
        level = [(data["price_dollars"], data["delta_fp"])]
        is_yes = data["side"] == "yes"
        yield Change(data["market_ticker"], level if is_yes else [], [] if is_yes else level)


DIALECTS: Mapping[str, Dialect] = {
    "binance.combined": binance,
    "binance.raw": binance,
    "bybit.orderbook": bybit,
    "coinbase.exchange": coinbase,
    "gateio.order_book_update": gateio,
    "kalshi.orderbook_delta": kalshi,
    "kraken.v1": kraken_v1,
    "kraken.v2": kraken_v2,
    "okx.books": okx,
    "polymarket.market": polymarket,
}


def changes(channel: str, payload: bytes) -> list[Change]:
    """Return what a message changes; nothing where it is no book message."""
    if not payload.startswith((b"{", b"[")):
        return []
    message = json.loads(payload, parse_float=str, parse_int=str)
    return list(DIALECTS[channel](message))


def _pairs(levels: list[list[str]]) -> list[Pair]:
    return [(level[0], level[1]) for level in levels]
