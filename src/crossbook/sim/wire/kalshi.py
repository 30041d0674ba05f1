"""Kalshi's WebSocket v2: fixed-point strings, bids only.

Source: Kalshi's AsyncAPI 2.0.0 and "Fixed-Point Migration".
"""

from typing import Final, NamedTuple

from crossbook.sim.wire.instant import micros
from crossbook.sim.wire.number import fixed, fixed_again
from crossbook.sim.wire.scale import Levels
from crossbook.sim.wire.totals import Top

URL: Final = b"wss://external-api-ws.kalshi.com/trade-api/ws/v2"


class Envelope(NamedTuple):
    """The subscription that a message belongs to, and its number in it."""

    sid: int
    seq: int


class Ticker(NamedTuple):
    """A market's two names."""

    ticker: str
    market_id: str


def subscribed(channel: str, *, sid: int, request: int) -> bytes:
    """Return the answer to a subscription: one per channel."""
    return (
        f'{{"type":"subscribed","id":{request},"msg":{{"channel":"{channel}","sid":{sid}}}}}'
    ).encode()


def ok(tickers: list[str], *, envelope: Envelope, request: int) -> bytes:
    """Return the answer to `update_subscription`: it takes a number of the sequence."""
    listed = ",".join([f'"{ticker}"' for ticker in tickers])
    return (
        f'{{"type":"ok","id":{request},"sid":{envelope.sid},"seq":{envelope.seq},'
        f'"msg":{{"market_tickers":[{listed}]}}}}'
    ).encode()


def snapshot(
    market: Ticker, *, envelope: Envelope, yes: Levels, no: Levels, request: int | None = None
) -> bytes:
    """Return an `orderbook_snapshot`; levels come in ascending price.

    Args:
        market: which market.
        envelope: subscription and number.
        yes: bids for YES, in cents and hundredths of a contract, lowest first.
        no: bids for NO, likewise.
        request: the `id` of the `get_snapshot` that is answered, if it was asked for.
    """
    members = "".join(
        f',"{key}":[{",".join([f"{_level(price, size)}" for price, size in side])}]'
        for key, side in (("yes_dollars_fp", yes), ("no_dollars_fp", no))
        if side
    )
    asked = "" if request is None else f'"id":{request},'
    return (
        f'{{"type":"orderbook_snapshot",{asked}"sid":{envelope.sid},"seq":{envelope.seq},'
        f'"msg":{{"market_ticker":"{market.ticker}","market_id":"{market.market_id}"{members}}}}}'
    ).encode()


def delta(
    market: Ticker, *, envelope: Envelope, is_no: bool, price: int, change: int, ts_ns: int
) -> bytes:
    """Return an `orderbook_delta`: a signed change of one side's level.

    The price is that of the side, unless the subscription asked for that of YES.
    """
    return (
        f'{{"type":"orderbook_delta","sid":{envelope.sid},"seq":{envelope.seq},'
        f'"msg":{{"market_ticker":"{market.ticker}","market_id":"{market.market_id}",'
        f'"price_dollars":"{_price(price)}","delta_fp":"{fixed(change, 2)}",'
        f'"side":"{"no" if is_no else "yes"}","ts":"{micros(ts_ns)}",'
        f'"ts_ms":{ts_ns // 1_000_000}}}}}'
    ).encode()


def trade(
    market: Ticker,
    *,
    envelope: Envelope,
    trade_id: str,
    yes_price: int,
    size: int,
    taker_buys_yes: bool,
    ts_ns: int,
) -> bytes:
    """Return a `trade`; `taker_book_side` is the side on which the taker's order stood."""
    outcome, side = ("yes", "bid") if taker_buys_yes else ("no", "ask")
    return (
        f'{{"type":"trade","sid":{envelope.sid},"seq":{envelope.seq},'
        f'"msg":{{"trade_id":"{trade_id}","market_ticker":"{market.ticker}",'
        f'"yes_price_dollars":"{_price(yes_price)}","no_price_dollars":"{_price(100 - yes_price)}",'
        f'"count_fp":"{fixed(size, 2)}","taker_outcome_side":"{outcome}",'
        f'"taker_book_side":"{side}","is_block_trade":false,"ts":{ts_ns // 1_000_000_000},'
        f'"ts_ms":{ts_ns // 1_000_000}}}}}'
    ).encode()


def ticker(
    market: Ticker, *, sid: int, last: int, last_size: int, volume: int, top: Top, ts_ns: int
) -> bytes:
    """Return a `ticker`: it takes no number of a sequence."""
    (bid, bid_size), (ask, ask_size) = top
    return (
        f'{{"type":"ticker","sid":{sid},"msg":{{"market_ticker":"{market.ticker}",'
        f'"market_id":"{market.market_id}","price_dollars":"{_price(last)}",'
        f'"yes_bid_dollars":"{_price(bid)}","yes_ask_dollars":"{_price(ask)}",'
        f'"yes_bid_size_fp":"{fixed(bid_size, 2)}","yes_ask_size_fp":"{fixed(ask_size, 2)}",'
        f'"last_trade_size_fp":"{fixed(last_size, 2)}","volume_fp":"{fixed(volume, 2)}",'
        f'"open_interest_fp":"{fixed(volume, 2)}","dollar_volume":{volume // 100},'
        f'"dollar_open_interest":{volume // 100},"ts":{ts_ns // 1_000_000_000},'
        f'"ts_ms":{ts_ns // 1_000_000},"time":"{micros(ts_ns)}"}}}}'
    ).encode()


LATER: Final = Envelope(-1, -1)
"""Stands for the place of a frame that goes to several subscriptions."""


def numbered(frame: bytes, envelope: Envelope) -> bytes:
    """Return a frame that was written for `LATER` with its place in one subscription.

    Examples:
        >>> numbered(b'{"type":"trade","sid":-1,"seq":-1,"msg":{}}', Envelope(5, 9))
        b'{"type":"trade","sid":5,"seq":9,"msg":{}}'
    """
    return frame.replace(b'"sid":-1,"seq":-1', b'"sid":%d,"seq":%d' % envelope, 1)


def dollars(cents: int) -> str:
    """Return a price as REST and the stream write it: `0.5600`."""
    return _price(cents)


def _level(price: int, size: int) -> str:
    return f'["{_price(price)}","{fixed(size, 2)}"]'


def _price(cents: int) -> str:
    """Dollars with four decimals: `0.5600`."""
    return fixed_again(cents * 100, 4)
