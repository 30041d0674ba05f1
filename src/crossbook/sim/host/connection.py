"""One websocket connection to a simulated venue."""

import zlib
from collections.abc import Callable
from typing import Final

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from crossbook.sim.chaos.plan import Disconnect
from crossbook.sim.chaos.wire import Wire
from crossbook.sim.host.deflate import MessageTooBigError, deflated, inflated
from crossbook.sim.host.house import House, P

__all__ = ["Connection"]

_MESSAGE_BYTES_MAX: Final = 1 << 20
_DEFLATED_FROM: Final = 64
"""Shorter messages are not worth it."""
_ENDLESS_FRAME: Final = b"\x81\x7f" + (1 << 20).to_bytes(8, "big")
"""The header of a text frame of a mebibyte."""


class Connection(WSListener):
    """A client, as its venue's desk sees it, and the socket behind it.

    Args:
        house: its venue.
        number: counts the venue's connections from 1.
        path: path and query that it connected to.
        close_later: closes the socket if the client does not do so itself.
        deflates: compresses what it sends.
    """

    def __init__(
        self,
        house: House,
        number: int,
        path: str,
        close_later: Callable[["Connection"], None],
        *,
        deflates: bool = False,
    ) -> None:
        self.number = number
        self.path = path
        self.opened_ns = house.axis.now_ns()
        self.wire = Wire(house.calendar, number, self.opened_ns)
        self._house = house
        self._close_later = close_later
        self._transport: WSTransport | None = None
        self._backlog_bytes: Callable[[], int] = int
        self._deflates = deflates
        self._parts: list[bytes] = []
        self._are_parts_deflated = False
        self._is_trickling = False
        self._is_known = False
        """The desk was told of it."""
        self.is_closing = False
        """It was told that it ends."""

    # ------------------------------------------------------ for the desk

    def send(self, payload: bytes, *, native: str = "", is_binary: bool = False) -> None:
        """Send a data frame, if nothing happens to it on the way."""
        house = self._house
        if native:
            house.sent_ns = house.axis.now_ns()
        if self.wire.is_clear:
            self._write(payload, is_binary)
            return
        now_ns = house.axis.now_ns()
        for frame in self.wire.carry(now_ns, payload, native, is_binary=is_binary):
            self._write(*frame)

    def ping(self, payload: bytes = b"") -> None:
        """Send a protocol-level ping."""
        if self._transport is not None and not self._is_trickling:
            self._transport.send_ping(payload)

    def close(self, code: int, reason: str = "") -> None:
        """End the connection with a close frame."""
        transport = self._transport
        if transport is None or transport.is_disconnected:
            return
        if self._is_trickling:
            self.abort()
            return
        self.is_closing = True
        # The library's own list of codes ends before those that venues define.
        transport.send_close(code, reason.encode()[:120])  # type: ignore[arg-type]
        self._close_later(self)

    # ------------------------------------------------------ for the host

    @property
    def backlog_bytes(self) -> int:
        """Bytes that wait for the client to read."""
        return self._backlog_bytes()

    def abort(self) -> None:
        """Tear the connection down without a word."""
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    def end(self) -> None:
        """Close the socket, if it is still open."""
        if self._transport is not None and not self._transport.is_disconnected:
            self._transport.disconnect()

    async def gone(self) -> None:
        """Wait until the socket is closed."""
        if self._transport is not None:
            await self._transport.wait_disconnected()

    def flush(self, now_ns: int) -> None:
        """Send what waited long enough."""
        if not self.wire.is_clear:
            for frame in self.wire.due(now_ns):
                self._write(*frame)

    def trickle(self) -> None:
        """Send one more byte of a frame that never ends."""
        transport = self._transport
        if transport is None or transport.is_disconnected:
            return
        transport.underlying_transport.write(b"{" if self._is_trickling else _ENDLESS_FRAME)
        self._is_trickling = True

    # ---------------------------------------------------- for the library

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Take the connection that was just made."""
        house = self._house
        self._transport = transport
        self._backlog_bytes = transport.underlying_transport.get_write_buffer_size
        now_ns = house.axis.catch_up()
        self.opened_ns = now_ns
        house.connections[self.number] = self
        for standing in house.calendar.active(Disconnect):
            if standing.strikes():
                house.calendar.note(standing, now_ns, client=self.number)
                self.abort()
                return
        self._is_known = True
        self._guard(house.desk.on_open, self, now_ns)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take a frame of the client."""
        house = self._house
        now_ns = house.axis.catch_up()
        kind = frame.msg_type
        if kind == WSMsgType.PING:
            if not self._is_trickling:
                transport.send_pong(frame.get_payload_as_bytes())
            self._guard(house.desk.on_ping, self, now_ns)
        elif kind == WSMsgType.PONG:
            payload = frame.get_payload_as_bytes()
            self._guard(house.desk.on_pong, self, payload, now_ns)
        elif kind == WSMsgType.CLOSE:
            if not transport.is_close_frame_sent:
                transport.send_close(WSCloseCode.OK)
            transport.disconnect()
        else:
            self._take(frame, now_ns)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Forget the connection."""
        del transport
        self._house.connections.pop(self.number, None)
        if self._is_known:
            self._is_known = False
            self._house.guard(self._house.desk.on_close, self)

    def _take(self, frame: WSFrame, now_ns: int) -> None:
        """Take a message, or a part of one."""
        if not self._parts:
            self._are_parts_deflated = frame.rsv1
        self._parts.append(frame.get_payload_as_bytes())
        if sum(map(len, self._parts)) > _MESSAGE_BYTES_MAX:
            self.close(1009, "message too big")
            return
        if not frame.fin:
            return
        message = b"".join(self._parts)
        self._parts.clear()
        if self._are_parts_deflated:
            try:
                message = inflated(message, _MESSAGE_BYTES_MAX)
            except MessageTooBigError:
                self.close(1009, "message too big")
                return
            except zlib.error:
                self.close(1007, "not compressed")
                return
        self._house.tally.received += 1
        self._guard(self._house.desk.on_message, self, message, now_ns)

    def _guard(self, action: Callable[P, object], *args: P.args, **named: P.kwargs) -> None:
        if not self._house.guard(action, *args, **named):
            self.close(1011, "internal error")

    def _write(self, payload: bytes, is_binary: bool) -> None:  # noqa: FBT001 -- a frame's two fields
        transport = self._transport
        if transport is None or transport.is_disconnected or self._is_trickling:
            return
        house = self._house
        if self._backlog_bytes() > house.backlog_bytes_max:
            house.tally.cut += 1
            transport.disconnect(graceful=False)
            return
        house.tally.frames += 1
        house.tally.frames_bytes += len(payload)
        kind = WSMsgType.BINARY if is_binary else WSMsgType.TEXT
        if self._deflates and len(payload) >= _DEFLATED_FROM:
            transport.send(kind, deflated(payload), rsv1=True)
        else:
            transport.send(kind, payload)
