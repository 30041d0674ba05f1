"""Polymarket's market channel.

Source: Polymarket documentation, "Market Channel"; the book hash is that of
`py-clob-client`'s `generate_orderbook_summary_hash`.
"""

import hashlib
from typing import Final, NamedTuple

from crossbook.sim.wire.number import trimmed, trimmed_again
from crossbook.sim.wire.scale import Levels, Scale

URL: Final = b"wss://ws-subscriptions-clob.polymarket.com/ws/market"

PONG: Final = b"PONG"
"""The answer to a client's `PING`: a text that is no JSON."""


class Token(NamedTuple):
    """Who is meant: the condition, the token and its market's constants."""

    market: str
    asset: str


class Summary(NamedTuple):
    """Everything that a book's hash covers, as the text that stands in the frame."""

    token: Token
    timestamp: str
    bids: str
    """The bids' JSON array, worst first."""
    asks: str
    """The asks' JSON array, worst first."""
    min_order_size: str
    tick_size: str
    neg_risk: bool
    last_trade_price: str

    def hash(self) -> str:
        """Return the SHA-1 over the ten fields in their fixed order, `hash` empty."""
        text = self._open("") + self._close()
        return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    def book(self) -> str:
        """Return the `book` event."""
        return self._open(self.hash()) + self._close(',"event_type":"book"')

    def rest(self) -> str:
        """Return the answer of `/book`."""
        return self._open(self.hash()) + self._close()

    def _open(self, digest: str) -> str:
        return (
            f'{{"market":"{self.token.market}","asset_id":"{self.token.asset}",'
            f'"timestamp":"{self.timestamp}","hash":"{digest}",'
            f'"bids":{self.bids},"asks":{self.asks},'
        )

    def _close(self, event: str = "") -> str:
        return (
            f'"min_order_size":"{self.min_order_size}","tick_size":"{self.tick_size}",'
            f'"neg_risk":{"true" if self.neg_risk else "false"},'
            f'"last_trade_price":"{self.last_trade_price}"{event}}}'
        )


class Entry(NamedTuple):
    """One level of one token that changed, with the token's touch right after it."""

    asset: str
    is_ask: bool
    price: int
    size: int
    digest: str
    """Hash of the order that caused it: 40 hexadecimal digits."""
    best_bid: int
    best_ask: int


def levels(side: Levels, scale: Scale) -> str:
    """Return the JSON array of a side that is given best first: the best comes last."""
    # The same level stands in the book of both tokens, and in the next one again.
    text = trimmed_again
    rows = [
        f'{{"price":"{text(price, scale.price)}","size":"{text(size, scale.size)}"}}'
        for price, size in reversed(side)
    ]
    return f"[{','.join(rows)}]"


def books(summaries: list[Summary]) -> bytes:
    """Return the array of books that answers a subscription."""
    return f"[{','.join([summary.book() for summary in summaries])}]".encode()


def price_change(market: str, entries: list[Entry], *, ts_ms: int, scale: Scale) -> bytes:
    """Return a `price_change` in the shape of September 2025, with its spaces."""
    rows = [
        f'{{"asset_id":"{entry.asset}", "price":"{trimmed_again(entry.price, scale.price)}", '
        f'"size":"{trimmed_again(entry.size, scale.size)}", '
        f'"side":"{"SELL" if entry.is_ask else "BUY"}", "hash":"{entry.digest}", '
        f'"best_bid":"{trimmed_again(entry.best_bid, scale.price)}", '
        f'"best_ask":"{trimmed_again(entry.best_ask, scale.price)}"}}'
        for entry in entries
    ]
    return (
        f'{{"market":"{market}", "price_changes":[{", ".join(rows)}], '
        f'"timestamp":"{ts_ms}", "event_type":"price_change"}}'
    ).encode()


def price_change_old(market: str, entry: Entry, *, ts_ms: int, scale: Scale) -> bytes:
    """Return a `price_change` in the shape before September 2025: one token, no best prices."""
    return (
        f'{{"market":"{market}","asset_id":"{entry.asset}","hash":"{entry.digest}","changes":['
        f'{{"price":"{trimmed_again(entry.price, scale.price)}",'
        f'"side":"{"SELL" if entry.is_ask else "BUY"}",'
        f'"size":"{trimmed_again(entry.size, scale.size)}"}}],'
        f'"timestamp":"{ts_ms}","event_type":"price_change"}}'
    ).encode()


def best_bid_ask(token: Token, *, best_bid: int, best_ask: int, ts_ms: int, scale: Scale) -> bytes:
    """Return a `best_bid_ask`."""
    bid, ask, spread = (
        trimmed_again(price, scale.price) for price in (best_bid, best_ask, best_ask - best_bid)
    )
    return (
        f'{{"market":"{token.market}","asset_id":"{token.asset}","best_bid":"{bid}",'
        f'"best_ask":"{ask}","spread":"{spread}","timestamp":"{ts_ms}",'
        f'"event_type":"best_bid_ask"}}'
    ).encode()


def last_trade_price(
    token: Token,
    *,
    price: int,
    size: int,
    taker_buys: bool,
    ts_ms: int,
    transaction: str,
    scale: Scale,
) -> bytes:
    """Return a `last_trade_price`; the side is the taker's."""
    return (
        f'{{"market":"{token.market}","asset_id":"{token.asset}",'
        f'"price":"{trimmed(price, scale.price)}","size":"{trimmed(size, scale.size)}",'
        f'"fee_rate_bps":"0","side":"{"BUY" if taker_buys else "SELL"}","timestamp":"{ts_ms}",'
        f'"event_type":"last_trade_price","transaction_hash":"0x{transaction}"}}'
    ).encode()


def tick_size_change(token: Token, *, old: str, new: str, ts_ms: int) -> bytes:
    """Return a `tick_size_change`: the book that follows is a new one."""
    return (
        f'{{"market":"{token.market}","asset_id":"{token.asset}","old_tick_size":"{old}",'
        f'"new_tick_size":"{new}","timestamp":"{ts_ms}","event_type":"tick_size_change"}}'
    ).encode()
