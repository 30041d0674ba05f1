"""Coinbase Advanced Trade: the market data frames.

Source: Coinbase Developer Platform, "Advanced Trade WebSocket Channels". Frames
of the `l2_data` and `subscriptions` channels come without `client_id`, as seen;
the others carry it, as documented.
"""

from typing import Final

from crossbook.sim.wire.instant import nanos
from crossbook.sim.wire.number import trimmed, trimmed_again
from crossbook.sim.wire.scale import Levels, Scale
from crossbook.sim.wire.totals import Top, Totals

URL: Final = b"wss://advanced-trade-ws.coinbase.com"


def level2(
    product: str,
    *,
    kind: str,
    ts_ns: int,
    event_ns: int,
    sequence: int,
    sides: tuple[Levels, Levels],
    scale: Scale,
) -> bytes:
    """Return an `l2_data` frame, a `snapshot` or an `update`: absolute sizes, `0` removes."""
    moment = f'","event_time":"{nanos(event_ns // 1_000 * 1_000)}","price_level":"'
    updates = [
        f'{{"side":"{side}{moment}{trimmed_again(price, scale.price)}",'
        f'"new_quantity":"{trimmed(size, scale.size)}"}}'
        for side, levels in zip(("bid", "offer"), sides, strict=True)
        for price, size in levels
    ]
    return (
        f'{{"channel":"l2_data","timestamp":"{nanos(ts_ns)}","sequence_num":{sequence},'
        f'"events":[{{"type":"{kind}","product_id":"{product}","updates":[{",".join(updates)}]}}]}}'
    ).encode()


def subscriptions(channels: dict[str, list[str]], *, ts_ns: int, sequence: int) -> bytes:
    """Return the acknowledgement that lists all current subscriptions."""
    listed = ",".join(
        f'"{channel}":[{",".join(f"{name!r}" for name in names)}]'.replace("'", '"')
        for channel, names in channels.items()
    )
    return (
        f'{{"channel":"subscriptions","timestamp":"{nanos(ts_ns)}","sequence_num":{sequence},'
        f'"events":[{{"subscriptions":{{{listed}}}}}]}}'
    ).encode()


def heartbeat(*, ts_ns: int, sequence: int, counter: int) -> bytes:
    """Return a `heartbeats` frame."""
    now = nanos(ts_ns)
    current = f"{now[:10]} {now[11:-1]} +0000 UTC m=+{counter}.000000001"
    return wrap(
        "heartbeats",
        ts_ns,
        sequence,
        f'{{"current_time":"{current}","heartbeat_counter":"{counter}"}}',
    )


def market_trades(
    product: str,
    trades: list[tuple[int, int, int, bool, int]],
    *,
    ts_ns: int,
    sequence: int,
    scale: Scale,
    kind: str = "update",
) -> bytes:
    """Return a `market_trades` frame, an `update` or a `snapshot`.

    Args:
        product: the product id.
        trades: number, price, size, whether the taker bought, and time in nanoseconds.
        ts_ns: time of the frame.
        sequence: the connection's `sequence_num`.
        scale: decimals of price and size.
        kind: `update` or `snapshot`.
    """
    # The side is the maker's: a taker that buys meets a maker that sells.
    rows = [
        f'{{"trade_id":"{number}","product_id":"{product}",'
        f'"price":"{trimmed(price, scale.price)}","size":"{trimmed(size, scale.size)}",'
        f'"side":"{"SELL" if taker_buys else "BUY"}","time":"{nanos(time_ns // 1_000 * 1_000)}"}}'
        for number, price, size, taker_buys, time_ns in trades
    ]
    body = f'{{"type":"{kind}","trades":[{",".join(rows)}]}}'
    return wrap("market_trades", ts_ns, sequence, body)


def ticker(
    product: str,
    *,
    ts_ns: int,
    sequence: int,
    totals: Totals,
    top: Top,
    scale: Scale,
    channel: str = "ticker",
    kind: str = "update",
) -> bytes:
    """Return a frame of `ticker` or `ticker_batch`, an `update` or a `snapshot`."""
    (bid, bid_size), (ask, ask_size) = top
    price, size = scale
    low, high = trimmed(totals.low, price), trimmed(totals.high, price)
    return wrap(
        channel,
        ts_ns,
        sequence,
        f'{{"type":"{kind}","tickers":[{{"type":"ticker","product_id":"{product}",'
        f'"price":"{trimmed(totals.last, price)}","volume_24_h":"{trimmed(totals.volume, size)}",'
        f'"low_24_h":"{low}","high_24_h":"{high}","low_52_w":"{low}","high_52_w":"{high}",'
        f'"price_percent_chg_24_h":"{trimmed(totals.change_ppm, 4)}",'
        f'"best_bid":"{trimmed(bid, price)}","best_bid_quantity":"{trimmed(bid_size, size)}",'
        f'"best_ask":"{trimmed(ask, price)}","best_ask_quantity":"{trimmed(ask_size, size)}"'
        "}]}",
    )


def wrap(channel: str, ts_ns: int, sequence: int, event: str) -> bytes:
    """Return a frame of one event, which is given as JSON."""
    return (
        f'{{"channel":"{channel}","client_id":"","timestamp":"{nanos(ts_ns)}",'
        f'"sequence_num":{sequence},"events":[{event}]}}'
    ).encode()


def numbered(frame: bytes, sequence: int) -> bytes:
    """Return a frame that was written with number -1 with the number of one connection.

    Examples:
        >>> numbered(b'{"channel":"status","sequence_num":-1,"events":[]}', 7)
        b'{"channel":"status","sequence_num":7,"events":[]}'
    """
    return frame.replace(b'"sequence_num":-1', b'"sequence_num":%d' % sequence, 1)
