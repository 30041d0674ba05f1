"""One client of Kalshi's websocket and its subscriptions."""

from typing import Any, Final

from crossbook.sim.desk import Client
from crossbook.sim.desks.allowance import Allowance
from crossbook.sim.desks.answers import encode
from crossbook.sim.wire import kalshi as wire

__all__ = ["CHANNELS", "NUMBERED", "PRIVATE", "WORDS", "Refusal", "Session", "Subscription"]

PRIVATE: Final = (
    "fill", "user_orders", "market_positions", "communications", "order_group_updates",
)  # fmt: skip
CHANNELS: Final = (
    "orderbook_delta", "ticker", "trade", "market_lifecycle_v2",
    "multivariate_market_lifecycle", *PRIVATE,
)  # fmt: skip
NUMBERED: Final = (
    "orderbook_delta", "trade", "market_lifecycle_v2", "multivariate_market_lifecycle",
    "communications", "order_group_updates",
)  # fmt: skip
"""Channels whose messages carry `seq`."""

WORDS: Final = {
    1: "Unable to process message",
    2: "Params required",
    3: "Channels required",
    4: "Subscription IDs required",
    5: "Unknown command",
    7: "Unknown subscription ID",
    8: "Unknown channel name",
    9: "Authentication required",
    11: "Invalid parameter",
    12: "Exactly one subscription ID is required",
    13: "Unsupported action",
    14: "Market Ticker required",
    15: "Action required",
    27: "Too many requests",
}
"""The venue's codes and words."""

_COMMANDS: Final = 10_000
"""Commands a second."""


class Refusal(Exception):  # noqa: N818  (it is an answer, not a fault)
    """A command that is refused.

    Args:
        code: the venue's code.
        sid: the subscription that it was about, if that exists.
        ticker: the market that is at fault, if one is.
    """

    def __init__(self, code: int, *, sid: int | None = None, ticker: str = "") -> None:
        super().__init__(code, sid, ticker)
        self.code = code
        self.sid = sid
        self.ticker = ticker


class Subscription:
    """One channel of a client, with its own count of messages."""

    __slots__ = ("channel", "in_yes_price", "seq", "sid", "tickers")

    def __init__(
        self, sid: int, channel: str, tickers: list[str] | None, *, in_yes_price: bool
    ) -> None:
        self.sid = sid
        self.channel = channel
        self.tickers = None if tickers is None else dict.fromkeys(tickers)
        """`None`: all markets."""
        self.in_yes_price = in_yes_price
        self.seq = 0

    def covers(self, ticker: str) -> bool:
        """Return whether it is about a market."""
        return self.tickers is None or ticker in self.tickers

    def next(self) -> wire.Envelope:
        """Return the place of the next message."""
        self.seq += 1
        return wire.Envelope(self.sid, self.seq)


class Session:
    """One connection.

    Args:
        client: the connection.
        now_ns: when it was opened.
        second_ns: how long one of the venue's seconds takes.
    """

    __slots__ = ("client", "commands", "pinged_ns", "ponged_ns", "sids", "subscriptions")

    def __init__(self, client: Client, now_ns: int, second_ns: int) -> None:
        self.client = client
        self.commands = Allowance(_COMMANDS, span_ns=second_ns)
        self.pinged_ns = now_ns
        self.ponged_ns = now_ns
        self.sids = 0
        self.subscriptions: dict[int, Subscription] = {}

    def subscribe(
        self, channel: str, tickers: list[str] | None, *, in_yes_price: bool
    ) -> Subscription:
        """Add a subscription."""
        self.sids += 1
        added = Subscription(self.sids, channel, tickers, in_yes_price=in_yes_price)
        self.subscriptions[self.sids] = added
        return added

    def send(self, frame: bytes, held: Subscription, native: str = "") -> None:
        """Send a frame that was written for `LATER` in a subscription."""
        self.client.send(wire.numbered(frame, held.next()), native=native)

    def answer(self, kind: str, request: int | None, **members: Any) -> None:
        """Send an answer."""
        named = {} if request is None else {"id": request}
        self.client.send(encode({"type": kind, **named, **members}))

    def refuse(self, refusal: Refusal, request: int | None) -> None:
        """Send an error; one about a subscription takes a number of it."""
        message: dict[str, Any] = {"code": refusal.code, "msg": WORDS[refusal.code]}
        if refusal.ticker:
            message["market_ticker"] = refusal.ticker
        held = self.subscriptions.get(refusal.sid or 0)
        place = {} if held is None else held.next()._asdict()
        self.answer("error", request, **place, msg=message)
