"""What comes over a websocket: each message goes to the feed in one call, and nothing else."""

import zlib
from collections.abc import Callable
from typing import Any, Protocol

import msgspec
import picows

from crossbook.live.deflate import Inflater, UnknownExtensionError
from crossbook.live.sink import Feed

__all__ = ["Ending", "Listener", "Owner", "Recorder", "Tap"]

_TEXT = picows.WSMsgType.TEXT
_BINARY = picows.WSMsgType.BINARY
_CONTINUATION = picows.WSMsgType.CONTINUATION
_CLOSE = picows.WSMsgType.CLOSE

_NO_CODE = 1005
"""What a close frame without a code counts as (RFC 6455, 7.1.5)."""
_ABNORMAL = 1006
_JSON = frozenset(b"{[")
_CONTROL_BYTES_MAX = 125
"""No ping, pong or close frame is longer (RFC 6455, 5.5)."""

Tap = Callable[[bytes, int], None]
"""Takes each message as it came, with its receive time, UTC nanoseconds. Must not raise."""


class Recorder(Protocol):
    """Keeps what comes, byte for byte."""

    def opened(self, venue: str, slot: int, url: str, ts_ns: int, /) -> None:
        """A socket opened."""
        ...

    def tap(self, venue: str, slot: int, /) -> Tap:
        """Return what takes the messages of one slot."""
        ...

    def snapshot(self, venue: str, slot: int, native: str, body: bytes, ts_ns: int, /) -> None:
        """A REST answer was given to the slot's feed as a base."""
        ...

    def closed(self, venue: str, slot: int, ts_ns: int, /) -> None:
        """A socket closed."""
        ...


class Ending(msgspec.Struct, frozen=True):
    """How a socket ended."""

    code: int
    """The close code; 1006: none was exchanged."""
    reason: str
    """The closing side's words."""
    is_ours: bool
    """We closed it."""


class Owner(Protocol):
    """Whom a listener tells of its socket."""

    def socket_opened(self, transport: picows.WSTransport) -> None:
        """It can send now. Frames follow at once, before `connect` has returned."""
        ...

    def socket_closed(self, ending: Ending) -> None:
        """Nothing comes any more."""
        ...


