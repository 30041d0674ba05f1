"""One client of Gate.io's websocket, and the words that it is answered with."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from crossbook.sim.desk import Client
from crossbook.sim.desks.answers import encode

__all__ = ["Ask", "Session"]

_FRESH_NS: Final = 60 * 10**9
"""The time in a command may differ from the venue's by this much."""


class Ask(NamedTuple):
    """A command."""

    channel: str
    event: str
    id: Any
    time_s: int | None = None
    payload: tuple[str, ...] = ()

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> "Ask":
        """Return the command in a message; what is not of its form is as if it were absent."""
        time_s, payload = message.get("time"), message.get("payload")
        return cls(
            channel=str(message.get("channel", "")),
            event=str(message.get("event", "")),
            id=message.get("id"),
            time_s=time_s if isinstance(time_s, int) else None,
            payload=tuple(map(str, payload)) if isinstance(payload, list) else (),
        )

    def is_late(self, now_ns: int) -> bool:
        """Return whether its time is missing or too far from the venue's."""
        return self.time_s is None or abs(now_ns - self.time_s * 10**9) > _FRESH_NS


class Session:
    """One connection.

    Args:
        client: the connection.
        conn_id: the venue's name for it.
        now_ns: when it was opened.
    """

    def __init__(self, client: Client, conn_id: str, now_ns: int) -> None:
        self.client = client
        self.conn_id = conn_id
        self.heard_ns = now_ns
        self.pinged_ns = now_ns

    def success(self, ask: Ask, now_ns: int) -> bytes:
        """Return the answer to a command that was carried out."""
        return self._answer(ask, None, {"status": "success"}, now_ns)

    def refusal(self, ask: Ask, code: int, text: str, now_ns: int) -> bytes:
        """Return the answer to a command that was not."""
        error = {"code": code, "message": text}
        return self._answer(ask, error, {"status": "fail"}, now_ns)

    def pong(self, ask: Ask, now_ns: int) -> bytes:
        """Return the answer to `spot.ping`."""
        document: dict[str, Any] = {"time": now_ns // 10**9, "time_ms": now_ns // 10**6}
        if ask.id is not None:
            document["id"] = ask.id
        tail = {"channel": "spot.pong", "event": "", "error": None, "result": None}
        return encode({**document, **tail})

    def _answer(self, ask: Ask, error: Any, result: Any, now_ns: int) -> bytes:
        document: dict[str, Any] = {"time": now_ns // 10**9, "time_ms": now_ns // 10**6}
        if ask.id is not None:
            document["id"] = ask.id
        return encode(
            {
                **document,
                "conn_id": self.conn_id,
                "channel": ask.channel,
                "event": ask.event,
                "payload": ask.payload,
                "error": error,
                "result": result,
            }
        )
