"""Simulated venues on real sockets."""

import asyncio
import itertools
import ssl
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Final, Self

import msgspec

from crossbook.clock import Clock, SystemClock
from crossbook.sim.chaos.calendar import Calendar, Standing
from crossbook.sim.chaos.log import FaultLog
from crossbook.sim.chaos.plan import AnyFault, Plan
from crossbook.sim.config import HostConfig, WorldConfig
from crossbook.sim.desk import Desk
from crossbook.sim.desks import DESKS, OPEN_DESKS
from crossbook.sim.host.control import ControlServer
from crossbook.sim.host.director import Director
from crossbook.sim.host.house import House
from crossbook.sim.host.rest import RestServer
from crossbook.sim.host.streams import StreamServer
from crossbook.sim.truth import Truth
from crossbook.sim.world import World, publish

__all__ = ["HOST", "SimulatedVenues"]

HOST: Final = "127.0.0.1"
"""The only interface that is listened on."""

_TICK_S: Final = 0.004
_DESK_TIME_NS: Final = 20_000_000
_BUSY_NS: Final = 50_000_000
"""After this long others have their turn: pings, requests, faults."""
_CATCH_UP_NS: Final = 500_000_000
_STOP_S: Final = 5.0
_SETTLE_NS: Final = 1_200_000_000


