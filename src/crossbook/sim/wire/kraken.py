"""Kraken WebSocket v2: book, trade, ticker and control frames.

Source: Kraken's "Spot WebSocket v2" pages and "Calculate Book Checksum v2".
"""

import zlib
from typing import Final

from crossbook.sim.candles import Candle
from crossbook.sim.wire.instant import micros
from crossbook.sim.wire.number import fixed, fixed_again
from crossbook.sim.wire.scale import Levels, Scale
from crossbook.sim.wire.totals import Top, Totals

URL: Final = b"wss://ws.kraken.com/v2"

HEARTBEAT: Final = b'{"channel":"heartbeat"}'

_CHECKED_LEVELS: Final = 10


def digits(side: Levels) -> str:
    """Return what the checksum covers of one side that is given best first.

    The digits of a price without its point and leading zeros are those of the
    integer itself, and so are those of a size.

    Examples:
        >>> digits([(452852, 100000), (452864, 154571953)])
        '452852100000452864154571953'
    """
    return "".join([f"{price}{size}" for price, size in side[:_CHECKED_LEVELS]])


def checksum(asks: str, bids: str) -> int:
    """Return the CRC32 over the digits of both sides.

    Examples:
        >>> checksum(digits([(452852, 100000)]), digits([(452835, 10000000)]))
        2383917627
    """
    return zlib.crc32((asks + bids).encode())


def book(
    symbol: str, *, kind: str, sides: tuple[Levels, Levels], crc: int, ts_ns: int, scale: Scale
) -> bytes:
    """Return a `book` frame, a `snapshot` or an `update`: absolute sizes, zero removes."""
    bids, asks = (
        ",".join(
            [
                f'{{"price":{fixed_again(price, scale.price)},"qty":{fixed(size, scale.size)}}}'
                for price, size in side
            ]
        )
        for side in sides
    )
    return (
        f'{{"channel":"book","type":"{kind}","data":[{{"symbol":"{symbol}","bids":[{bids}],'
        f'"asks":[{asks}],"checksum":{crc},"timestamp":"{micros(ts_ns)}"}}]}}'
    ).encode()


def status(*, connection_id: int, system: str = "online") -> bytes:
    """Return the first frame of a connection, sent again when the state of the system changes."""
    return (
        f'{{"channel":"status","type":"update","data":[{{"version":"2.0.10","system":"{system}",'
        f'"api_version":"v2","connection_id":{connection_id}}}]}}'
    ).encode()


def subscribed(channel: str, symbol: str, *, options: str, ts_ns: int, request: int) -> bytes:
    """Return the acknowledgement of one symbol's subscription.

    Args:
        channel: the channel's name.
        symbol: the pair.
        options: what stands in `result` beside both, as JSON members with a comma at the end.
        ts_ns: time of the answer.
        request: `req_id` of the request.
    """
    return (
        f'{{"method":"subscribe","result":{{"channel":"{channel}",{options}"symbol":"{symbol}"}},'
        f'"success":true,"time_in":"{micros(ts_ns - 37_000)}","time_out":"{micros(ts_ns)}",'
        f'"req_id":{request}}}'
    ).encode()


def trade(
    symbol: str, trades: list[tuple[int, int, int, bool]], *, ts_ns: int, scale: Scale
) -> bytes:
    """Return a `trade` update of `(number, price, size, taker buys)`."""
    rows = [_trade(symbol, row, ts_ns, scale) for row in trades]
    return f'{{"channel":"trade","type":"update","data":[{",".join(rows)}]}}'.encode()


def trades(symbol: str, trades: list[tuple[int, int, int, bool, int]], *, scale: Scale) -> bytes:
    """Return a `trade` snapshot of `(number, price, size, taker buys, time in nanoseconds)`."""
    rows = [_trade(symbol, row[:4], row[4], scale) for row in trades]
    return f'{{"channel":"trade","type":"snapshot","data":[{",".join(rows)}]}}'.encode()


def ohlc(symbol: str, candles: list[Candle], *, kind: str, minutes: int, scale: Scale) -> bytes:
    """Return an `ohlc` frame, a `snapshot` or an `update`."""
    price, size = scale
    span_ns = minutes * 60_000_000_000
    rows = [
        f'{{"symbol":"{symbol}","open":{fixed(row.open, price)},"high":{fixed(row.high, price)},'
        f'"low":{fixed(row.low, price)},"close":{fixed(row.close, price)},"trades":{row.trades},'
        f'"volume":{fixed(row.volume, size)},"vwap":{fixed(row.vwap or row.close, price)},'
        f'"interval_begin":"{micros(row.open_ns)}","interval":{minutes},'
        f'"timestamp":"{micros(row.open_ns + span_ns)}"}}'
        for row in candles
    ]
    return f'{{"channel":"ohlc","type":"{kind}","data":[{",".join(rows)}]}}'.encode()


def ticker(symbol: str, *, kind: str, ts_ns: int, totals: Totals, top: Top, scale: Scale) -> bytes:
    """Return a `ticker` frame, a `snapshot` or an `update`."""
    (bid, bid_size), (ask, ask_size) = top
    price, size = scale
    percent = abs(totals.change_ppm) // 100 * (1 if totals.change_ppm >= 0 else -1)
    return (
        f'{{"channel":"ticker","type":"{kind}","data":[{{"symbol":"{symbol}",'
        f'"bid":{fixed(bid, price)},"bid_qty":{fixed(bid_size, size)},'
        f'"ask":{fixed(ask, price)},"ask_qty":{fixed(ask_size, size)},'
        f'"last":{fixed(totals.last, price)},"volume":{fixed(totals.volume, size)},'
        f'"vwap":{fixed(totals.vwap, price)},"low":{fixed(totals.low, price)},'
        f'"high":{fixed(totals.high, price)},"change":{fixed(totals.change, price)},'
        f'"change_pct":{fixed(percent, 2)},"timestamp":"{micros(ts_ns)}"}}]}}'
    ).encode()


def _trade(symbol: str, row: tuple[int, int, int, bool], ts_ns: int, scale: Scale) -> str:
    number, price, size, taker_buys = row
    return (
        f'{{"symbol":"{symbol}","side":"{"buy" if taker_buys else "sell"}",'
        f'"price":{fixed(price, scale.price)},"qty":{fixed(size, scale.size)},'
        f'"ord_type":"market","trade_id":{number},"timestamp":"{micros(ts_ns)}"}}'
    )
