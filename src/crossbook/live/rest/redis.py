"""A venue's budgets in a Redis that several machines share."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from math import ceil
from random import Random
from secrets import randbits
from typing import Any, Final
from urllib.parse import urlsplit

from redis import exceptions
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from crossbook.clock import Clock
from crossbook.errors import ConfigError, ConnectError
from crossbook.live.backoff import Backoff
from crossbook.live.rest import scripts
from crossbook.live.rest.budget import Taken, Use, Wait
from crossbook.live.rest.ledger import limit
from crossbook.live.rest.priority import Priority
from crossbook.venues.requests import Group, Usage, Window

__all__ = ["RedisBudget"]

_LOG: Final = logging.getLogger(__name__)
_PATH: Final = "$.budget.url"
_LOOK_AGAIN_S: Final = 0.25
"""Another process may give units back at any time."""
_ANSWER_S: Final = 1.0
"""A server that needs longer for one operation counts as down."""
_CONNECTIONS_MAX: Final = 4
_BACKOFF_S: Final = 0.25
_BACKOFF_S_MAX: Final = 5.0
_PASSING: Final = (
    exceptions.ReadOnlyError,
    exceptions.OutOfMemoryError,
    exceptions.ClusterDownError,
    exceptions.TryAgainError,
)
"""What a server says that may be better in a moment: a failover, a full memory."""


class RedisBudget:
    """A budget that all processes draw on that name the same Redis and key, on any machine.

    Each operation is one script on the server, by the server's clock: those of the machines do not
    matter. A unit that a request holds comes back by itself when the request's own deadline is
    over: a process that is killed takes nothing along.

    Where the server does not answer, nothing is let through: `take` raises `ConnectError`, and the
    server is left alone for up to five seconds. A pause is kept in this process meanwhile and
    handed on with the next look.

    Args:
        url: `redis://`, or `rediss://` for TLS; a name and a password in it appear in no error.
        key: whose budget: the venue and the address that it is asked at.
        groups: the venue's budgets.
        clock: for how long pauses go on here.

    Raises:
        ConfigError: the address cannot be read.
    """

    def __init__(self, url: str, key: str, groups: Iterable[Group], clock: Clock) -> None:
        self._url = url
        self._title = _title(url)
        # Braces: in a cluster, what one script touches has to be in one place.
        self._prefix = f"crossbook:budget:{{{key}}}"
        self._windows = {group.name: group.windows for group in groups}
        self._clock = clock
        self._backoff = Backoff(_BACKOFF_S, _BACKOFF_S_MAX, Random())
        self._again_ns = 0
        self._paused_ns: dict[str, int] = {}
        self._redis: Redis | None = None
        try:
            self._open()
        except ValueError:
            raise ConfigError(_PATH, f"no address of a Redis: {self._title}") from None
        self._redis = None

    async def take(
        self, group: str, weight: int, priority: Priority, hold_s: float
    ) -> Taken | Wait:
        """Take the units of a request, or say when to ask again; see `Budget.take`.

        Raises:
            ConnectError: the server does not answer.
            ConfigError: the server does not let us in, or cannot do what we ask.
        """
        windows = self._windows_of(group)
        bounds: list[int] = []
        for window in windows:
            if weight > window.count:
                raise ValueError(f"weight {weight} is more than {window.count}, all of a window")
            bounds += (_us(window.span_s), limit(window, priority, weight) - weight)
        paused_ns = self._paused_ns.get(group, 0) - self._clock.monotonic_ns()
        taken = Taken(group, weight, randbits(63))
        answer, wait_us = await self._call(
            scripts.TAKE,
            [self._pause_key(group), *(self._key(group, window) for window in windows)],
            [taken.id, weight, _us(hold_s), max(0, paused_ns // 1_000), *bounds],
        )
        if answer == 0:
            return taken
        return Wait(wait_us / 1e6 if answer == 1 else min(_LOOK_AGAIN_S, wait_us / 1e6))

    async def end(self, taken: Taken) -> None:
        """Say that a request was answered. If nobody hears it, its units come back later."""
        keys = [self._key(taken.group, window) for window in self._windows_of(taken.group)]
        await self._quietly(scripts.END, keys, [taken.id, taken.weight])

    async def observe(self, usage: Iterable[Usage]) -> None:
        """Take what the venue says of its budgets; windows that it has not are left alone."""
        keys: list[str] = []
        values: list[int] = []
        for each in usage:
            for window in self._windows.get(each.group, ()):
                if window.span_s == each.span_s:
                    keys.append(self._key(each.group, window))
                    values += (_us(window.span_s), each.used)
        if keys:
            await self._quietly(scripts.OBSERVE, keys, [randbits(63), *values])

    async def pause(self, group: str, pause_s: float) -> None:
        """Let nothing through for a while, whichever process asks; see `Budget.pause`."""
        until_ns = self._clock.monotonic_ns() + round(pause_s * 1e9)
        names = [group] if group else list(self._windows)
        for name in names:
            # Here it holds even if the server does not take it.
            self._paused_ns[name] = max(until_ns, self._paused_ns.get(name, until_ns))
        await self._quietly(scripts.PAUSE, [*map(self._pause_key, names)], [_us(pause_s)])

    async def use(self) -> list[Use]:
        """Return how full each window is; nothing where the server does not answer."""
        all_ = [(group, window) for group, windows in self._windows.items() for window in windows]
        try:
            answer = await self._call(
                scripts.USE,
                [self._key(group, window) for group, window in all_],
                [_us(window.span_s) for _, window in all_],
            )
        except ConnectError:
            return []
        return [
            Use(group, window.span_s, used, window.count)
            for (group, window), used in zip(all_, answer, strict=True)
        ]

    async def close(self) -> None:
        """Close the connections."""
        if (redis := self._redis) is not None:
            self._redis = None
            with suppress(exceptions.RedisError, OSError, TimeoutError):
                async with asyncio.timeout(_ANSWER_S):
                    await redis.aclose()

    async def _quietly(self, script: str, keys: Sequence[str], values: Sequence[int]) -> None:
        # The next look says what is wrong.
        with suppress(ConnectError, ConfigError):
            await self._call(script, keys, values)

    async def _call(self, script: str, keys: Sequence[str], values: Sequence[int]) -> list[int]:
        left_ns = self._again_ns - self._clock.monotonic_ns()
        if self._backoff.failures and left_ns > 0:
            raise ConnectError(self._title, f"down, tried again in {left_ns / 1e9:.1f} s")
        # Made late: connections belong to the loop that runs.
        if self._redis is None:
            self._redis = self._open()
        run: Any = self._redis.register_script(scripts.CLOCK + script)
        try:
            async with asyncio.timeout(_ANSWER_S):
                answer: list[int] = await run(keys, values)
        except TimeoutError as error:
            raise self._down(f"no answer within {_ANSWER_S:g} s") from error
        except (exceptions.AuthenticationError, exceptions.AuthorizationError) as error:
            raise ConfigError(_PATH, f"{self._title}: {error}") from error
        except exceptions.ResponseError as error:
            if isinstance(error, _PASSING):
                raise self._down(str(error)) from error
            raise ConfigError(_PATH, f"{self._title}: {error}") from error
        except (exceptions.RedisError, OSError) as error:
            raise self._down(type(error).__name__) from error
        if self._backoff.failures:
            _LOG.info("rest.budget_back server=%s", self._title)
            self._backoff.succeeded()
        return answer

    def _down(self, reason: str) -> ConnectError:
        if not self._backoff.failures:
            _LOG.warning("rest.budget_down server=%s reason=%s", self._title, reason)
        self._again_ns = self._clock.monotonic_ns() + round(self._backoff.failed() * 1e9)
        return ConnectError(self._title, reason)

    def _open(self) -> Redis:
        pool = BlockingConnectionPool.from_url(
            self._url,
            max_connections=_CONNECTIONS_MAX,
            timeout=_ANSWER_S,
            socket_timeout=_ANSWER_S,
            socket_connect_timeout=_ANSWER_S,
            # Whoever waits for a budget tries again by itself.
            retry=Retry(NoBackoff(), 0),
        )
        return Redis.from_pool(pool)

    def _pause_key(self, group: str) -> str:
        return f"{self._prefix}:{group}:paused"

    def _key(self, group: str, window: Window) -> str:
        return f"{self._prefix}:{group}:{window.span_s:g}"

    def _windows_of(self, group: str) -> tuple[Window, ...]:
        try:
            return self._windows[group]
        except KeyError as error:
            raise ValueError(
                f"no budget {group!r}: there are {', '.join(self._windows)}"
            ) from error


def _us(duration_s: float) -> int:
    """Return microseconds, which is what the server counts in."""
    return ceil(duration_s * 1e6)


def _title(url: str) -> str:
    """Return an address without what may be a secret, however it is written."""
    try:
        parts = urlsplit(url)
        port = parts.port or 6379
    except ValueError:
        return f"{url.partition(':')[0]}://..."
    database = parts.path if parts.path[1:].isdecimal() else ""
    return f"{parts.scheme}://{parts.hostname or 'localhost'}:{port}{database}"
