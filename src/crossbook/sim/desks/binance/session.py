"""One client of Binance's streams: its limits and the answers to its commands."""

import re
from typing import Any, Final

import msgspec

from crossbook.sim.desk import Client
from crossbook.sim.desks.allowance import Allowance
from crossbook.sim.desks.answers import encode

__all__ = ["STREAMS_MAX", "Ask", "Session", "ask_of"]

STREAMS_MAX: Final = 1024
_SENDS_PER_S: Final = 5
_METHODS: Final = (
    "SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY",
)  # fmt: skip
_ID: Final = re.compile(r"[a-zA-Z0-9-_]{1,36}")
_MEMBERS: Final = {"method", "params", "id"}


class Ask(msgspec.Struct, frozen=True):
    """A command."""

    id: int | str | None
    method: str = ""
    params: tuple[Any, ...] = ()
    fault: tuple[int, str] | None = None
    """What is wrong with it: code and text."""

    def result(self, result: Any) -> bytes:
        """Return the answer to a command that was carried out."""
        return encode({"result": result, "id": self.id})

    def refusal(self, code: int, text: str) -> bytes:
        """Return the answer to a command that was not."""
        return encode({"error": {"code": code, "msg": text}, "id": self.id})


class Session:
    """One connection.

    Args:
        client: the connection.
        now_ns: when it was opened.
        is_combined: its events come wrapped, with the name of their stream.
        is_fine: its times are in microseconds.
        second_ns: how long one of the venue's seconds takes.
    """

    __slots__ = ("client", "is_combined", "is_fine", "opened_ns", "pinged_ns", "pings", "sends")

    def __init__(
        self, client: Client, now_ns: int, *, is_combined: bool, is_fine: bool, second_ns: int
    ) -> None:
        self.client = client
        self.is_combined = is_combined
        self.is_fine = is_fine
        self.opened_ns = now_ns
        self.pinged_ns = now_ns
        self.pings: dict[bytes, int] = {}
        """Pings that were not answered yet, with their times."""
        self.sends = Allowance(_SENDS_PER_S, span_ns=second_ns)

    def ping(self, now_ns: int) -> None:
        """Send a ping: its payload is the time, which the answer has to repeat."""
        self.pinged_ns = now_ns
        payload = str(now_ns // 1_000_000).encode()
        self.pings[payload] = now_ns
        self.client.ping(payload)

    def answered(self, payload: bytes) -> None:
        """Take a pong: it settles the ping that it repeats and those before it."""
        sent_ns = self.pings.get(payload)
        if sent_ns is not None:
            self.pings = {key: ns for key, ns in self.pings.items() if ns > sent_ns}


def ask_of(payload: bytes) -> Ask:
    """Return the command in a frame, checked."""
    try:
        message = msgspec.json.decode(payload)
    except msgspec.DecodeError:
        return Ask(None, fault=(3, "Invalid JSON: expected value at line 1 column 1"))
    if not isinstance(message, dict):
        return Ask(None, fault=(2, "Invalid request: request must be an object"))
    if not _is_id(message.get("id")):
        return Ask(None, fault=(2, "Invalid request: request ID must be an unsigned integer"))
    if text := _misfit(message):
        return Ask(message.get("id"), fault=(2, f"Invalid request: {text}"))
    return Ask(message.get("id"), message["method"], tuple(message.get("params", ())))


def _misfit(message: dict[str, Any]) -> str:
    """Return what is wrong with a command; empty: nothing."""
    if extra := sorted(message.keys() - _MEMBERS):
        return f"unknown field `{extra[0]}`, expected `method`, `params` or `id`"
    if "method" not in message:
        return "missing field `method`"
    if message["method"] not in _METHODS:
        names = ", ".join(f"`{name}`" for name in _METHODS)
        return f"unknown variant `{message['method']}`, expected one of {names}"
    if not isinstance(message.get("params", []), list):
        return "params must be an array"
    return ""


def _is_id(request: Any) -> bool:
    if isinstance(request, str):
        return _ID.fullmatch(request) is not None
    return request is None or (isinstance(request, int) and not isinstance(request, bool))
