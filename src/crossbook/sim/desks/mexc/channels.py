"""The names of MEXC's public channels."""

from typing import Final, NamedTuple

__all__ = ["STREAM_INTERVALS_NS", "Channel", "channel_of"]

_MS: Final = 1_000_000
_MINUTE_NS: Final = 60_000 * _MS
_DAY_NS: Final = 1440 * _MINUTE_NS

STREAM_INTERVALS_NS: Final = {
    "Min1": _MINUTE_NS, "Min5": 5 * _MINUTE_NS, "Min15": 15 * _MINUTE_NS,
    "Min30": 30 * _MINUTE_NS, "Min60": 60 * _MINUTE_NS, "Hour4": 240 * _MINUTE_NS,
    "Hour8": 480 * _MINUTE_NS, "Day1": _DAY_NS, "Week1": 7 * _DAY_NS, "Month1": 30 * _DAY_NS,
}  # fmt: skip
"""Lengths of candles. A month is thirty days here: no session is that long."""

_RATES: Final = {"10ms": 10 * _MS, "100ms": 100 * _MS}

_AGGREGATES: Final = {
    "public.aggre.depth.v3.api.pb": "depth",
    "public.aggre.deals.v3.api.pb": "deals",
    "public.aggre.bookTicker.v3.api.pb": "bookTicker",
}
"""Channels of which there are two rates."""


class Channel(NamedTuple):
    """What a channel's name means."""

    name: str
    native: str
    kind: str
    """`depth`, `deals`, `bookTicker`, `limit`, `batch` or `kline`."""
    period_ns: int
    """How often it is sent at most."""
    depth: int = 0
    """Levels of a `limit` book."""
    interval: str = ""
    """Length of a candle."""

    @property
    def event_type(self) -> str:
        """The name as it stands in the messages: without the symbol."""
        return "@".join(part for part in self.name.split("@") if part != self.native)


def channel_of(name: str) -> Channel | None:
    """Return what a name means; `None`: there is no such channel. The symbol may be unknown.

    Examples:
        >>> channel_of("spot@public.aggre.depth.v3.api.pb@10ms@BTCUSDT")[1:4]
        ('BTCUSDT', 'depth', 10000000)
        >>> channel_of("spot@public.increase.depth.v3.api@BTCUSDT") is None
        True
    """
    match name.split("@"):
        case ["spot", family, rate, native] if family in _AGGREGATES and rate in _RATES:
            return Channel(name, native, _AGGREGATES[family], _RATES[rate])
        case ["spot", "public.limit.depth.v3.api.pb", native, ("5" | "10" | "20") as depth]:
            return Channel(name, native, "limit", 100 * _MS, depth=int(depth))
        case ["spot", "public.bookTicker.batch.v3.api.pb", native]:
            return Channel(name, native, "batch", 100 * _MS)
        case ["spot", "public.kline.v3.api.pb", native, span] if span in STREAM_INTERVALS_NS:
            return Channel(name, native, "kline", 1_000 * _MS, interval=span)
        case _:
            return None
