"""One venue's live market data: all its sockets, and the care of all its books."""

import asyncio
from collections.abc import Iterable

from crossbook.errors import CrossbookError, SubscriptionError
from crossbook.live.audit import Audit
from crossbook.live.connection import Connection
from crossbook.live.environment import Environment
from crossbook.live.health import Health
from crossbook.live.lane import Lane
from crossbook.live.resync import Resync
from crossbook.live.shards import Shard, Shards
from crossbook.live.watch import Status, Watch
from crossbook.model import Instrument
from crossbook.venues.stream import Accepted, Fetch, Refused

__all__ = ["VenueDriver"]

_NS = 1_000_000_000
_JUMP_NS = _NS
"""The clocks disagree by this much: one of them was set, or the machine slept."""


class VenueDriver:
    """Connects to one venue and keeps its books live.

    Args:
        env: limits, clock, chance, network, books.
    """

    def __init__(self, env: Environment) -> None:
        self.env = env
        self._shards = Shards(env.instruments_max)
        self._lanes: dict[Shard, list[Lane]] = {}
        self._tasks: dict[Lane, asyncio.Task[None]] = {}
        self._group: asyncio.TaskGroup | None = None
        self._stopping = asyncio.Event()
        self._health = Health(env)
        self.watches: dict[str, Watch] = {}
        """All wanted instruments, by id."""
        self.resync = Resync(env, self.watches, self.carrier)
        self.audit = Audit(env, self.watches, self.carrier)

    # ------------------------------------------------------------ what is wanted

    def subscribe(self, instruments: Iterable[Instrument]) -> None:
        """Watch further instruments, from now on or from `run` on."""
        wanted = [each for each in instruments if str(each.id) not in self.watches]
        for instrument in wanted:
            book = self.env.sink.book(str(instrument.id))
            self.watches[str(instrument.id)] = Watch(instrument, book, self.env.settings)
        for shard in self._shards.add(wanted):
            self._lanes[shard] = [Lane(self.env, shard, self) for _ in range(self.env.redundancy)]
            self._start(shard)

    def unsubscribe(self, instrument_ids: Iterable[str]) -> None:
        """Watch some no more: their books are emptied."""
        gone = [each for each in instrument_ids if each in self.watches]
        for instrument_id in gone:
            del self.watches[instrument_id]
        for shard in self._shards.remove(gone):
            for lane in self._lanes.pop(shard):
                task = self._tasks.pop(lane, None)
                if task is not None:
                    task.cancel()
        for instrument_id in gone:
            self.env.sink.reset(instrument_id, self.env.clock.now_ns())

    def carrier(self, instrument_id: str) -> Connection | None:
        """Return an open socket that brings an instrument; `None`: there is none."""
        shard = self._shards.home(instrument_id)
        if shard is None:
            return None
        for lane in self._lanes[shard]:
            for connection in lane.connections:
                if instrument_id in connection.held:
                    return connection
        return None

    @property
    def lanes(self) -> list[Lane]:
        """All its lanes."""
        return [lane for lanes in self._lanes.values() for lane in lanes]

    # ------------------------------------------------------------ running

    async def run(self) -> None:
        """Keep the venue's books live until `stop`, or until cancelled."""
        assert self._group is None, "a driver runs once at a time"
        self._stopping.clear()
        self.resync.start_anew()
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                for shard in self._lanes:
                    self._start(shard)
                others = [group.create_task(self._tick())]
                others.append(group.create_task(self.audit.run()))
                others.append(group.create_task(self._ask_the_time()))
                others += [
                    group.create_task(self.resync.work())
                    for _ in range(self.env.settings.fetches_max)
                ]
                await self._stopping.wait()
                self._group = None
                for task in (*others, *self._tasks.values()):
                    task.cancel()
        finally:
            self._group = None
            self._tasks.clear()

    def stop(self) -> None:
        """End all sockets in good order; `run` returns within the deadline."""
        self._stopping.set()

    def _start(self, shard: Shard) -> None:
        if self._group is not None:
            for lane in self._lanes[shard]:
                self._tasks[lane] = self._group.create_task(lane.run())

    async def _tick(self) -> None:
        env = self.env
        idle_ns = int(env.settings.idle_s * _NS)
        idle_at_ns = env.clock.monotonic_ns() + idle_ns
        drift_ns = env.clock.now_ns() - env.clock.monotonic_ns()
        while True:
            await asyncio.sleep(env.settings.tick_s)
            now_ns, utc_ns = env.clock.monotonic_ns(), env.clock.now_ns()
            if abs(utc_ns - now_ns - drift_ns) > _JUMP_NS:
                env.counts.clock_jumps += 1
                self._health.forgive()
            drift_ns = utc_ns - now_ns
            is_idle = now_ns >= idle_at_ns
            for lane in self.lanes:
                for connection in lane.connections:
                    self._care(lane, connection, utc_ns, is_idle=is_idle)
            self.resync.tick(now_ns)
            if is_idle:
                idle_at_ns = now_ns + idle_ns
                self._look_after_lanes(now_ns)

    async def _ask_the_time(self) -> None:
        """Measure how far the venue's clock is ahead, now and then; at first more often."""
        env = self.env
        if env.rest is None or env.fetch is None:
            return
        while True:
            try:
                request = env.rest.time()
                sent_ns = env.clock.now_ns()
                body = await env.ask(request)
                env.offset.add(sent_ns, env.rest.read_time(body), env.clock.now_ns())
            except CrossbookError as error:
                env.log("live.time_failed", venue=env.venue, error=str(error))
            except ValueError:
                # The venue tells nobody its time.
                return
            every_s = env.settings.offset_every_s
            await asyncio.sleep(every_s if env.offset.count >= 4 else min(every_s, 1.0))

    def _care(self, lane: Lane, connection: Connection, utc_ns: int, *, is_idle: bool) -> None:
        try:
            connection.tick(utc_ns)
            connection.listener.measure_next(self.env.latency.receive_to_book.record)
            if connection.wish is not None and connection is lane.current:
                lane.replace(connection.wish)
            if is_idle and connection.is_open:
                connection.idle(utc_ns)
                self._reconcile(lane, connection)
        except Exception as error:  # noqa: BLE001 -- a venue's surprise must not end the others' care: this socket starts anew
            self.env.counts.faults += 1
            self.env.log("live.conduct_failed", venue=self.env.venue, error=repr(error))
            connection.abort()

    def _reconcile(self, lane: Lane, connection: Connection) -> None:
        """Bring a socket's subscriptions in line with what its shard wants."""
        wanted, held = lane.shard.wanted, connection.held
        further = [each for each in lane.shard.asked if str(each.id) not in held]
        gone = [each for instrument_id, each in held.items() if instrument_id not in wanted]
        if further:
            connection.subscribe(further)
            now_ns = self.env.clock.monotonic_ns()
            self.resync.opened([str(each.id) for each in further], now_ns)
        if gone:
            connection.unsubscribe(gone)

    def _look_after_lanes(self, now_ns: int) -> None:
        self._health.look(self._lanes.values())
        for shard in self._lanes:
            for instrument_id in list(shard.refused):
                watch = self.watches[instrument_id]
                if now_ns >= watch.next_ns:
                    shard.refused.discard(instrument_id)
                    watch.status = Status.PENDING
        for lane in self.lanes:
            if lane.current is None or not lane.current.is_open:
                continue
            if lane.is_due(now_ns):
                lane.replace("lifetime")
            elif self._is_mostly_dead(lane):
                lane.replace("dead_instruments")

    def _is_mostly_dead(self, lane: Lane) -> bool:
        assert lane.current is not None, "asked of open lanes only"
        held = [self.watches[each] for each in lane.current.held if each in self.watches]
        dead = sum(watch.status is Status.DEAD for watch in held)
        return dead > len(held) * self.env.settings.dead_share

    # ------------------------------------------------------------ what connections ask for

    def opened(self, connection: Connection) -> None:
        """A socket opened: its books are on their way."""
        self.resync.opened(connection.held, self.env.clock.monotonic_ns())

    def ended(self, connection: Connection) -> None:
        """A socket ended."""
        for lane in self.lanes:
            if connection in (lane.current, lane.successor):
                lane.ended()

    def fetch(self, fetch: Fetch) -> None:
        """A book's base is to be fetched."""
        self.resync.fetch(fetch, self.env.clock.monotonic_ns())

    def accepted(self, answer: Accepted) -> None:
        """Subscriptions were confirmed."""
        self.env.counts.accepted += len(answer.instruments)

    def refused(self, connection: Connection, answer: Refused) -> None:
        """Subscriptions were refused: they are not asked for again for a while."""
        env = self.env
        env.counts.refused += max(1, len(answer.instruments))
        env.log("live.refused", venue=env.venue, code=answer.code, text=answer.text)
        for instrument in answer.instruments:
            instrument_id = str(instrument.id)
            connection.held.pop(instrument_id, None)
            watch, shard = self.watches.get(instrument_id), self._shards.home(instrument_id)
            if watch is not None and shard is not None:
                shard.refused.add(instrument_id)
                watch.status = Status.REFUSED
                watch.error = SubscriptionError(env.venue, answer.code, answer.text)
                watch.next_ns = env.clock.monotonic_ns() + int(env.settings.refused_retry_s * _NS)
