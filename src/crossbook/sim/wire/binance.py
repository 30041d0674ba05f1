"""Binance spot: events of the streams and the REST depth.

Source: binance/binance-spot-api-docs, web-socket-streams.md and rest-api.md.
"""

import re
from typing import Final

from crossbook.sim.wire.number import fixed, fixed_again
from crossbook.sim.wire.scale import Levels, Scale

_DECIMALS: Final = 8
"""Every number has eight decimals, whatever its tick or lot."""


def url(streams: list[str]) -> bytes:
    """Return the address of a combined stream."""
    return f"wss://stream.binance.com:9443/stream?streams={'/'.join(streams)}".encode()


_MILLISECONDS: Final = re.compile(rb"(?<=[:\[,])(1\d{12})(?=[],}])")
"""A time; no id and no count has as many digits."""


def in_microseconds(document: bytes) -> bytes:
    """Return an event or a REST answer with its times in microseconds.

    Examples:
        >>> in_microseconds(b'{"E":1672515782136,"t":12345,"p":"1672515782136"}')
        b'{"E":1672515782136000,"t":12345,"p":"1672515782136"}'
    """
    return _MILLISECONDS.sub(rb"\g<1>000", document)


def combined(stream: str, event: bytes) -> bytes:
    """Return an event as it comes over a combined stream."""
    return b'{"stream":"%b","data":%b}' % (stream.encode(), event)


def depth_update(
    symbol: str,
    *,
    event_ms: int,
    first_id: int,
    last_id: int,
    sides: tuple[Levels, Levels],
    scale: Scale,
) -> bytes:
    """Return a `depthUpdate`: bids and asks with their new sizes, `0.00000000` removes."""
    bids, asks = (_levels(side, scale) for side in sides)
    return (
        f'{{"e":"depthUpdate","E":{event_ms},"s":"{symbol}","U":{first_id},"u":{last_id},'
        f'"b":[{bids}],"a":[{asks}]}}'
    ).encode()


def depth(*, last_id: int, sides: tuple[Levels, Levels], scale: Scale) -> bytes:
    """Return the body of `GET /api/v3/depth`, or a partial book: neither names its symbol."""
    bids, asks = (_levels(side, scale) for side in sides)
    return f'{{"lastUpdateId":{last_id},"bids":[{bids}],"asks":[{asks}]}}'.encode()


def book_ticker(
    symbol: str, *, update_id: int, bid: tuple[int, int], ask: tuple[int, int], scale: Scale
) -> bytes:
    """Return a `bookTicker`: no event type and no time."""
    return (
        f'{{"u":{update_id},"s":"{symbol}",'
        f'"b":"{price_text(bid[0], scale)}","B":"{size_text(bid[1], scale)}",'
        f'"a":"{price_text(ask[0], scale)}","A":"{size_text(ask[1], scale)}"}}'
    ).encode()


def trade(
    symbol: str,
    *,
    event_ms: int,
    number: int,
    price: int,
    size: int,
    taker_buys: bool,
    scale: Scale,
) -> bytes:
    """Return a `trade`; `m` says that the buyer was the maker."""
    return (
        f'{{"e":"trade","E":{event_ms},"s":"{symbol}",'
        f'"t":{number},"p":"{price_text(price, scale)}","q":"{size_text(size, scale)}",'
        f'"T":{event_ms},"m":{"false" if taker_buys else "true"},"M":true}}'
    ).encode()


def aggregate_trade(
    symbol: str,
    *,
    event_ms: int,
    number: int,
    trades: tuple[int, int],
    price: int,
    size: int,
    taker_buys: bool,
    scale: Scale,
) -> bytes:
    """Return an `aggTrade` of the trades from the first to the last id."""
    first, last = trades
    return (
        f'{{"e":"aggTrade","E":{event_ms},"s":"{symbol}","a":{number},'
        f'"p":"{price_text(price, scale)}","q":"{size_text(size, scale)}",'
        f'"f":{first},"l":{last},"T":{event_ms},'
        f'"m":{"false" if taker_buys else "true"},"M":true}}'
    ).encode()


def price_text(units: int, scale: Scale) -> str:
    """Return a price as the venue writes it."""
    return fixed_again(units * 10 ** (_DECIMALS - scale.price), _DECIMALS)


def size_text(units: int, scale: Scale) -> str:
    """Return a size as the venue writes it."""
    return fixed(units * 10 ** (_DECIMALS - scale.size), _DECIMALS)


def notional_text(units: int, scale: Scale) -> str:
    """Return a sum of price x size as the venue writes it, its last decimals cut off."""
    decimals = scale.price + scale.size
    units = units * 10**_DECIMALS // 10**decimals
    return fixed(units, _DECIMALS)


def _levels(side: Levels, scale: Scale) -> str:
    return ",".join(
        [f'["{price_text(price, scale)}","{size_text(size, scale)}"]' for price, size in side]
    )
