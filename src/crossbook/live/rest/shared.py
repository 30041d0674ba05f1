"""A venue's budgets in a file that several processes of one machine share."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeVar

from crossbook.clock import Clock
from crossbook.errors import ConfigError
from crossbook.live.rest.budget import Taken, Use, Wait
from crossbook.live.rest.ledger import limit
from crossbook.live.rest.priority import Priority
from crossbook.venues.requests import Group, Usage, Window

__all__ = ["FileBudget"]

_LOOK_AGAIN_S: Final = 0.25
"""Another process may give units back, or let the file go, at any time."""
_BUSY_S: Final = 0.1
"""So long a process that was stopped in the middle of a change may hold up a look."""
_HOLD_S_MAX: Final = 3_600.0
"""What ends later was written before the machine's clock started anew."""
_KEPT_NS: Final = 2 * 86_400 * 1_000_000_000
"""No venue's window is longer than a day."""
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS used (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    budget TEXT NOT NULL,
    until_ns INTEGER NOT NULL,
    weight INTEGER NOT NULL,
    span_s REAL
);
CREATE INDEX IF NOT EXISTS used_by_time ON used (budget, until_ns);
CREATE TABLE IF NOT EXISTS paused (budget TEXT PRIMARY KEY, until_ns INTEGER NOT NULL);
"""

_COUNTED: Final = (
    # What the venue says of one window says nothing of the others.
    "FROM used WHERE budget = ? AND until_ns >= ? AND (span_s IS NULL OR span_s = ?)"
)

T = TypeVar("T")


class FileBudget:
    """A budget that all processes draw on that name the same file and key.

    A unit that a request holds comes back by itself some time after the request's own deadline:
    a process that is killed takes nothing along.

    The file is SQLite's: a change is whole or absent, whoever dies when. Looks at it happen in a
    thread, off the event loop.

    Args:
        file: made if absent; its folder, too, for this user alone.
        key: whose budget: the venue and the address that it is asked at.
        groups: the venue's budgets.
        clock: its monotonic time has to be the machine's.
    """

    def __init__(self, file: Path, key: str, groups: Iterable[Group], clock: Clock) -> None:
        self._file = file
        self._key = key
        self._windows = {group.name: group.windows for group in groups}
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="budget")
        self._connection: sqlite3.Connection | None = None
        self._paused_ns: dict[str, int] = {}

    async def take(
        self, group: str, weight: int, priority: Priority, hold_s: float
    ) -> Taken | Wait:
        """Take the units of a request, or say when to ask again; see `Budget.take`."""
        windows = self._windows_of(group)
        for window in windows:
            if weight > window.count:
                raise ValueError(f"weight {weight} is more than {window.count}, all of a window")
        try:
            return await self._run(self._take, group, windows, weight, priority, hold_s)
        except sqlite3.OperationalError as error:
            if not _is_busy(error):
                raise ConfigError(str(self._file), f"no budget: {error}") from error
            return Wait(_LOOK_AGAIN_S)

    async def end(self, taken: Taken) -> None:
        """Say that a request was answered. If the file is held up, its units come back later."""
        await self._quietly(self._end, taken)

    async def observe(self, usage: Iterable[Usage]) -> None:
        """Take what the venue says of its budgets; groups that it has not are left alone."""
        if known := [each for each in usage if each.group in self._windows]:
            await self._quietly(self._observe, known)

    async def pause(self, group: str, pause_s: float) -> None:
        """Let nothing through for a while, whichever process asks; see `Budget.pause`."""
        until_ns = self._clock.now_ns() + round(pause_s * 1e9)
        names = [group] if group else list(self._windows)
        for name in names:
            # Here it holds even if the file does not take it.
            self._paused_ns[name] = max(until_ns, self._paused_ns.get(name, 0))
        await self._quietly(self._pause, names, until_ns)

    async def use(self) -> list[Use]:
        """Return how full each window is."""
        try:
            return await self._run(self._use)
        except sqlite3.OperationalError as error:
            if not _is_busy(error):
                raise ConfigError(str(self._file), f"no budget: {error}") from error
            return []

    async def close(self) -> None:
        """Close the file."""
        await self._run(self._close)
        self._thread.shutdown()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="budget")

    async def _run(self, call: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call, *arguments)

    async def _quietly(self, call: Callable[..., None], *arguments: Any) -> None:
        with suppress(sqlite3.OperationalError):
            await self._run(call, *arguments)

    # ------------------------------------------------------- in the thread

    def _take(
        self,
        group: str,
        windows: Sequence[Window],
        weight: int,
        priority: Priority,
        hold_s: float,
    ) -> Taken | Wait:
        with self._change() as file:
            now_ns = self._clock.monotonic_ns()
            pause_ns = self._pause_ns(file, group)
            if pause_ns > 0:
                return Wait(pause_ns / 1e9)
            self._forget(file, group, windows, now_ns)
            wait_ns = max(
                self._wait_ns(file, group, window, limit(window, priority, weight) - weight, now_ns)
                for window in windows
            )
            if wait_ns > 0:
                return Wait(min(_LOOK_AGAIN_S, wait_ns / 1e9))
            until_ns = now_ns + round(hold_s * 1e9)
            return Taken(group, weight, self._insert(file, group, until_ns, weight))

    def _end(self, taken: Taken) -> None:
        with self._change() as file:
            file.execute(
                "UPDATE used SET until_ns = min(until_ns, ?) WHERE id = ? AND budget = ?",
                (self._clock.monotonic_ns(), taken.id, self._name(taken.group)),
            )

    def _observe(self, usage: Sequence[Usage]) -> None:
        with self._change() as file:
            now_ns = self._clock.monotonic_ns()
            for each in usage:
                used = self._used(file, each.group, each.span_s, now_ns)
                if each.used > used:
                    self._insert(file, each.group, now_ns, each.used - used, each.span_s)

    def _pause(self, groups: Sequence[str], until_ns: int) -> None:
        with self._change() as file:
            file.executemany(
                "INSERT INTO paused VALUES (?, ?) ON CONFLICT (budget) "
                "DO UPDATE SET until_ns = max(until_ns, excluded.until_ns)",
                [(self._name(group), until_ns) for group in groups],
            )

    def _use(self) -> list[Use]:
        with self._change() as file:
            now_ns = self._clock.monotonic_ns()
            return [
                Use(
                    group,
                    window.span_s,
                    self._used(file, group, window.span_s, now_ns),
                    window.count,
                )
                for group, windows in self._windows.items()
                for window in windows
            ]

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _change(self) -> Any:
        """Yield the file, which nobody else changes meanwhile."""
        file = self._open()
        file.execute("BEGIN IMMEDIATE")
        try:
            yield file
        except BaseException:
            file.execute("ROLLBACK")
            raise
        file.execute("COMMIT")

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            try:
                self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                connection = sqlite3.connect(
                    self._file, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
                )
            except (OSError, sqlite3.Error) as error:
                raise ConfigError(str(self._file), f"no budget: {error}") from error
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                # What a crash of the machine loses is of no use after it.
                connection.execute("PRAGMA synchronous = OFF")
                connection.executescript(_SCHEMA)
                self._tidy(connection)
            except sqlite3.OperationalError:
                connection.close()
                raise
            except sqlite3.DatabaseError as error:
                connection.close()
                raise ConfigError(str(self._file), f"no budget: {error}") from error
            self._connection = connection
        return self._connection

    def _tidy(self, connection: sqlite3.Connection) -> None:
        """Drop what nobody asks for any more: addresses that are gone, pauses that are over."""
        now_ns = self._clock.monotonic_ns()
        connection.execute(
            "DELETE FROM used WHERE until_ns < ? OR until_ns > ?",
            (now_ns - _KEPT_NS, now_ns + round(_HOLD_S_MAX * 1e9)),
        )
        connection.execute("DELETE FROM paused WHERE until_ns < ?", (self._clock.now_ns(),))

    def _forget(
        self, file: sqlite3.Connection, group: str, windows: Sequence[Window], now_ns: int
    ) -> None:
        oldest_ns = now_ns - round(max(window.span_s for window in windows) * 1e9)
        file.execute(
            "DELETE FROM used WHERE budget = ? AND (until_ns < ? OR until_ns > ?)",
            (self._name(group), oldest_ns, now_ns + round(_HOLD_S_MAX * 1e9)),
        )

    def _pause_ns(self, file: sqlite3.Connection, group: str) -> int:
        row = file.execute(
            "SELECT until_ns FROM paused WHERE budget = ?", (self._name(group),)
        ).fetchone()
        until_ns = max(row[0] if row else 0, self._paused_ns.get(group, 0))
        # A ban may outlive the machine's monotonic clock: pauses are in UTC.
        return until_ns - self._clock.now_ns()

    def _wait_ns(
        self, file: sqlite3.Connection, group: str, window: Window, room: int, now_ns: int
    ) -> int:
        """Return when at most `room` units of a window are in use."""
        missing = self._used(file, group, window.span_s, now_ns) - room
        if missing <= 0:
            return 0
        span_ns = round(window.span_s * 1e9)
        rows = file.execute(
            f"SELECT until_ns, weight {_COUNTED} ORDER BY until_ns",
            (self._name(group), now_ns - span_ns, window.span_s),
        )
        for until_ns, weight in rows:
            missing -= weight
            if missing <= 0:
                return int(until_ns) + span_ns - now_ns + 1
        return span_ns

    def _used(self, file: sqlite3.Connection, group: str, span_s: float, now_ns: int) -> int:
        row = file.execute(
            f"SELECT coalesce(sum(weight), 0) {_COUNTED}",
            (self._name(group), now_ns - round(span_s * 1e9), span_s),
        ).fetchone()
        return int(row[0])

    def _insert(
        self,
        file: sqlite3.Connection,
        group: str,
        until_ns: int,
        weight: int,
        span_s: float | None = None,
    ) -> int:
        cursor = file.execute(
            "INSERT INTO used (budget, until_ns, weight, span_s) VALUES (?, ?, ?, ?)",
            (self._name(group), until_ns, weight, span_s),
        )
        return cursor.lastrowid or 0

    def _name(self, group: str) -> str:
        return f"{self._key}/{group}"

    def _windows_of(self, group: str) -> tuple[Window, ...]:
        try:
            return self._windows[group]
        except KeyError as error:
            raise ValueError(
                f"no budget {group!r}: there are {', '.join(self._windows)}"
            ) from error


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return "locked" in str(error) or "busy" in str(error)
