"""Coinbase Exchange: the feed's flat messages.

Source: Coinbase Developer Platform, "Exchange WebSocket Channels".
"""

from typing import NamedTuple

from crossbook.sim.wire.instant import micros
from crossbook.sim.wire.number import fixed, fixed_again, trimmed
from crossbook.sim.wire.scale import Levels, Scale
from crossbook.sim.wire.totals import Top, Totals


class Row(NamedTuple):
    """A trade."""

    number: int
    """The trade id."""
    price: int
    """In units of the wire."""
    size: int
    """In units of the wire."""
    taker_buys: bool
    ts_ns: int


def snapshot(product: str, *, sides: tuple[Levels, Levels], ts_ns: int, scale: Scale) -> bytes:
    """Return the `snapshot` that begins a `level2` subscription."""
    bids, asks = (
        ",".join(
            [
                f'["{fixed_again(price, scale.price)}","{fixed(size, scale.size)}"]'
                for price, size in side
            ]
        )
        for side in sides
    )
    return (
        f'{{"type":"snapshot","product_id":"{product}","asks":[{asks}],"bids":[{bids}],'
        f'"time":"{micros(ts_ns)}"}}'
    ).encode()


def update(
    product: str, changes: list[tuple[bool, int, int]], *, ts_ns: int, scale: Scale
) -> bytes:
    """Return an `l2update` of `(is_ask, price, size)`: absolute sizes, zero removes."""
    rows = ",".join(
        [
            f'["{"sell" if is_ask else "buy"}","{fixed_again(price, scale.price)}",'
            f'"{fixed(size, scale.size)}"]'
            for is_ask, price, size in changes
        ]
    )
    return (
        f'{{"type":"l2update","product_id":"{product}","changes":[{rows}],'
        f'"time":"{micros(ts_ns)}"}}'
    ).encode()


def match(
    product: str, row: Row, *, kind: str, orders: tuple[str, str], sequence: int, scale: Scale
) -> bytes:
    """Return a `match` or `last_match`; its side is the maker's.

    Args:
        product: the product id.
        row: the trade.
        kind: `match` or `last_match`.
        orders: ids of the maker's and of the taker's order.
        sequence: the product's number of the message.
        scale: decimals of price and size.
    """
    return (
        f'{{"type":"{kind}","trade_id":{row.number},"maker_order_id":"{orders[0]}",'
        f'"taker_order_id":"{orders[1]}","side":"{"sell" if row.taker_buys else "buy"}",'
        f'"size":"{trimmed(row.size, scale.size)}","price":"{trimmed(row.price, scale.price)}",'
        f'"product_id":"{product}","sequence":{sequence},"time":"{micros(row.ts_ns)}"}}'
    ).encode()


def ticker(
    product: str, row: Row, *, sequence: int, totals: Totals, top: Top, scale: Scale
) -> bytes:
    """Return a `ticker` after a trade; its side is the taker's."""
    (bid, bid_size), (ask, ask_size) = top
    price, size = scale
    first = trimmed(totals.last - totals.change, price)
    return (
        f'{{"type":"ticker","sequence":{sequence},"product_id":"{product}",'
        f'"price":"{trimmed(totals.last, price)}","open_24h":"{first}",'
        f'"volume_24h":"{trimmed(totals.volume, size)}","low_24h":"{trimmed(totals.low, price)}",'
        f'"high_24h":"{trimmed(totals.high, price)}",'
        f'"volume_30d":"{trimmed(totals.volume, size)}","best_bid":"{trimmed(bid, price)}",'
        f'"best_bid_size":"{trimmed(bid_size, size)}","best_ask":"{trimmed(ask, price)}",'
        f'"best_ask_size":"{trimmed(ask_size, size)}",'
        f'"side":"{"buy" if row.taker_buys else "sell"}","time":"{micros(row.ts_ns)}",'
        f'"trade_id":{row.number},"last_size":"{trimmed(row.size, size)}"}}'
    ).encode()


def heartbeat(product: str, *, sequence: int, last_trade: int, ts_ns: int) -> bytes:
    """Return a `heartbeat`."""
    return (
        f'{{"type":"heartbeat","last_trade_id":{last_trade},"product_id":"{product}",'
        f'"sequence":{sequence},"time":"{micros(ts_ns)}"}}'
    ).encode()
