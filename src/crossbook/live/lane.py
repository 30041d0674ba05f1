"""One of a shard's sockets, through all its connections: reconnect, replace, end."""

import asyncio

from crossbook.errors import ConnectError
from crossbook.live.backoff import Backoff
from crossbook.live.connection import Connection, Orders
from crossbook.live.counts import add
from crossbook.live.environment import Environment
from crossbook.live.shards import Shard
from crossbook.model.events import BookState

__all__ = ["Lane"]

_NS = 1_000_000_000
_LEAVE_S = 1.0
"""How long a replaced socket may take to close."""


class Lane:
    """Keeps one socket to a shard's instruments open.

    Args:
        env: what the venue's connections share.
        shard: what its sockets bring.
        orders: whom its connections ask.

    Attributes:
        current: the socket that is open; `None`: none is.
        successor: one that is to take its place.
        error: why the last attempt to connect failed; `None`: it did not.
    """

    def __init__(self, env: Environment, shard: Shard, orders: Orders) -> None:
        self._env = env
        self._orders = orders
        settings = env.settings
        self._backoff = Backoff(settings.backoff_base_s, settings.backoff_cap_s, env.random)
        self._rolls = Backoff(settings.backoff_base_s, settings.backoff_cap_s, env.random)
        self._stir = asyncio.Event()
        self._wish: str | None = None
        self._roll_ns = 0
        self._no_roll_before_ns = 0
        self._no_dead_roll_before_ns = 0
        self._wait_s = 0.0
        self._leaving: Connection | None = None
        self.shard = shard
        self.current: Connection | None = None
        self.successor: Connection | None = None
        self.error: ConnectError | None = None

    @property
    def connections(self) -> list[Connection]:
        """Its sockets that are open."""
        return [each for each in (self.current, self.successor) if each and each.is_open]

    def replace(self, reason: str) -> None:
        """Bring up a successor of the open socket, unless the last attempt was just now."""
        now_ns = self._env.clock.monotonic_ns()
        is_early = now_ns < self._no_roll_before_ns
        if reason == "dead_instruments" and not is_early:
            is_early = now_ns < self._no_dead_roll_before_ns
        if self.successor is None and self._wish is None and not is_early:
            self._wish = reason
            self._stir.set()

    def is_due(self, now_ns: int) -> bool:
        """Return whether the socket's lifetime is nearly over."""
        return bool(self._roll_ns) and now_ns >= self._roll_ns

    def ended(self) -> None:
        """One of its sockets ended."""
        self._stir.set()

    async def run(self) -> None:
        """Keep it open until cancelled; then end it in good order, within the deadline."""
        try:
            while True:
                try:
                    await self._go_on()
                except Exception as error:  # noqa: BLE001 -- the outermost loop of this task: it is logged and tried again
                    self._env.counts.faults += 1
                    self._env.log("live.lane_failed", venue=self._env.venue, error=repr(error))
                    await self._drop(0.0)
                    self._wait_s = self._backoff.failed()
        finally:
            await self._drop(self._env.settings.stop_deadline_s)

    async def _drop(self, deadline_s: float) -> None:
        connections = [each for each in (self._leaving, self.successor, self.current) if each]
        self._leaving = self.successor = self.current = None
        await asyncio.gather(*(each.leave(deadline_s) for each in connections))
        for connection in connections:
            self._env.slots.give(connection.slot)

    async def _go_on(self) -> None:
        """Do the next thing that there is to do."""
        current = self.current
        if current is None:
            self.current = await self._connected()
        elif current.over.is_set():
            await self._bury(current)
        elif self._wish is not None:
            reason, self._wish = self._wish, None
            await self._replace(current, reason)
        else:
            await self._stir.wait()
            self._stir.clear()

    async def _connected(self) -> Connection:
        """Connect, however long it takes."""
        while True:
            await asyncio.sleep(self._wait_s)
            opened = await self._open()
            if opened is not None:
                self._wish = None
                self._stir.set()
                self._age(opened)
                return opened
            self._wait_s = self._backoff.failed()

    async def _open(self, *, is_successor: bool = False) -> Connection | None:
        """Try to connect once, when the venue's limit allows it."""
        env = self._env
        while (wait_s := env.connects.wait_s()) > 0:  # noqa: ASYNC110 -- what it waits for is time
            await asyncio.sleep(wait_s)
        env.connects.take()
        slot = env.slots.take()
        connection = Connection(env, slot, self.shard.asked, self._orders)
        if is_successor:
            self.successor = connection
            connection.look()
        else:
            self.current = connection
        try:
            await connection.open()
        except ConnectError as error:
            self._refused(connection, error)
            return None
        env.counts.connects += 1
        self.error = None
        return connection

    def _refused(self, connection: Connection, error: ConnectError) -> None:
        env = self._env
        if connection is self.successor:
            self.successor = None
        else:
            self.current = None
        env.slots.give(connection.slot)
        self.error = error
        add(env.counts.connect_failures, error.reason.partition(":")[0])
        env.log("live.connect_failed", venue=env.venue, url=error.url, reason=error.reason)

    async def _bury(self, connection: Connection) -> None:
        """Draw the conclusions of a socket's end."""
        env = self._env
        await connection.cut()
        ending = connection.ending
        assert ending is not None, "a socket that is over has an ending"
        env.counts.closes[ending.code] = env.counts.closes.get(ending.code, 0) + 1
        lived_s = (env.clock.monotonic_ns() - connection.opened_ns) / _NS
        env.log(
            "live.closed",
            venue=env.venue,
            slot=connection.slot.number,
            code=ending.code,
            reason=ending.reason,
            lived_s=round(lived_s, 3),
        )
        env.slots.give(connection.slot)
        self.current = None
        if lived_s >= env.settings.settled_after_s:
            self._backoff.succeeded()
            self._wait_s = 0.0
        else:
            self._wait_s = self._backoff.failed()
        env.counts.reconnects += 1

    def _age(self, connection: Connection) -> None:
        """Note when a socket has to be replaced; sockets opened together are not, all at once."""
        lifetime_s = self._env.rules.lifetime_s
        if lifetime_s is None:
            return
        latest = self._env.settings.roll_at_share
        share = latest * self._env.random.uniform(0.9, 1.0)
        self._roll_ns = connection.opened_ns + int(lifetime_s * share * _NS)

    async def _replace(self, current: Connection, reason: str) -> None:
        """Bring up a successor, and let the old one go when the new one has its books."""
        env = self._env
        env.log("live.replacing", venue=env.venue, slot=current.slot.number, reason=reason)
        new = await self._open(is_successor=True)
        if new is None or not await self._has_taken_over(current, new):
            env.counts.replacements_failed += 1
            self._no_roll_before_ns = env.clock.monotonic_ns() + int(self._rolls.failed() * _NS)
            if new is not None:
                await new.cut()
                env.slots.give(new.slot)
            self.successor = None
            self._stir.set()
            return
        self._rolls.succeeded()
        if reason == "dead_instruments":
            # If they stay dead it was not the socket's fault.
            wait_s = env.settings.dead_roll_s
            self._no_dead_roll_before_ns = env.clock.monotonic_ns() + int(wait_s * _NS)
        add(env.counts.replacements, reason)
        self._leaving, self.current, self.successor = current, new, None
        self._wish = None
        self._age(new)
        new.look_no_more()
        await current.leave(_LEAVE_S)
        self._leaving = None
        env.slots.give(current.slot)
        self._stir.set()

    async def _has_taken_over(self, current: Connection, new: Connection) -> bool:
        """Wait until the new socket brings every live book; false: it does not, in time."""
        deadline_ns = self._env.clock.monotonic_ns() + int(self._env.settings.roll_deadline_s * _NS)
        while not new.over.is_set():
            if current.over.is_set() or self._is_ready(new):
                return True
            if self._env.clock.monotonic_ns() >= deadline_ns:
                return False
            await asyncio.sleep(self._env.settings.tick_s)
        return False

    def _is_ready(self, new: Connection) -> bool:
        env = self._env
        live = [
            instrument
            for instrument_id, instrument in new.held.items()
            if env.sink.book(instrument_id).state is BookState.LIVE
        ]
        if not live and new.held:
            # Nothing to lose: the new one is no worse.
            return True
        unsynced = {str(env.sink.instrument(number).id) for number in new.slot.feed.unsynced()}
        if any(str(instrument.id) in unsynced for instrument in live):
            return False
        missing = new.missing(live)
        if not missing:
            return True
        age_s = (env.clock.monotonic_ns() - new.opened_ns) / _NS
        return env.rules.is_joined_by_numbers and age_s > env.settings.quiet_s
