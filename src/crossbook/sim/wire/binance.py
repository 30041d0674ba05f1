"""Binance spot: combined-stream frames and the REST depth.

Source: binance/binance-spot-api-docs, web-socket-streams.md and rest-api.md.
"""

from typing import Final

from crossbook.sim.wire.number import fixed, fixed_again
from crossbook.sim.wire.scale import Levels, Scale

_DECIMALS: Final = 8
"""Every number has eight decimals, whatever its tick or lot."""


def url(streams: list[str]) -> bytes:
    """Return the address of a combined stream."""
    return f"wss://stream.binance.com:9443/stream?streams={'/'.join(streams)}".encode()


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
        f'{{"stream":"{symbol.lower()}@depth@100ms","data":{{"e":"depthUpdate","E":{event_ms},'
        f'"s":"{symbol}","U":{first_id},"u":{last_id},"b":[{bids}],"a":[{asks}]}}}}'
    ).encode()


def depth(*, last_id: int, sides: tuple[Levels, Levels], scale: Scale) -> bytes:
    """Return the body of `GET /api/v3/depth`: the symbol is only in the request."""
    bids, asks = (_levels(side, scale) for side in sides)
    return f'{{"lastUpdateId":{last_id},"bids":[{bids}],"asks":[{asks}]}}'.encode()


def book_ticker(
    symbol: str, *, update_id: int, bid: tuple[int, int], ask: tuple[int, int], scale: Scale
) -> bytes:
    """Return a `bookTicker`: no event type and no time."""
    return (
        f'{{"stream":"{symbol.lower()}@bookTicker","data":{{"u":{update_id},"s":"{symbol}",'
        f'"b":"{_price(bid[0], scale)}","B":"{_size(bid[1], scale)}",'
        f'"a":"{_price(ask[0], scale)}","A":"{_size(ask[1], scale)}"}}}}'
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
        f'{{"stream":"{symbol.lower()}@trade","data":{{"e":"trade","E":{event_ms},"s":"{symbol}",'
        f'"t":{number},"p":"{_price(price, scale)}","q":"{_size(size, scale)}","T":{event_ms},'
        f'"m":{"false" if taker_buys else "true"},"M":true}}}}'
    ).encode()


def _levels(side: Levels, scale: Scale) -> str:
    return ",".join([f'["{_price(price, scale)}","{_size(size, scale)}"]' for price, size in side])


def _price(units: int, scale: Scale) -> str:
    return fixed_again(units * 10 ** (_DECIMALS - scale.price), _DECIMALS)


def _size(units: int, scale: Scale) -> str:
    return fixed(units * 10 ** (_DECIMALS - scale.size), _DECIMALS)
