"""Books are compared with the venue's REST, one at a time, in the background."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice

from crossbook.errors import CrossbookError
from crossbook.live.connection import Connection
from crossbook.live.environment import Environment
from crossbook.live.listener import Tap
from crossbook.live.sink import BookView, Feed
from crossbook.live.watch import Status, Watch
from crossbook.model import Instrument
from crossbook.model.events import BookState
from crossbook.venues.requests import BookReader

__all__ = ["Audit"]

DEPTH = 20
"""Levels a side that are compared."""
_TRIES = 3
_PAUSE_S = 1.0
_JOIN_S = 2.0
_STATES_MAX = 20_000

Level = tuple[int, int]
Sides = tuple[list[Level], list[Level]]
Difference = tuple[bool, int, int, int]
"""A level that differs: is it an ask, its price, our size, the venue's."""


class Audit:
    """Compares a random live book with REST now and then.

    Where update ids of the stream and of REST are of one kind, a second book is made of the REST
    answer and the stream's changes after it, and both are compared at one update id: any
    difference is a fault. Elsewhere an answer is of some moment that nobody can name. A level
    counts as different if our book did not change there while we asked, and the venue says
    something else of it; and only if it does so in several answers in a row, seconds apart.

    Args:
        env: what the venue's connections share.
        watches: its wanted instruments, by id.
        carrier: returns an open connection that brings an instrument; `None`: there is none.
    """

    def __init__(
        self,
        env: Environment,
        watches: dict[str, Watch],
        carrier: Callable[[str], Connection | None],
    ) -> None:
        self._env = env
        self._watches = watches
        self._carrier = carrier

    async def run(self) -> None:
        """Audit books until cancelled."""
        env = self._env
        if env.audit_every_s is None or env.rest is None or env.scratch is None:
            return
        while True:
            # Many processes that started together do not ask together.
            await asyncio.sleep(env.audit_every_s * env.random.uniform(0.5, 1.5))
            live = [each for each in self._watches.values() if each.status is Status.LIVE]
            if live:
                await self.look_at(env.random.choice(live))

    async def look_at(self, watch: Watch) -> bool | None:
        """Compare one book.

        Returns:
            Whether it agrees; `None`: that could not be told.
        """
        env = self._env
        try:
            differences = await self._settled(watch)
        except CrossbookError as error:
            env.log("live.audit_failed", venue=env.venue, error=str(error))
            differences = None
        if differences is None:
            env.counts.audits_unsettled += 1
            return None
        env.counts.audits += 1
        if not differences:
            return True
        env.counts.audit_mismatches += 1
        env.log(
            "live.audit_mismatch",
            venue=env.venue,
            instrument=str(watch.instrument.id),
            levels=len(differences),
            first=min(differences),
        )
        env.sink.distrust(str(watch.instrument.id), env.clock.now_ns())
        return False

    async def _settled(self, watch: Watch) -> set[Difference] | None:
        """Return what differs for good; `None`: that could not be told."""
        if self._env.rules.base_over_rest and self._env.rules.is_joined_by_numbers:
            return await self._at_one_number(watch)
        found: set[Difference] | None = None
        for attempt in range(_TRIES):
            if attempt:
                await asyncio.sleep(_PAUSE_S * self._env.random.uniform(0.5, 1.0))
            latest = await self._around_now(watch)
            if latest is None:
                return None
            found = latest if found is None else found & latest
            if not found:
                break
        return found

    async def _body(self, watch: Watch) -> bytes:
        assert self._env.rest is not None, "checked when audits began"
        return await self._env.ask(self._env.rest.snapshot(watch.instrument), can_wait=True)

    def _second(self, watch: Watch) -> tuple[Feed, BookView]:
        assert self._env.scratch is not None, "checked when audits began"
        feed, book = self._env.scratch(watch.instrument)
        feed.on_open(self._env.clock.now_ns())
        return feed, book

    # ------------------------------------------------------------ numbers

    async def _at_one_number(self, watch: Watch) -> set[Difference] | None:
        connection = self._carrier(str(watch.instrument.id))
        if connection is None:
            return None
        feed, second = self._second(watch)
        with _tapped(connection, feed.on_frame):
            body = await self._body(watch)
            feed.on_snapshot(watch.instrument.native, body, self._env.clock.now_ns())
            deadline_ns = self._env.clock.monotonic_ns() + int(_JOIN_S * 1e9)
            while not _are_level(watch.book, second):
                # With two sockets the first book may be a few messages ahead of this one's.
                if connection.over.is_set() or self._env.clock.monotonic_ns() > deadline_ns:
                    return None
                await asyncio.sleep(self._env.settings.tick_s / 10)
            return _unequal(watch.book, second)

    # ------------------------------------------------------------ no numbers

    async def _around_now(self, watch: Watch) -> set[Difference] | None:
        connection = self._carrier(str(watch.instrument.id))
        if connection is None:
            return None
        history = _History(watch.book)
        with _tapped(connection, history.take):
            history.note()
            body = await self._body(watch)
            history.note()
        if history.is_full or watch.book.state is not BookState.LIVE:
            return None
        sides = self._read(watch, body)
        return history.differences(sides) if any(sides) else None

    def _read(self, watch: Watch, body: bytes) -> Sides:
        instrument = watch.instrument
        rest: object = self._env.rest
        if isinstance(rest, BookReader):
            bids, asks = rest.read_book(body)
            return _scaled(instrument, bids), _scaled(instrument, asks)
        feed, second = self._second(watch)
        feed.on_snapshot(instrument.native, body, self._env.clock.now_ns())
        return second.levels(DEPTH)


