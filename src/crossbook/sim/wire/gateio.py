"""Gate.io spot v4: websocket frames and the REST order book.

Source: Gate "Spot WebSocket v4" and "API v4" documentation.
"""

from crossbook.sim.wire.number import fixed, trimmed, trimmed_again
from crossbook.sim.wire.scale import Levels, Scale

_MS = 1_000_000


def update(channel: str, result: str, *, now_ns: int) -> bytes:
    """Return a frame with data: an `update` of a channel.

    Args:
        channel: such as `spot.trades`.
        result: the payload's JSON.
        now_ns: when it is sent.
    """
    return (
        f'{{"time":{now_ns // 10**9},"time_ms":{now_ns // _MS},"channel":"{channel}",'
        f'"event":"update","result":{result}}}'
    ).encode()


def depth_update(
    pair: str, *, ids: tuple[int, int], sides: tuple[Levels, Levels], ts_ns: int, scale: Scale
) -> str:
    """Return the payload of `spot.order_book_update`: absolute sizes, 0 removes."""
    bids, asks = (levels(side, scale) for side in sides)
    return (
        f'{{"t":{ts_ns // _MS},"e":"depthUpdate","E":{ts_ns // 10**9},"s":"{pair}",'
        f'"U":{ids[0]},"u":{ids[1]},"b":{bids},"a":{asks}}}'
    )


def obu_full(
    name: str, *, last_id: int, sides: tuple[Levels, Levels], ts_ns: int, scale: Scale
) -> str:
    """Return the payload with which `spot.obu` begins: the whole book.

    Args:
        name: the stream, such as `ob.BTC_USDT.50`.
        last_id: its number.
        sides: bids and asks.
        ts_ns: its time.
        scale: decimals of the pair.
    """
    bids, asks = (levels(side, scale) for side in sides)
    return f'{{"t":{ts_ns // _MS},"full":true,"s":"{name}","u":{last_id},"b":{bids},"a":{asks}}}'


def obu(
    name: str, *, ids: tuple[int, int], sides: tuple[Levels, Levels], ts_ns: int, scale: Scale
) -> str:
    """Return a change of `spot.obu`; a side that did not change is left out."""
    named = (
        f',"{key}":{levels(side, scale)}' for key, side in zip("ba", sides, strict=True) if side
    )
    return f'{{"t":{ts_ns // _MS},"s":"{name}","U":{ids[0]},"u":{ids[1]}{"".join(named)}}}'


def order_book(
    pair: str, *, last_id: int, sides: tuple[Levels, Levels], ts_ns: int, depth: int, scale: Scale
) -> str:
    """Return the payload of `spot.order_book`: the best levels."""
    bids, asks = (levels(side, scale) for side in sides)
    return (
        f'{{"t":{ts_ns // _MS},"lastUpdateId":{last_id},"s":"{pair}","l":"{depth}",'
        f'"bids":{bids},"asks":{asks}}}'
    )


def book_ticker(
    pair: str,
    *,
    last_id: int,
    bid: tuple[int, int],
    ask: tuple[int, int],
    ts_ns: int,
    scale: Scale,
) -> str:
    """Return the payload of `spot.book_ticker`."""
    price, size = scale
    return (
        f'{{"t":{ts_ns // _MS},"u":{last_id},"s":"{pair}","b":"{trimmed(bid[0], price)}",'
        f'"B":"{trimmed(bid[1], size)}","a":"{trimmed(ask[0], price)}",'
        f'"A":"{trimmed(ask[1], size)}"}}'
    )


def rest_order_book(
    *,
    last_id: int | None,
    sides: tuple[Levels, Levels],
    changed_ns: int,
    now_ns: int,
    scale: Scale,
) -> bytes:
    """Return the body of `GET /spot/order_book`; its number only when asked for."""
    bids, asks = (levels(side, scale) for side in sides)
    number = "" if last_id is None else f'"id":{last_id},'
    return (
        f'{{{number}"current":{now_ns // _MS},"update":{changed_ns // _MS},'
        f'"asks":{asks},"bids":{bids}}}'
    ).encode()


def levels(side: Levels, scale: Scale) -> str:
    """Return the JSON of one side."""
    rows = [
        f'["{trimmed_again(price, scale.price)}","{trimmed(size, scale.size)}"]'
        for price, size in side
    ]
    return f"[{','.join(rows)}]"


def milliseconds(ts_ns: int) -> str:
    """Return a time as `create_time_ms`: decimal text.

    Examples:
        >>> milliseconds(1_606_292_218_213_457_800)
        '1606292218213.4578'
    """
    return fixed(ts_ns // 100, 4)
