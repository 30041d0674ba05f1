"""What a client of Gate.io may subscribe to, and how a payload says so."""

from collections.abc import Sequence
from typing import Final, NamedTuple

__all__ = ["INTERVALS_NS", "PayloadError", "Topic", "topics_of"]

_MS: Final = 1_000_000
_SECOND_NS: Final = 1_000 * _MS
_DAY_NS: Final = 86_400 * _SECOND_NS

INTERVALS_NS: Final = {
    "10s": 10 * _SECOND_NS, "1m": 60 * _SECOND_NS, "5m": 300 * _SECOND_NS,
    "15m": 900 * _SECOND_NS, "30m": 1_800 * _SECOND_NS, "1h": 3_600 * _SECOND_NS,
    "4h": 14_400 * _SECOND_NS, "8h": 28_800 * _SECOND_NS, "1d": _DAY_NS, "7d": 7 * _DAY_NS,
    "30d": 30 * _DAY_NS,
}  # fmt: skip
"""Lengths of candles."""

_UPDATE_MS: Final = {"20ms": 20, "100ms": 100}
_BOOK_MS: Final = {"100ms": 100, "1000ms": 1000}
_BOOK_DEPTHS: Final = frozenset({"5", "10", "20", "50", "100"})
_OBU_MS: Final = {"50": 20, "400": 100}
_LISTS: Final = {
    "spot.trades": 0,
    "spot.book_ticker": 10 * _MS,
    "spot.tickers": _SECOND_NS,
}
"""Channels whose payload is a list of pairs, and how often they are sent; 0: at once."""


class Topic(NamedTuple):
    """One stream of one channel."""

    channel: str
    pair: str
    period_ns: int = 0
    """How often it is sent at most; 0: at once."""
    depth: int = 0
    """Levels of an order book."""
    interval: str = ""
    """Length of a candle."""

    @property
    def name(self) -> str:
        """How `spot.obu` calls it."""
        return f"ob.{self.pair}.{self.depth}"


class PayloadError(Exception):
    """A payload that its channel does not know; the text is the venue's answer."""


def topics_of(channel: str, payload: Sequence[str]) -> list[Topic]:
    """Return what a payload asks for. The pairs may be unknown.

    Raises:
        PayloadError: the channel does not know it.

    Examples:
        >>> [topic.depth for topic in topics_of("spot.obu", ["ob.BTC_USDT.50"])]
        [50]
    """
    if channel in _LISTS and payload:
        return [Topic(channel, pair, _LISTS[channel]) for pair in payload]
    if channel == "spot.obu" and payload:
        return [_obu(name) for name in payload]
    match channel, payload:
        case "spot.order_book_update", [pair, rate] if rate in _UPDATE_MS:
            return [Topic(channel, pair, _UPDATE_MS[rate] * _MS, 100)]
        case "spot.order_book", [pair, depth, rate] if depth in _BOOK_DEPTHS and rate in _BOOK_MS:
            return [Topic(channel, pair, _BOOK_MS[rate] * _MS, int(depth))]
        case "spot.candlesticks", [interval, pair] if interval in INTERVALS_NS:
            return [Topic(channel, pair, _SECOND_NS, interval=interval)]
        case (("spot.order_book_update" | "spot.order_book" | "spot.candlesticks"), _):
            raise PayloadError(f"invalid payload: {list(payload)}")
    if channel in _LISTS or channel == "spot.obu":
        raise PayloadError("payload is empty")
    raise PayloadError(f"unknown channel: {channel}")


def _obu(name: str) -> Topic:
    match name.split("."):
        case ["ob", pair, depth] if depth in _OBU_MS:
            return Topic("spot.obu", pair, _OBU_MS[depth] * _MS, int(depth))
    raise PayloadError(f"invalid stream: {name}")