def _scaled(instrument: Instrument, rows: Iterable[tuple[Decimal, Decimal]]) -> list[Level]:
    return [
        (
            int(price.scaleb(instrument.price_decimals)),
            int(size.scaleb(instrument.size_decimals)),
        )
        for price, size in islice(rows, DEPTH)
    ]


class _History:
    """What a book's levels were in a short span of time."""

    def __init__(self, book: BookView) -> None:
        self._book = book
        self._times_ns = (-1, -1)
        self._sizes: dict[tuple[bool, int], set[int]] = {}
        self._present: dict[tuple[bool, int], int] = {}
        self._states = 0

    @property
    def is_full(self) -> bool:
        """It was too much to be kept."""
        return len(self._sizes) > _STATES_MAX

    def take(self, _message: bytes, _ts_ns: int) -> None:
        """Look at the book before a message changes it."""
        if not self.is_full and self._book.times_ns != self._times_ns:
            self.note()

    def note(self) -> None:
        """Note what the book is."""
        self._times_ns = self._book.times_ns
        self._states += 1
        for is_ask, side in enumerate(self._book.levels(2 * DEPTH)):
            for price, size in side:
                key = (bool(is_ask), price)
                self._sizes.setdefault(key, set()).add(size)
                self._present[key] = self._present.get(key, 0) + 1

    def differences(self, sides: Sides) -> set[Difference]:
        """Return where the book stood still and is not what the venue says."""
        found: set[Difference] = set()
        for is_ask, side in ((False, sides[0]), (True, sides[1])):
            theirs = dict(side)
            # Beyond the last level that both are known to have, nothing is known.
            last = side[-1][0] if len(side) == DEPTH else None
            ours = {price for ask, price in self._sizes if ask == is_ask}
            for price in ours | set(theirs):
                is_beyond = last is not None and (price > last if is_ask else price < last)
                size = self._still(is_ask, price)
                if not is_beyond and size is not None and size != theirs.get(price, 0):
                    found.add((is_ask, price, size, theirs.get(price, 0)))
        return found

    def _still(self, is_ask: bool, price: int) -> int | None:  # noqa: FBT001 -- half of a key
        """Return the size at a price if it never changed; 0: there never was one."""
        sizes = self._sizes.get((is_ask, price))
        if sizes is None:
            return 0
        is_always = self._present[is_ask, price] == self._states
        return next(iter(sizes)) if is_always and len(sizes) == 1 else None


def _are_level(one: BookView, other: BookView) -> bool:
    """Whether two live books are at the same update id."""
    are_live = one.state is BookState.LIVE and other.state is BookState.LIVE
    return are_live and one.sequence is not None and one.sequence == other.sequence


def _unequal(book: BookView, second: BookView) -> set[Difference]:
    """Return the levels near the top that differ."""
    found: set[Difference] = set()
    for is_ask, (ours, theirs) in enumerate(
        zip(book.levels(DEPTH), second.levels(DEPTH), strict=True)
    ):
        one, other = dict(ours), dict(theirs)
        for price in one.keys() | other.keys():
            if one.get(price, 0) != other.get(price, 0):
                found.add((bool(is_ask), price, one.get(price, 0), other.get(price, 0)))
    return found


@contextmanager
def _tapped(connection: Connection, tap: Callable[[bytes, int], object]) -> Iterator[None]:
    """Let a further tap see a connection's messages."""
    before: Tap | None = connection.listener.tap

    def both(message: bytes, ts_ns: int) -> None:
        if before is not None:
            before(message, ts_ns)
        tap(message, ts_ns)

    connection.listener.use(both)
    try:
        yield
    finally:
        if connection.listener.tap is both:
            connection.listener.use(before)
