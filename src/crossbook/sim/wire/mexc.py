"""MEXC spot v3: protobuf pushes and the REST depth.

Source: mexcdevelop/websocket-proto and the "Spot V3" API documentation.
"""

from collections.abc import Iterable
from typing import NamedTuple

from crossbook.sim.candles import Candle
from crossbook.sim.market import Trade
from crossbook.sim.wire.number import fixed, fixed_again, trimmed
from crossbook.sim.wire.protobuf import integer, message, text
from crossbook.sim.wire.scale import Levels, Scale

_MS = 1_000_000

LIMIT_DEPTHS = 303
SPOT_KLINE = 308
BOOK_TICKER_BATCH = 311
AGGRE_DEPTHS = 313
AGGRE_DEALS = 314
AGGRE_BOOK_TICKER = 315


class Best(NamedTuple):
    """Price and size of the best bid and of the best ask."""

    bid: tuple[int, int]
    ask: tuple[int, int]


def push(channel: str, symbol: str, body: bytes, *, number: int, sent_ns: int) -> bytes:
    """Return a `PushDataV3ApiWrapper`.

    Args:
        channel: as it was subscribed to.
        symbol: the pair.
        body: the message in it.
        number: which message: its field in the wrapper.
        sent_ns: when it is sent.
    """
    head = text(1, channel) + text(3, symbol)
    return head + integer(6, sent_ns // _MS) + message(number, body)


def aggre_depths(
    event_type: str, *, versions: tuple[int, int], sides: tuple[Levels, Levels], scale: Scale
) -> bytes:
    """Return the changes from the first to the last version: absolute sizes, 0 removes.

    Args:
        event_type: the channel without its symbol.
        versions: decimal text on the wire.
        sides: bids and asks.
        scale: decimals of the pair.
    """
    bids, asks = sides
    first, last = versions
    return b"".join(
        (
            *_levels(1, asks, scale),
            *_levels(2, bids, scale),
            text(3, event_type),
            text(4, str(first)),
            text(5, str(last)),
        )
    )


def limit_depths(
    event_type: str, *, version: int, sides: tuple[Levels, Levels], scale: Scale
) -> bytes:
    """Return the best levels."""
    bids, asks = sides
    rows = (*_levels(1, asks, scale), *_levels(2, bids, scale))
    return b"".join((*rows, text(3, event_type), text(4, str(version))))


def aggre_deals(event_type: str, deals: Iterable[tuple[int, int, Trade]], *, scale: Scale) -> bytes:
    """Return trades, each with its time and id."""
    items = [
        message(
            1,
            text(1, fixed(trade.price, scale.price))
            + text(2, trimmed(trade.size, scale.size))
            + integer(3, 1 if trade.taker_buys else 2)
            + integer(4, ts_ns // _MS)
            + text(5, str(number)),
        )
        for ts_ns, number, trade in deals
    ]
    return b"".join(items) + text(2, event_type)


def aggre_book_ticker(best: Best, *, version: int, scale: Scale) -> bytes:
    """Return the best prices as of a version."""
    return _best(best, scale) + text(5, str(version))


def book_ticker_batch(best: Best, *, scale: Scale) -> bytes:
    """Return the best prices as an item of a list."""
    return message(1, _best(best, scale))


def spot_kline(interval: str, candle: Candle, *, span_ns: int, scale: Scale) -> bytes:
    """Return a candle; the times are in seconds."""
    price, size = scale
    values = (
        fixed(candle.open, price),
        fixed(candle.close, price),
        fixed(candle.high, price),
        fixed(candle.low, price),
        trimmed(candle.volume, size),
        trimmed(candle.notional, price + size),
    )
    rows = b"".join(text(number, value) for number, value in enumerate(values, start=3))
    start_s, end_s = candle.open_ns // 10**9, (candle.open_ns + span_ns) // 10**9
    return text(1, interval) + integer(2, start_s) + rows + integer(9, end_s)


def depth(*, last_id: int, sides: tuple[Levels, Levels], shown_ns: int, scale: Scale) -> bytes:
    """Return the body of `GET /api/v3/depth`."""
    bids, asks = (
        ",".join([f'["{price}","{size}"]' for price, size in _texts(side, scale)]) for side in sides
    )
    return (
        f'{{"lastUpdateId":{last_id},"bids":[{bids}],"asks":[{asks}],'
        f'"timestamp":{shown_ns // _MS}}}'
    ).encode()


def _texts(side: Levels, scale: Scale) -> list[tuple[str, str]]:
    return [(fixed_again(price, scale.price), trimmed(size, scale.size)) for price, size in side]


def _levels(number: int, side: Levels, scale: Scale) -> list[bytes]:
    return [message(number, text(1, price) + text(2, size)) for price, size in _texts(side, scale)]


def _best(best: Best, scale: Scale) -> bytes:
    (bid, bid_size), (ask, ask_size) = best
    return (
        text(1, fixed(bid, scale.price))
        + text(2, trimmed(bid_size, scale.size))
        + text(3, fixed(ask, scale.price))
        + text(4, trimmed(ask_size, scale.size))
    )
