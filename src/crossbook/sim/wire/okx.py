"""OKX v5: public pushes and the levels of REST books.

Source: OKX API v5 guide, "Order Book Trading / Market Data".
"""

import zlib
from itertools import chain, zip_longest
from typing import Final

from crossbook.sim.wire.number import trimmed, trimmed_again
from crossbook.sim.wire.scale import Levels, Scale
from crossbook.sim.wire.totals import Top, Totals

PONG: Final = b"pong"
"""The answer to a client's `ping`: a text that is no JSON."""

_CHECKED_LEVELS: Final = 25


def argument(channel: str, instrument: str) -> str:
    """Return the `arg` that every push repeats."""
    return f'{{"channel":"{channel}","instId":"{instrument}"}}'


def levels(side: Levels, scale: Scale) -> str:
    """Return the JSON array of a side: price, size, a withdrawn field, number of orders."""
    text = trimmed_again
    rows = [
        f'["{text(price, scale.price)}","{text(size, scale.size)}","0","{1 if size else 0}"]'
        for price, size in side
    ]
    return f"[{','.join(rows)}]"


def checksum(bids: Levels, asks: Levels, scale: Scale) -> int:
    """Return the CRC32 of the best 25 levels, as it was until June 2026: signed.

    Examples:
        >>> bids, asks = [(33661, 7), (33660, 6)], [(33668, 9), (33680, 8), (33720, 8)]
        >>> checksum(bids, asks, Scale(1, 0))
        1362239393
    """
    pairs = zip_longest(bids[:_CHECKED_LEVELS], asks[:_CHECKED_LEVELS])
    words = [
        f"{trimmed_again(level[0], scale.price)}:{trimmed_again(level[1], scale.size)}"
        for level in chain.from_iterable(pairs)
        if level is not None
    ]
    value = zlib.crc32(":".join(words).encode())
    return value - (1 << 32) if value >= 1 << 31 else value


def book(
    arg: str,
    *,
    action: str,
    sides: tuple[Levels, Levels],
    ts_ms: int,
    checksum: int,
    previous: int,
    sequence: int,
    scale: Scale,
) -> bytes:
    """Return a `books` push, a `snapshot` or an `update`: absolute sizes, `0` removes."""
    bids, asks = (levels(side, scale) for side in sides)
    return (
        f'{{"arg":{arg},"action":"{action}","data":[{{"asks":{asks},"bids":{bids},'
        f'"ts":"{ts_ms}","checksum":{checksum},"prevSeqId":{previous},"seqId":{sequence}}}]}}'
    ).encode()


def top_levels(
    arg: str, *, sides: tuple[Levels, Levels], ts_ms: int, sequence: int, scale: Scale
) -> bytes:
    """Return a push of `books5` or `bbo-tbt`: each is a snapshot."""
    bids, asks = (levels(side, scale) for side in sides)
    return (
        f'{{"arg":{arg},"data":[{{"asks":{asks},"bids":{bids},"ts":"{ts_ms}",'
        f'"seqId":{sequence}}}]}}'
    ).encode()


def trade_row(
    instrument: str,
    *,
    number: int,
    price: int,
    size: int,
    taker_buys: bool,
    ts_ms: int,
    scale: Scale,
) -> str:
    """Return a trade as REST lists it."""
    return (
        f'{{"instId":"{instrument}","tradeId":"{number}","px":"{trimmed(price, scale.price)}",'
        f'"sz":"{trimmed(size, scale.size)}","side":"{"buy" if taker_buys else "sell"}",'
        f'"ts":"{ts_ms}"}}'
    )


def trade(arg: str, row: str, *, sequence: int) -> bytes:
    """Return a `trades` push: fills of one taker at one price are one."""
    return (
        f'{{"arg":{arg},"data":[{row[:-1]},"count":"1","source":"0","seqId":{sequence}}}]}}'
    ).encode()


def ticker_row(
    instrument: str, *, totals: Totals, last_size: int, top: Top, ts_ms: int, scale: Scale
) -> str:
    """Return a ticker, on REST and in a push alike."""
    (bid, bid_size), (ask, ask_size) = top
    price, size = scale
    first = trimmed(totals.last - totals.change, price)
    # Volume in quote currency: price x size has the decimals of both.
    worth = trimmed(totals.vwap * totals.volume, price + size)
    return (
        f'{{"instType":"SPOT","instId":"{instrument}","last":"{trimmed(totals.last, price)}",'
        f'"lastSz":"{trimmed(last_size, size)}","askPx":"{trimmed(ask, price)}",'
        f'"askSz":"{trimmed(ask_size, size)}","bidPx":"{trimmed(bid, price)}",'
        f'"bidSz":"{trimmed(bid_size, size)}","open24h":"{first}",'
        f'"high24h":"{trimmed(totals.high, price)}","low24h":"{trimmed(totals.low, price)}",'
        f'"volCcy24h":"{worth}","vol24h":"{trimmed(totals.volume, size)}","sodUtc0":"{first}",'
        f'"sodUtc8":"{first}","ts":"{ts_ms}"}}'
    )


def rows(arg: str, row: str) -> bytes:
    """Return a push of one row."""
    return f'{{"arg":{arg},"data":[{row}]}}'.encode()