class SimulatedVenues:
    """Several venues, each with a websocket and a REST server of its own.

    Use it as an asynchronous context manager; what it started ends with it. Clients may run in
    the same event loop.

    Args:
        seed: of markets, ids and faults.
        venues: which venues; `None`: all.
        config: how large and how busy their markets are.
        plan: what goes wrong.
        host: how their servers behave.
        ssl_context: encrypts every venue's servers; `None`: plain.
        desks: makes other desks than crossbook's own, by venue.
        clock: the time; frames carry it.

    Attributes:
        world: the books.
        truth: what they are and were.
        log: what went wrong so far.
        urls: the addresses of each venue: `rest`, `ws`, and further REST hosts.
        houses: each venue's desk and connections.
        is_paused: no order arrives anywhere.
        skipped_ns: time for which the markets stood still because the machine was too slow.
        control_url: the address of the control server.
        is_stopped: set when a client asks the session to end.

    Raises:
        ValueError: a venue is unknown, or has no desk.
    """

    def __init__(
        self,
        seed: int,
        venues: Iterable[str] | None = None,
        *,
        config: WorldConfig | None = None,
        plan: Plan | None = None,
        host: HostConfig | None = None,
        ssl_context: ssl.SSLContext | None = None,
        desks: Mapping[str, Callable[..., Desk]] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._start_ns = self._clock.now_ns()
        self._zero_ns = self._clock.monotonic_ns()
        host = host or HostConfig()
        made: Mapping[str, Callable[..., Desk]] = DESKS if host.demands_keys else OPEN_DESKS
        if desks is not None:
            made = desks
        wanted = tuple(made if venues is None else venues)
        if unknown := set(wanted) - set(made):
            raise ValueError(f"no such simulated venue: {', '.join(sorted(unknown))}")
        config = msgspec.structs.replace(config or WorldConfig(), start_ns=self._start_ns)
        self.world = World(seed, wanted, config)
        self.truth = Truth(self.world)
        self.log = FaultLog()
        self.urls: dict[str, dict[str, str]] = {}
        self.control_url = ""
        self.is_stopped = asyncio.Event()
        self._plan = plan or Plan()
        self._port_base = host.port_base
        self._scheme = "s" if ssl_context else ""
        self.is_paused = False
        self.skipped_ns = 0
        self._is_running_world = False
        self._ticked = asyncio.Event()
        self._desk_time_ns = 0
        self._close_ns: int | None = None
        self._task: asyncio.Task[None] | None = None
        numbers = itertools.count(1).__next__
        self.houses: dict[str, House] = {}
        self._directors: list[Director] = []
        self._servers: dict[str, tuple[RestServer, StreamServer]] = {}
        for venue in self.world.venues:
            quotes = self.world.quotes[venue].values()
            house = House(
                made[venue](quotes, seed=seed, scale_s=host.scale_s),
                Calendar(venue, seed, self.log, numbers),
                self,
                backlog_bytes_max=host.backlog_bytes_max,
            )
            self.houses[venue] = house
            self._directors.append(Director(house, self.world, self.truth))
            self._servers[venue] = (
                RestServer(house, self.world, self.truth, ssl_context),
                StreamServer(house, ssl_context, deflates=host.deflates),
            )
        self._control = ControlServer(self)

    # ------------------------------------------------------------ life

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self._close()
            raise
        for fault in self._plan.faults:
            self.add_fault(fault)
        self._task = asyncio.create_task(self._run(), name="sim")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._close()

    async def _open(self) -> None:
        ports = itertools.count(self._port_base) if self._port_base else itertools.repeat(0)
        self.control_url = f"http://{HOST}:{await self._control.open(HOST, next(ports))}"
        for venue, (rest, streams) in self._servers.items():
            rest_url = f"http{self._scheme}://{HOST}:{await rest.open(HOST, next(ports))}"
            ws_url = f"ws{self._scheme}://{HOST}:{await streams.open(HOST, next(ports))}"
            # A venue's further REST hosts are paths on its one REST port.
            prefixes = self.houses[venue].desk.prefixes
            more = {name: f"{rest_url}{prefix}" for name, prefix in prefixes.items()}
            self.urls[venue] = {"rest": rest_url, "ws": ws_url, **more}

    async def _close(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task], timeout=_STOP_S)
        # All at once, and none waits for another one that hangs.
        ends = [server.close() for pair in self._servers.values() for server in pair]
        failed = await asyncio.gather(*ends, self._control.close(), return_exceptions=True)
        for error in failed:
            if isinstance(error, BaseException):
                raise error
        if task is not None and task.done() and not task.cancelled():
            # It ends by being cancelled; anything else is a fault of its own.
            task.result()

    # ------------------------------------------------------------ time

    def now_ns(self) -> int:
        """Return the session's time: that of the clock at its start, and what passed since."""
        return self._start_ns + self._clock.monotonic_ns() - self._zero_ns

    def catch_up(self) -> int:
        """Let the markets go on up to the present, publish what changed, and return it."""
        now_ns = self.now_ns()
        if self._is_running_world:
            return now_ns
        self._is_running_world = True
        try:
            if self.is_paused or self.are_markets_closed:
                self.world.skip(now_ns)
            # What the process was too slow for, or slept through, is not made up for.
            late_ns = now_ns - _CATCH_UP_NS - self.world.now_ns
            if late_ns > 0:
                self.skipped_ns += late_ns
                self.world.skip(now_ns - _CATCH_UP_NS)
            until_ns = now_ns if self._close_ns is None else min(now_ns, self._close_ns)
            for update in self.world.run(until_ns):
                self.truth.add(update)
                house = self.houses[update.quote.listing.venue]
                house.guard(publish, update, house.desk)
                if self.now_ns() - now_ns > _BUSY_NS:
                    break
        finally:
            self._is_running_world = False
        return now_ns

    def close_markets_after(self, duration_ns: int) -> None:
        """Let no order arrive that is due later than this after the session's start.

        What the markets do until then depends on the seed alone, so the same seed ends with the
        same books, on a machine that keeps up.
        """
        self._close_ns = self._start_ns + duration_ns

    @property
    def are_markets_closed(self) -> bool:
        """Whether the time of `close_markets_after` has come."""
        return self._close_ns is not None and self.world.now_ns >= self._close_ns

    def pause(self) -> None:
        """Let no order arrive anywhere. Connections go on, and so do faults."""
        self.catch_up()
        self.is_paused = True

    def resume(self) -> None:
        """Let orders arrive again."""
        self.catch_up()
        self.is_paused = False

    async def settle(self, deadline_s: float = 10.0, quiet_s: float = 0.3) -> None:
        """Wait until everything is sent that clients have to know; the session must be paused.

        What a venue publishes now and then is out when nothing about an instrument was sent for
        a while.

        Args:
            deadline_s: wait no longer than this.
            quiet_s: how long that while is: longer than the slowest interval of a channel that
                somebody subscribed to.

        Raises:
            TimeoutError: a client did not read, or frames are delayed for longer.
        """
        begun_ns = self.now_ns()
        async with asyncio.timeout(deadline_s):
            while not self._is_settled(begun_ns, int(quiet_s * 1e9)):
                await self._ticked.wait()

    def _is_settled(self, begun_ns: int, quiet_ns: int) -> bool:
        now_ns = self.now_ns()
        # What shows the present again and again must not make it wait for ever.
        limit_ns = max(_SETTLE_NS, 2 * quiet_ns)
        for house in self.houses.values():
            if any(not c.wire.is_idle or c.backlog_bytes for c in house.connections.values()):
                return False
            is_quiet = now_ns - max(begun_ns, house.sent_ns) >= quiet_ns
            if not is_quiet and now_ns - begun_ns < limit_ns:
                return False
        return True

    async def _run(self) -> None:
        while True:
            now_ns = self.catch_up()
            for director in self._directors:
                director.act(now_ns)
            for house in self.houses.values():
                for connection in tuple(house.connections.values()):
                    connection.flush(now_ns)
            if now_ns - self._desk_time_ns >= _DESK_TIME_NS:
                self._desk_time_ns = now_ns
                for house in self.houses.values():
                    house.guard(house.desk.on_time, now_ns)
            self._ticked.set()
            self._ticked.clear()
            await asyncio.sleep(_TICK_S)

    # ----------------------------------------------------------- faults

    def add_fault(self, fault: AnyFault) -> list[Standing]:
        """Let something go wrong from now on; one entry for each venue that it strikes.

        Raises:
            KeyError: the venue does not take part.
        """
        venues = [fault.venue] if fault.venue else list(self.houses)
        now_ns = self.now_ns()
        return [self.houses[venue].calendar.add(fault, now_ns) for venue in venues]

    def clear_faults(self) -> None:
        """End everything that goes wrong, and forget what was to come."""
        now_ns = self.now_ns()
        for house, director in zip(self.houses.values(), self._directors, strict=True):
            house.calendar.clear(now_ns)
            director.act(now_ns)
