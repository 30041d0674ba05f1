"""One socket: what is sent over it, what its venue answers, how it ends."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Protocol

import picows

from crossbook.live.arrivals import Arrivals
from crossbook.live.budget import RateBudget
from crossbook.live.environment import Environment, Slot
from crossbook.live.listener import Ending, Listener
from crossbook.model import Instrument
from crossbook.venues.stream import Accepted, Action, Fetch, Ping, Refused, Replace, Send

__all__ = ["Connection", "Orders"]

_GOODBYE_S = 1.0
"""How long a socket that was cut may take to say that it is."""


class Orders(Protocol):
    """Whom a connection asks for what it cannot do itself."""

    def opened(self, connection: "Connection") -> None:
        """Its socket opened; its subscriptions are on their way."""
        ...

    def ended(self, connection: "Connection") -> None:
        """Its socket ended."""
        ...

    def fetch(self, fetch: Fetch) -> None:
        """Fetch a base by REST and give it to a feed that brings the book."""
        ...

    def accepted(self, answer: Accepted) -> None:
        """The venue confirmed subscriptions."""
        ...

    def refused(self, connection: "Connection", answer: Refused) -> None:
        """The venue refused subscriptions."""
        ...


class Connection:
    """A socket to a venue, from its first packet to its last.

    Args:
        env: what the venue's connections share.
        slot: its feed.
        instruments: what it is to bring.
        orders: whom it asks.

    Attributes:
        stream: the conduct of this socket.
        held: instruments that it was asked to bring, by id.
        opened_ns: when it opened, monotonic; 0: not yet.
        wish: why it wants a successor; `None`: it does not.
        over: set when it has ended.
    """

    def __init__(
        self, env: Environment, slot: Slot, instruments: Sequence[Instrument], orders: Orders
    ) -> None:
        self._env = env
        self._orders = orders
        self._outbox: deque[bytes] = deque()
        self._sends = RateBudget(env.rules.sends, env.settings.budget_share, env.clock)
        self._transport: picows.WSTransport | None = None
        self._others = 0
        self._arrivals: Arrivals | None = None
        tap = env.recorder.tap(env.venue, slot.number) if env.recorder else None
        self.slot = slot
        self.stream = env.make_stream(instruments)
        self.held = {str(instrument.id): instrument for instrument in instruments}
        self.listener = Listener(
            slot.feed, env.clock.now_ns, self, env.settings.frame_bytes_max, tap
        )
        self.opened_ns = 0
        self.wish: str | None = None
        self.over = asyncio.Event()
        self.ending: Ending | None = None

    @property
    def is_open(self) -> bool:
        """Whether frames may come."""
        return self._transport is not None and not self.over.is_set()

    async def open(self) -> None:
        """Open the socket and subscribe.

        Raises:
            ConnectError: it did not open.
        """
        env = self._env
        try:
            await env.connect(
                self.stream.url,
                self.listener,
                deadline_s=env.settings.connect_deadline_s,
                bytes_max=env.settings.frame_bytes_max,
                offers_deflate=env.rules.accepts_deflate,
                tls=env.tls,
                headers=self.stream.headers(env.clock.now_ns()),
            )
        except BaseException:
            await self.cut()
            raise

    def socket_opened(self, transport: picows.WSTransport) -> None:
        """Tell the books, then subscribe."""
        env = self._env
        now_ns = env.clock.now_ns()
        self._transport = transport
        self.opened_ns = env.clock.monotonic_ns()
        self.slot.feed.on_open(now_ns)
        # Those of the sockets that had the feed before.
        self._others = self._messages()
        if env.recorder:
            env.recorder.opened(env.venue, self.slot.number, self.stream.url, now_ns)
        self._orders.opened(self)
        self.perform(self.stream.on_open(now_ns))

    def socket_closed(self, ending: Ending) -> None:
        """Tell the books."""
        env = self._env
        now_ns = env.clock.now_ns()
        self.slot.feed.on_close(now_ns)
        if env.recorder:
            env.recorder.closed(env.venue, self.slot.number, now_ns)
        self.ending = ending
        self.over.set()
        self._orders.ended(self)

    def look(self) -> None:
        """Note from now on which books come."""
        self._arrivals = Arrivals(self._env.venue, self.listener.tap)
        self.listener.use(self._arrivals.take)

    def look_no_more(self) -> None:
        """Note it no longer: it costs as much as the books themselves."""
        if self._arrivals is not None:
            self.listener.use(self._arrivals.tap)
        self._arrivals = None

    def missing(self, instruments: Iterable[Instrument]) -> list[Instrument]:
        """Return those of which nothing came since `look`."""
        return self._arrivals.missing(instruments) if self._arrivals else []

    def subscribe(self, instruments: Sequence[Instrument]) -> None:
        """Bring further instruments."""
        self.held.update((str(instrument.id), instrument) for instrument in instruments)
        self.perform(self.stream.subscribe(instruments, self._env.clock.now_ns()))

    def unsubscribe(self, instruments: Sequence[Instrument]) -> None:
        """Bring some no more."""
        for instrument in instruments:
            self.held.pop(str(instrument.id), None)
        self.perform(self.stream.unsubscribe(instruments, self._env.clock.now_ns()))

    @property
    def data_messages(self) -> int:
        """Messages about markets that came over the socket."""
        return self._messages() - self._others

    def _messages(self) -> int:
        counts = self.slot.feed.counts()
        messages, controls = counts["messages"], counts["controls"]
        assert isinstance(messages, int), "a count"
        assert isinstance(controls, dict), "counts by kind"
        return messages - sum(controls.values())

    def give(self, native: str, body: bytes) -> None:
        """Give its feed a base that was fetched by REST."""
        env = self._env
        now_ns = env.clock.now_ns()
        before = self.data_messages
        if env.recorder:
            env.recorder.snapshot(env.venue, self.slot.number, native, body, now_ns)
        self.slot.feed.on_snapshot(native, body, now_ns)
        # The feed counts it like what comes over the socket, which may be dead all the same.
        self._others += self.data_messages - before

    def resync(self, instrument: Instrument) -> None:
        """Get a fresh base for one book, by the venue's own procedure."""
        self.perform(self.stream.resync(instrument, self._env.clock.now_ns()))

    def tick(self, now_ns: int) -> None:
        """Read the venue's answers, and send what had to wait."""
        for kind, frame in self.slot.feed.take_controls():
            self.perform(self.stream.on_control(kind, frame, now_ns))
        self._flush()

    def probe(self) -> None:
        """Ask the venue for a sign of life: nothing came for a while."""
        self.perform([Ping()])

    def idle(self, now_ns: int) -> None:
        """Do what is due by time."""
        self.perform(self.stream.on_idle(now_ns))

    def perform(self, actions: Iterable[Action]) -> None:
        """Carry out what the stream's conduct says."""
        for action in actions:
            match action:
                case Send(payload):
                    self._outbox.append(payload)
                case Ping(payload):
                    if self._transport is not None:
                        self._sends.take()
                        self._transport.send_ping(payload)
                case Fetch():
                    self._orders.fetch(action)
                case Replace(reason):
                    self.wish = self.wish or reason
                case Accepted():
                    self._orders.accepted(action)
                case Refused():
                    self._orders.refused(self, action)
        if len(self._outbox) > self._env.settings.outbox_max:
            self._env.counts.outbox_overflows += 1
            self.abort()
        self._flush()

    def _flush(self) -> None:
        if self._transport is None or self.over.is_set():
            return
        while self._outbox and self._sends.try_take():
            self._transport.send(picows.WSMsgType.TEXT, self._outbox.popleft())
            self._env.counts.messages_sent += 1

    def abort(self) -> None:
        """End it at once, without a word: the other side does not listen."""
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    async def cut(self) -> None:
        """End it at once and wait until it has."""
        if self._transport is None:
            return
        self.abort()
        await self._wait(_GOODBYE_S)
        await self._retrieve()

    async def leave(self, deadline_s: float) -> None:
        """End it in good order: say so, wait for the venue's answer, then cut."""
        if self._transport is not None and not self.over.is_set():
            self._transport.send_close(picows.WSCloseCode.OK)
            await self._wait(deadline_s)
        await self.cut()

    async def _wait(self, deadline_s: float) -> None:
        # Not `wait_for`: before Python 3.12 it loses a cancellation that comes with the result.
        with suppress(TimeoutError):
            async with asyncio.timeout(deadline_s):
                await self.over.wait()

    async def _retrieve(self) -> None:
        """Fetch what picows kept of a failure of ours or the venue's, or asyncio complains."""
        transport = self._transport
        if transport is None or not self.over.is_set():
            return
        try:
            await transport.wait_disconnected()
        except picows.WSProtocolError as error:
            code = int(error.code)
            self.ending = Ending(code, str(error), is_ours=True)
        except Exception as error:  # noqa: BLE001 -- whatever our callbacks raised ends here, counted
            self._env.counts.faults += 1
            self._env.log("live.callback_failed", error=repr(error))
