"""Faults that strike whole connections, markets and venues."""

from typing import Final

from crossbook.sim.chaos.calendar import Standing, Turn
from crossbook.sim.chaos.plan import (
    ClockSkew,
    Disconnect,
    Freeze,
    Halt,
    Lifetime,
    Maintenance,
    NewMarket,
    Resolve,
    TickChange,
    Trickle,
)
from crossbook.sim.desk import Quote
from crossbook.sim.host.connection import Connection
from crossbook.sim.host.house import House
from crossbook.sim.truth import Truth
from crossbook.sim.world import World, publish

__all__ = ["Director"]

_SECOND_NS: Final = 1_000_000_000
_COARSE: Final = 10
"""Polymarket's usual tick, in its smallest one."""


class Director:
    """Carries out a venue's faults when their time comes.

    Args:
        house: the venue.
        world: its books.
        truth: told of changes that faults make to them.
    """

    def __init__(self, house: House, world: World, truth: Truth) -> None:
        self._house = house
        self._world = world
        self._truth = truth
        self._closing_ns: int | None = None
        self._trickled_ns: dict[int, int] = {}

    def act(self, now_ns: int) -> None:
        """Do what is due."""
        for turn in self._house.calendar.turn(now_ns):
            self._turn(turn, now_ns)
        if self._closing_ns is not None and now_ns >= self._closing_ns:
            self._closing_ns = None
            self._house.is_closed = True
            for connection in tuple(self._house.connections.values()):
                connection.close(1001, "maintenance")
        for standing in self._house.calendar.active(Lifetime):
            self._retire(standing, now_ns)
        for standing in self._house.calendar.active(Trickle):
            self._trickle(standing, now_ns)

    def _turn(self, turn: Turn, now_ns: int) -> None:
        standing, is_begin = turn
        match standing.fault:
            case Disconnect(code=code) if is_begin:
                self._disconnect(standing, code, now_ns)
            case Maintenance(notice_s=notice_s):
                self._maintain(notice_s, now_ns, is_begin=is_begin)
            case Freeze(ends="cut") | Trickle() if not is_begin:
                # What follows half a frame can only be another connection.
                for connection in self._struck(standing):
                    connection.abort()
            case ClockSkew():
                skews = self._house.calendar.active(ClockSkew)
                seconds = sum(
                    each.fault.skew_s for each in skews if isinstance(each.fault, ClockSkew)
                )
                self._house.desk.skew_ns = int(seconds * _SECOND_NS)
            case Halt():
                self._halt(standing, now_ns, is_begin=is_begin)
            case TickChange(factor=factor):
                self._regrid(standing, factor, now_ns, is_begin=is_begin)
            case NewMarket() if is_begin:
                self._enlist(standing, now_ns)
            case Resolve() if is_begin:
                self._resolve(standing, now_ns)

    # --------------------------------------------------------- connections

    def _struck(self, standing: Standing) -> list[Connection]:
        return [
            connection
            for connection in tuple(self._house.connections.values())
            if connection.wire.is_struck(standing)
        ]

    def _disconnect(self, standing: Standing, code: int, now_ns: int) -> None:
        for connection in self._struck(standing):
            self._note(standing, now_ns, client=connection.number)
            if code:
                connection.close(code)
            else:
                connection.abort()

    def _maintain(self, notice_s: float, now_ns: int, *, is_begin: bool) -> None:
        if is_begin:
            self._house.guard(self._house.desk.on_shutdown, now_ns)
            self._closing_ns = now_ns + int(notice_s * _SECOND_NS)
        else:
            self._closing_ns = None
            self._house.is_closed = bool(self._house.calendar.active(Maintenance))

    def _retire(self, standing: Standing, now_ns: int) -> None:
        fault = standing.fault
        assert isinstance(fault, Lifetime), "asked for by its class"
        born_ns = now_ns - int(fault.age_s * _SECOND_NS)
        for connection in tuple(self._house.connections.values()):
            if connection.opened_ns <= born_ns and not connection.is_closing:
                self._note(standing, now_ns, client=connection.number)
                connection.close(1001, "lifetime")

    def _trickle(self, standing: Standing, now_ns: int) -> None:
        fault = standing.fault
        assert isinstance(fault, Trickle), "asked for by its class"
        if now_ns < self._trickled_ns.get(standing.number, 0):
            return
        self._trickled_ns[standing.number] = now_ns + int(fault.every_s * _SECOND_NS)
        for connection in self._struck(standing):
            connection.trickle()

    # ------------------------------------------------------------- markets

    def _targets(self, standing: Standing) -> list[Quote]:
        """Return the books that a fault strikes."""
        native = standing.fault.native
        if native:
            try:
                return [self._world.find(self._house.venue, native)[0]]
            except KeyError:
                return []
        return [
            quote for quote in self._world.quotes[self._house.venue].values() if standing.strikes()
        ]

    def _halt(self, standing: Standing, now_ns: int, *, is_begin: bool) -> None:
        targets = self._targets(standing) if is_begin else standing.targets
        standing.targets = targets
        for quote in targets:
            native = quote.listing.native
            change = self._world.halt if is_begin else self._world.resume
            change(self._house.venue, native)
            self._note(standing, now_ns, native=native)
            self._house.guard(self._house.desk.on_status, quote, now_ns)

    def _resolve(self, standing: Standing, now_ns: int) -> None:
        for quote in self._targets(standing):
            native = quote.listing.native
            self._world.resolve(self._house.venue, native)
            self._note(standing, now_ns, native=native)
            self._house.guard(self._house.desk.on_status, quote, now_ns)

    def _regrid(self, standing: Standing, factor: int, now_ns: int, *, is_begin: bool) -> None:
        venue = self._house.venue
        targets = self._targets(standing) if is_begin else standing.targets
        standing.targets = targets
        for quote in targets:
            native, tick = quote.listing.native, quote.market.tick
            if not is_begin:
                tick = quote.market.terms.tick
            elif venue == "polymarket" and tick == _COARSE:
                tick = 1
            else:
                tick *= factor
            update = self._world.change_tick(venue, native, tick)
            if not is_begin:
                self._world.free_tick(venue, native)
            self._note(standing, now_ns, native=native)
            self._truth.add(update)
            self._house.guard(publish, update, self._house.desk)

    def _enlist(self, standing: Standing, now_ns: int) -> None:
        try:
            quote = self._world.enlist(self._house.venue)
        except IndexError:
            self._note(standing, now_ns, detail="nothing left to list")
            return
        desk = self._house.desk
        desk.quotes[quote.listing.native] = quote
        self._note(standing, now_ns, native=quote.listing.native)
        self._house.guard(desk.on_listing, quote, now_ns)

    def _note(
        self,
        standing: Standing,
        now_ns: int,
        *,
        native: str = "",
        client: int = 0,
        detail: str = "",
    ) -> None:
        note = self._house.calendar.note
        note(standing, now_ns, native=native, client=client, detail=detail)
