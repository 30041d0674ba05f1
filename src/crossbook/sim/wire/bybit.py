"""Bybit v5 spot: frames of the public stream and the REST order book.

Source: bybit-exchange/docs, docs/v5/websocket/public and docs/v5/market.
"""

from typing import NamedTuple

from crossbook.sim.market import Trade
from crossbook.sim.wire.number import fixed, fixed_again
from crossbook.sim.wire.scale import Levels, Scale


class Numbers(NamedTuple):
    """Where a book stands."""

    update_id: int
    """Counts the messages of one topic."""
    sequence: int
    """Orders the states of a book over all topics."""
    sent_ms: int
    matched_ms: int


def order_book(
    symbol: str,
    *,
    depth: int,
    kind: str,
    sides: tuple[Levels, Levels],
    numbers: Numbers,
    scale: Scale,
) -> bytes:
    """Return an `orderbook` frame, a `snapshot` or a `delta`: absolute sizes, 0 removes."""
    bids, asks = (_levels(side, scale) for side in sides)
    return (
        f'{{"topic":"orderbook.{depth}.{symbol}","type":"{kind}","ts":{numbers.sent_ms},'
        f'"data":{{"s":"{symbol}","b":[{bids}],"a":[{asks}],"u":{numbers.update_id},'
        f'"seq":{numbers.sequence}}},"cts":{numbers.matched_ms}}}'
    ).encode()


def rest_order_book(
    symbol: str, *, sides: tuple[Levels, Levels], numbers: Numbers, scale: Scale
) -> bytes:
    """Return the body of `GET /v5/market/orderbook`."""
    bids, asks = (_levels(side, scale) for side in sides)
    return (
        f'{{"retCode":0,"retMsg":"OK","result":{{"s":"{symbol}","a":[{asks}],"b":[{bids}],'
        f'"ts":{numbers.sent_ms},"u":{numbers.update_id},"seq":{numbers.sequence},'
        f'"cts":{numbers.matched_ms}}},"retExtInfo":{{}},"time":{numbers.sent_ms}}}'
    ).encode()


def trades(
    symbol: str, rows: list[tuple[int, Trade]], *, ts_ms: int, sequence: int, scale: Scale
) -> bytes:
    """Return a `publicTrade` frame.

    Args:
        symbol: the pair.
        rows: ids and trades.
        ts_ms: when they happened.
        sequence: as of the book.
        scale: decimals of the pair.
    """
    items = ",".join(
        [
            f'{{"i":"{number}","T":{ts_ms},"p":"{fixed(trade.price, scale.price)}",'
            f'"v":"{fixed(trade.size, scale.size)}","S":"{"Buy" if trade.taker_buys else "Sell"}",'
            f'"s":"{symbol}","BT":false,"RPI":false,"seq":{sequence}}}'
            for number, trade in rows
        ]
    )
    return (
        f'{{"topic":"publicTrade.{symbol}","type":"snapshot","ts":{ts_ms},"data":[{items}]}}'
    ).encode()


def _levels(side: Levels, scale: Scale) -> str:
    return ",".join(
        [
            f'["{fixed_again(price, scale.price)}","{fixed(size, scale.size) if size else "0"}"]'
            for price, size in side
        ]
    )