class Listener(picows.WSListener):
    """Takes a socket's frames.

    Args:
        feed: where messages go.
        now_ns: the clock.
        owner: who is told when the socket opens and ends.
        bytes_max: longest message.
        tap: takes each message, too; `None`: nobody does.

    Attributes:
        tap: takes each message, too.
        last_ns: when anything came last, UTC nanoseconds.
    """

    def __init__(
        self,
        feed: Feed,
        now_ns: Callable[[], int],
        owner: Owner,
        bytes_max: int,
        tap: Tap | None = None,
    ) -> None:
        super().__init__()
        self._feed = feed
        self._now_ns = now_ns
        self._owner = owner
        self._bytes_max = bytes_max
        self.tap = tap
        self._inflater: Inflater | None = None
        self._parts: bytearray | None = None
        self._are_parts_deflated = False
        self._take = self._take_usual()
        self._is_usual = True
        self.last_ns = 0

    def _take_usual(self) -> Callable[[bytes, int], object]:
        return self._feed.on_frame if self.tap is None else self._take_and_tap

    def _take_and_tap(self, message: bytes, ts_ns: int) -> None:
        assert self.tap is not None
        self.tap(message, ts_ns)
        self._feed.on_frame(message, ts_ns)

    def use(self, tap: Tap | None) -> None:
        """Give each message to another tap from now on; `None`: to none."""
        self.tap = tap
        self._take = self._take_usual()

    def measure_next(self, record: Callable[[int], None]) -> None:
        """Time the next message's way into the book: `record` is given nanoseconds."""

        def measured(message: bytes, ts_ns: int) -> None:
            self._take = self._take_usual()
            self._take(message, ts_ns)
            record(self._now_ns() - ts_ns)

        self._take = measured

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        """Agree on compression, and tell the owner."""
        chosen = transport.response.headers.get("Sec-WebSocket-Extensions", "")
        if chosen:
            try:
                self._inflater = Inflater(chosen, self._bytes_max)
            except UnknownExtensionError as error:
                raise _failure(picows.WSCloseCode.PROTOCOL_ERROR, "unknown extension") from error
            self._is_usual = False
        self.last_ns = self._now_ns()
        self._owner.socket_opened(transport)

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        """Take a frame: the hot path."""
        ts_ns = self.last_ns = self._now_ns()
        # Asking for a frame's type costs more than all of this. What is longer than any control
        # frame is data. So is what begins as JSON does: picows answers pings by itself, the first
        # bytes of a close frame are a code, and a pong repeats our own ping, which is empty.
        size = frame.payload_size
        if self._is_usual and size <= self._bytes_max and frame.fin:
            message = frame.get_payload_as_bytes()
            if size > _CONTROL_BYTES_MAX or (size and message[0] in _JSON):
                self._take(message, ts_ns)
                return
        self._on_any_frame(transport, frame, ts_ns)

    def on_ws_disconnected(self, transport: picows.WSTransport) -> None:
        """Tell the owner how it ended."""
        # Until a close frame goes either way there is no handshake at all, whatever its type says.
        shake: Any = transport.close_handshake
        if shake is None:
            ending = Ending(_ABNORMAL, "", is_ours=False)
        else:
            # The side that spoke first says why; the other one echoes.
            is_ours = not shake.recv_then_sent
            said = shake.sent if is_ours else shake.recv
            ending = Ending(int(said.code.value) or _NO_CODE, said.reason or "", is_ours)
        self._owner.socket_closed(ending)

    def _on_any_frame(
        self, transport: picows.WSTransport, frame: picows.WSFrame, ts_ns: int
    ) -> None:
        if frame.payload_size > self._bytes_max:
            # picows has refused it already, and hands it over all the same.
            return
        kind = frame.msg_type
        if kind is _TEXT or kind is _BINARY:
            if frame.fin and not frame.rsv1:
                self._take(frame.get_payload_as_bytes(), ts_ns)
            elif frame.fin:
                self._take(self._inflated(frame.get_payload_as_bytes()), ts_ns)
            else:
                self._parts = bytearray(frame.get_payload_as_bytes())
                self._are_parts_deflated = frame.rsv1
                self._is_usual = False
        elif kind is _CONTINUATION:
            self._on_continuation(frame, ts_ns)
        elif kind is _CLOSE:
            transport.send_close(picows.WSCloseCode.OK)
            transport.disconnect()

    def _on_continuation(self, frame: picows.WSFrame, ts_ns: int) -> None:
        if self._parts is None:
            raise _failure(picows.WSCloseCode.PROTOCOL_ERROR, "continuation of nothing")
        self._parts += frame.get_payload_as_bytes()
        if len(self._parts) > self._bytes_max:
            raise _failure(picows.WSCloseCode.MESSAGE_TOO_BIG, "message too big")
        if not frame.fin:
            return
        message = bytes(self._parts)
        self._parts = None
        self._is_usual = self._inflater is None
        self._take(self._inflated(message) if self._are_parts_deflated else message, ts_ns)

    def _inflated(self, payload: bytes) -> bytes:
        if self._inflater is None:
            raise _failure(picows.WSCloseCode.PROTOCOL_ERROR, "compressed without agreement")
        try:
            message = self._inflater.inflate(payload)
        except zlib.error as error:
            raise _failure(picows.WSCloseCode.INVALID_TEXT, "not compressed data") from error
        if message is None:
            raise _failure(picows.WSCloseCode.MESSAGE_TOO_BIG, "message too big")
        return message


def _failure(code: picows.WSCloseCode, reason: str) -> picows.WSProtocolError:
    """Return what makes picows close the socket with a code."""
    return picows.WSProtocolError(code, reason)
