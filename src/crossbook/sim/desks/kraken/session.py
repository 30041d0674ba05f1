"""One client of Kraken's websocket, and the words that it is answered with."""

from typing import Any, Final

import msgspec

from crossbook.sim.desk import Client
from crossbook.sim.desks.allowance import Allowance
from crossbook.sim.desks.answers import encode
from crossbook.sim.wire.instant import micros

__all__ = ["BOOK_DEPTHS", "OHLC_MINUTES", "Ask", "Session", "options_of"]

BOOK_DEPTHS: Final = (10, 25, 100, 500, 1000)
OHLC_MINUTES: Final = (1, 5, 15, 30, 60, 240, 1440, 10080, 21600)

_OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "book": {"depth": 10, "snapshot": True},
    "ticker": {"event_trigger": "trades", "snapshot": True},
    "trade": {"snapshot": False},
    "ohlc": {"interval": 1, "snapshot": True},
    "instrument": {"snapshot": True},
}
"""Options of each channel and what holds where a client names none."""

_TRIGGERS: Final = ("trades", "bbo")

_SEND_COUNT: Final = 200
"""Messages a second; the venue names no number, only the error."""


class Ask(msgspec.Struct, frozen=True):
    """What a client asked for, as far as answers repeat it."""

    method: str
    request: int | None
    ts_ns: int
    """When, by the venue's clock."""

    def encode(self, **members: Any) -> bytes:
        """Return an answer with the members that every answer has."""
        answer: dict[str, Any] = {"method": self.method, **members}
        answer["time_in"] = micros(self.ts_ns - 37_000)
        answer["time_out"] = micros(self.ts_ns)
        if self.request is not None:
            answer["req_id"] = self.request
        return encode(answer)

    def refusal(self, text: str, symbol: str | None = None) -> bytes:
        """Return an error."""
        named = {} if symbol is None else {"symbol": symbol}
        return self.encode(error=text, success=False, **named)

    def accepted(self, channel: str, options: dict[str, Any], symbol: str | None) -> bytes:
        """Return an acknowledgement."""
        named = {} if symbol is None else {"symbol": symbol}
        return self.encode(result={"channel": channel, **options, **named}, success=True)


class Session:
    """One connection's subscriptions.

    Args:
        client: the connection.
        now_ns: when it was opened.
        second_ns: how long one of the venue's seconds takes.
    """

    __slots__ = ("client", "heard_ns", "sends", "sent_ns", "subscriptions")

    def __init__(self, client: Client, now_ns: int, second_ns: int) -> None:
        self.client = client
        self.subscriptions: dict[tuple[str, str], dict[str, Any]] = {}
        """Options by channel and symbol; the symbol is empty where a channel has none."""
        self.heard_ns = now_ns
        self.sent_ns = now_ns
        self.sends = Allowance(_SEND_COUNT, span_ns=second_ns)

    def send(self, payload: bytes, now_ns: int, native: str = "") -> None:
        """Send a frame and remember when."""
        self.sent_ns = now_ns
        self.client.send(payload, native=native)


def options_of(channel: str, params: dict[str, Any]) -> dict[str, Any] | str:
    """Return a subscription's options with the venue's defaults, or what is wrong with them."""
    if channel not in _OPTIONS:
        return f"Channel not supported: {channel}"
    options = {name: params.get(name, default) for name, default in _OPTIONS[channel].items()}
    faults = {
        "Subscription snapshot must be a boolean": not isinstance(options["snapshot"], bool),
        "Subscription book depth must be an integer": type(options.get("depth", 10)) is not int,
        "Subscription depth not supported": options.get("depth", 10) not in BOOK_DEPTHS,
        "Subscription ohlc interval not supported": (
            options.get("interval", 1) not in OHLC_MINUTES
        ),
        "Event trigger not supported": options.get("event_trigger", "bbo") not in _TRIGGERS,
    }
    return next((text for text, is_at_fault in faults.items() if is_at_fault), options)
