"""Books that are not live are brought back, each by its venue's own procedure, one at a time."""

import asyncio
from collections.abc import Callable, Iterable

from crossbook.errors import CrossbookError, RateLimitError, SubscriptionError
from crossbook.live.backoff import Backoff
from crossbook.live.connection import Connection
from crossbook.live.environment import Environment
from crossbook.live.watch import Status, Watch
from crossbook.model.events import BookState, StateReason
from crossbook.venues.stream import Fetch

__all__ = ["Resync"]

_NS = 1_000_000_000

_MAY_MEND = {StateReason.CROSSED, StateReason.TICK_CHANGED}
"""Books with these reasons often come back without our doing."""
_PATIENCE_NS = _NS


class Resync:
    """Watches the books of one venue, and repairs those that need it.

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
        self._waiting: dict[str, tuple[Fetch, int]] = {}
        """Bases to fetch as soon as the first change is there, or the time has come."""
        self._jobs: asyncio.Queue[tuple[Watch, Fetch]] = asyncio.Queue()

    def start_anew(self) -> None:
        """Forget what was being done: whoever did it is gone."""
        self._waiting.clear()
        self._jobs = asyncio.Queue()
        for watch in self._watches.values():
            watch.is_busy = False

    def opened(self, instrument_ids: Iterable[str], now_ns: int) -> None:
        """A socket opened: the venue is about to send these books' bases."""
        first_s = min(self._env.rules.subscribed_within_s, self._env.settings.first_base_s)
        patience_ns = int(first_s * _NS)
        for instrument_id in instrument_ids:
            watch = self._watches.get(instrument_id)
            if watch is not None and watch.status is not Status.LIVE:
                watch.next_ns = now_ns + patience_ns

    def fetch(self, fetch: Fetch, now_ns: int) -> None:
        """Fetch a base, unless one is being fetched or the book has one."""
        instrument_id = str(fetch.instrument.id)
        watch = self._watches.get(instrument_id)
        if watch is None or watch.is_busy or instrument_id in self._waiting:
            return
        if watch.book.state is BookState.LIVE:
            # A second socket of one feed: the first one's base serves both.
            return
        self._waiting[instrument_id] = (fetch, now_ns)

    def tick(self, now_ns: int) -> None:
        """Look at every book."""
        for watch in self._watches.values():
            if watch.book.state is BookState.LIVE:
                self._on_live(watch, now_ns)
            elif watch.status is not Status.REFUSED:
                self._on_lost(watch, now_ns)
        wait_ns = int(self._env.settings.base_wait_s * _NS)
        for instrument_id, (fetch, since_ns) in list(self._waiting.items()):
            watch_or_none = self._watches.get(instrument_id)
            if watch_or_none is None:
                del self._waiting[instrument_id]
            elif (
                watch_or_none.book.state is not BookState.EMPTY or now_ns - since_ns > wait_ns
            ) and not watch_or_none.is_busy:
                # The venues' rule: changes are kept first, then the base is asked for.
                del self._waiting[instrument_id]
                watch_or_none.is_busy = True
                self._jobs.put_nowait((watch_or_none, fetch))

    def _on_live(self, watch: Watch, now_ns: int) -> None:
        ts_event_ns, ts_recv_ns = watch.book.times_ns
        if watch.status is not Status.LIVE:
            self._came_back(watch, now_ns)
        elif ts_recv_ns != watch.seen_ns:
            watch.pulse.beat(now_ns)
            self._env.latency.received(ts_event_ns, ts_recv_ns, self._env.offset.least_ns)
        elif watch.pulse.is_silent(now_ns):
            watch.was_silent = True
            watch.sequence_lost = watch.book.sequence
            self._env.counts.silences += 1
            self._env.sink.silence(str(watch.instrument.id), self._env.clock.now_ns())
        watch.seen_ns = ts_recv_ns

    def _came_back(self, watch: Watch, now_ns: int) -> None:
        if watch.lost_ns:
            self._env.counts.resynced += 1
        if watch.was_silent and watch.book.sequence == watch.sequence_lost is not None:
            watch.pulse.relax(now_ns)
        watch.pulse.forgive(now_ns)
        watch.status = Status.LIVE
        watch.error = None
        watch.lost_ns = 0
        watch.back_ns = now_ns
        watch.was_silent = False

    def _on_lost(self, watch: Watch, now_ns: int) -> None:
        connection = self._carrier(str(watch.instrument.id))
        if watch.status is Status.LIVE:
            watch.lost_ns = now_ns
            watch.status = Status.RESYNCING
            watch.next_ns = now_ns + self._delay_ns(watch, now_ns)
        if connection is None or watch.is_busy or now_ns < watch.next_ns:
            return
        if str(watch.instrument.id) in self._waiting:
            return
        self._repair(watch, connection, now_ns)

    def _delay_ns(self, watch: Watch, now_ns: int) -> int:
        """Return how long to wait with the first resync of a book that was live."""
        if now_ns - watch.back_ns >= int(self._env.settings.settled_after_s * _NS):
            watch.attempts = 0
        patience_ns = _PATIENCE_NS if watch.book.reason in _MAY_MEND else 0
        wait_s = self._backoff(watch).failed() if watch.attempts else 0.0
        return patience_ns + int(wait_s * _NS)

    def _repair(self, watch: Watch, connection: Connection, now_ns: int) -> None:
        settings = self._env.settings
        self._env.counts.resyncs += 1
        watch.next_ns = now_ns + int((settings.repair_wait_s + self._backoff(watch).failed()) * _NS)
        watch.attempts += 1
        if watch.attempts > settings.repairs_max and watch.status is not Status.DEAD:
            self._give_up(watch)
            if watch.back_ns:
                # It did come once: perhaps another socket brings it again.
                connection.wish = connection.wish or "dead_instruments"
        connection.resync(watch.instrument)

    def _backoff(self, watch: Watch) -> Backoff:
        settings = self._env.settings
        backoff = Backoff(settings.backoff_base_s, settings.backoff_cap_s, self._env.random)
        backoff.failures = max(0, watch.attempts - 1)
        return backoff

    def _give_up(self, watch: Watch) -> None:
        watch.status = Status.DEAD
        watch.error = SubscriptionError(
            self._env.venue, "silent", f"{watch.instrument.native} is subscribed, nothing comes"
        )
        self._env.counts.deaths += 1
        self._env.log(
            "live.instrument_dead",
            venue=self._env.venue,
            instrument=str(watch.instrument.id),
            state=watch.book.state.value,
            attempts=watch.attempts,
        )

    async def work(self) -> None:
        """Fetch bases, one after the other; several of these run at once."""
        while True:
            watch, fetch = await self._jobs.get()
            try:
                body = await self._env.ask(fetch.request)
            except CrossbookError as error:
                self._failed(watch, error)
            else:
                self._give(watch, fetch, body)
            finally:
                watch.is_busy = False

    def _failed(self, watch: Watch, error: CrossbookError) -> None:
        env = self._env
        env.counts.fetch_failures += 1
        wait_s = self._backoff(watch).failed()
        if isinstance(error, RateLimitError) and error.retry_after_s is not None:
            wait_s += error.retry_after_s
        watch.next_ns = env.clock.monotonic_ns() + int(wait_s * _NS)
        env.log(
            "live.base_failed",
            venue=env.venue,
            instrument=str(watch.instrument.id),
            error=str(error),
            retry_in_s=round(wait_s, 3),
        )

    def _give(self, watch: Watch, fetch: Fetch, body: bytes) -> None:
        env = self._env
        connection = self._carrier(str(watch.instrument.id))
        if connection is None:
            return
        env.counts.fetches += 1
        connection.give(fetch.instrument.native, body)
        # If the base was too old for the changes, another one is due soon, not at once.
        wait_s = self._backoff(watch).failed() if watch.attempts else 0.0
        watch.next_ns = env.clock.monotonic_ns() + int(wait_s * _NS)
