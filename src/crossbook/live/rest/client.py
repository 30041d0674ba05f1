"""A venue's REST, asked within its limits."""

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from random import Random
from typing import Final, Protocol, Self

from crossbook.clock import Clock
from crossbook.config import RestConfig
from crossbook.errors import (
    ConnectError,
    CrossbookError,
    DeadlineError,
    RateLimitError,
    TransportError,
    UnavailableError,
)
from crossbook.live.rest.answer import Answer
from crossbook.live.rest.breaker import Breaker, BreakerRules
from crossbook.live.rest.budget import Budget
from crossbook.live.rest.gate import Gate
from crossbook.live.rest.pool import Pool
from crossbook.live.rest.priority import Priority, Purpose
from crossbook.live.rest.retry import delay_s, is_repeatable, retry_after_s
from crossbook.live.rest.stats import BreakerStats, RestStats
from crossbook.live.rest.transport import exchange, title
from crossbook.venues.requests import Request, Rest

__all__ = ["Fetcher", "RestClient", "Sign"]

_LOG: Final = logging.getLogger(__name__)
_PAUSE_S: Final = 5.0
"""A group is left alone for so long where the venue does not say how long."""
_BAN_S: Final = 120.0
"""The same for a ban: the shortest one of Binance."""
_OURS: Final = frozenset({"budget", "circuit", "queue"})
"""Codes of refusals that are our own: nothing was sent, and trying again changes nothing."""

Sign = Callable[[Request, int], Request]
"""Returns the request with its signature, from the request and the time of sending (UTC ns)."""


class Fetcher(Protocol):
    """What asks one venue by REST."""

    async def fetch(self, request: Request, priority: Priority = Priority.DATA) -> bytes:
        """Return the body of the answer to a request; see `RestClient.fetch`."""
        ...


class RestClient:
    """The only way to one venue's REST: pools, budgets, retries and circuit breakers are in here.

    Use it as a context manager, or `close` it.

    Args:
        venue: its id, for errors and logs.
        rest: its requests as values, its limits, its way to refuse.
        urls: base addresses: the main one under the empty name, further ones by theirs.
        budget: what it allows us.
        clock: time.
        random: chance, for jitter.
        config: deadlines and bounds.
        tls: whom to trust; `None`: the authorities of the machine.
    """

    def __init__(
        self,
        venue: str,
        rest: Rest,
        *,
        urls: Mapping[str, str],
        budget: Budget,
        clock: Clock,
        random: Random,
        config: RestConfig | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.venue = venue
        self._rest = rest
        self._urls = dict(urls)
        self._budget = budget
        self._clock = clock
        self._random = random
        self._config = config if config is not None else RestConfig()
        self._tls = tls
        self._pool: Pool | None = None
        self._gates = {
            group.name: Gate(venue, group.name, budget, self._config.waiting_max)
            for group in rest.GROUPS
        }
        rules = BreakerRules(failures_max=self._config.failures_max)
        self._breakers = {purpose: Breaker(random, rules) for purpose in Purpose}
        self._counts: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End all connections. Requests under way fail."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None
        await self._budget.close()

    async def fetch(
        self,
        request: Request,
        priority: Priority = Priority.DATA,
        *,
        deadline_s: float | None = None,
        sign: Sign | None = None,
    ) -> bytes:
        """Return the body of the answer to a request.

        It waits for the venue's budget, and repeats what failed where that is safe.

        Args:
            request: what to ask.
            priority: its place among those that wait.
            deadline_s: all tries and waits end within this time; `None`: as configured.
            sign: makes the signed request; asked anew for each try, at the time of sending.

        Raises:
            ConnectError: nobody answered, or not as a venue does.
            DeadlineError: no answer within the deadline, or the last try's own time.
            DisconnectError: the connection broke.
            RateLimitError: the venue wants to be left alone for longer than the deadline, or its
                budget is used up for so long (code `budget`), or too many wait (code `queue`).
            UnavailableError: the venue is down, or its circuit breaker is open (code `circuit`).
            VenueError: the venue refused.
        """
        limit_s = self._config.deadline_s if deadline_s is None else deadline_s
        self._counts["requests"] += 1
        job = _Job(request, priority, sign, self._clock.monotonic_ns() + round(limit_s * 1e9))
        try:
            try:
                async with asyncio.timeout(limit_s):
                    answer = await self._persist(job)
            except TimeoutError as error:
                raise DeadlineError(title(request), limit_s) from (job.error or error)
        except CrossbookError as error:
            self._failed[type(error).__name__] += 1
            raise
        self._counts["answered"] += 1
        return answer.body

    async def stats(self) -> RestStats:
        """Return what happened so far."""
        now_ns = self._clock.monotonic_ns()
        gates = self._gates.values()
        return RestStats(
            venue=self.venue,
            requests=self._counts["requests"],
            answered=self._counts["answered"],
            failed=dict(self._failed),
            tries=self._counts["tries"],
            repeated=self._counts["repeated"],
            rate_limited=self._counts["rate_limited"],
            bans=self._counts["bans"],
            waited=sum(gate.waited for gate in gates),
            turned_away=sum(gate.turned_away for gate in gates),
            waiting=sum(gate.waiting for gate in gates),
            connections_opened=self._pool.opened if self._pool is not None else 0,
            connections_reused=self._pool.reused if self._pool is not None else 0,
            bytes_received=self._counts["bytes"],
            breakers=tuple(
                BreakerStats(purpose.name.lower(), breaker.state(now_ns), breaker.opened)
                for purpose, breaker in self._breakers.items()
            ),
            use=tuple(await self._budget.use()),
        )

    async def _persist(self, job: "_Job") -> Answer:
        """Try until there is an answer, or an error that stays."""
        while True:
            try:
                return await self._try(job)
            except CrossbookError as error:
                if job.error is not None and getattr(error, "code", "") in _OURS:
                    # What the venue said tells more than that we stopped asking.
                    raise job.error from error
                job.error = error
                job.failures += 1
                wait_s = delay_s(job.failures, self._random)
                if isinstance(error, RateLimitError):
                    wait_s += error.retry_after_s or 0.0
                if not self._goes_on(job, wait_s):
                    raise
            self._counts["repeated"] += 1
            await asyncio.sleep(wait_s)

    def _goes_on(self, job: "_Job", wait_s: float) -> bool:
        assert job.error is not None
        return (
            is_repeatable(job.error, job.request)
            and job.failures < self._config.tries_max
            and wait_s < self._left_s(job)
            and getattr(job.error, "code", "") not in _OURS
        )

    def _left_s(self, job: "_Job") -> float:
        return (job.end_ns - self._clock.monotonic_ns()) / 1e9

    async def _try(self, job: "_Job") -> Answer:
        request = job.request
        breaker = self._breakers[Purpose.of(job.priority)]
        if not breaker.is_passable(self._clock.monotonic_ns()):
            raise self._open_circuit(breaker)
        gate = self._gates[request.group]
        async with gate.passing(
            request.weight,
            job.priority,
            hold_s=self._config.try_s,
            patience_s=self._left_s(job),
        ):
            entry = breaker.enter(self._clock.monotonic_ns())
            if entry is None:
                raise self._open_circuit(breaker)
            async with AsyncExitStack() as ended:
                ended.callback(breaker.abandon, entry)
                try:
                    answer = await self._send(job)
                except (TransportError, UnavailableError):
                    if breaker.fail(entry, self._clock.monotonic_ns()):
                        _LOG.warning("rest.circuit_open venue=%s", self.venue)
                    raise
                except CrossbookError:
                    breaker.succeed()
                    raise
                breaker.succeed()
        return answer

    async def _send(self, job: "_Job") -> Answer:
        request = job.request
        if job.sign is not None:
            request = job.sign(request, self._clock.now_ns())
        self._counts["tries"] += 1
        answer = await exchange(
            self._connections(),
            self._url(request),
            request,
            timeout_s=self._config.try_s,
            bytes_max=self._config.answer_bytes_max,
        )
        self._counts["bytes"] += len(answer.body)
        await self._budget.observe(self._rest.usage(answer.headers))
        error = self._judge(answer)
        if error is None:
            return answer
        if isinstance(error, RateLimitError):
            await self._pause(request, error)
        raise error

    def _judge(self, answer: Answer) -> CrossbookError | None:
        """Return what an answer refuses, by the venue's own reading and by HTTP's."""
        error = self._rest.failure(answer.status, answer.headers, answer.body)
        status = answer.status
        if error is None and status >= 400:
            code = f"http {status}"
            if status in (418, 429):
                error = RateLimitError(self.venue, code, "", None, status == 418)
            else:
                error = UnavailableError(self.venue, code, "")
        if isinstance(error, RateLimitError) and error.retry_after_s is None:
            pause_s = retry_after_s(answer.headers, self._clock.now_ns())
            if pause_s is None:
                pause_s = _BAN_S if error.is_ban else _PAUSE_S
            error = RateLimitError(error.venue, error.code, error.text, pause_s, error.is_ban)
        return error

    async def _pause(self, request: Request, error: RateLimitError) -> None:
        """Leave the venue alone before a warning becomes a ban: everybody, not this request."""
        self._counts["rate_limited"] += 1
        self._counts["bans"] += error.is_ban
        assert error.retry_after_s is not None
        # A ban is about the address, not about what was asked.
        group = "" if error.is_ban else request.group
        await self._budget.pause(group, error.retry_after_s)
        _LOG.warning(
            "rest.paused venue=%s group=%s code=%s pause_s=%.1f",
            self.venue,
            group or "*",
            error.code,
            error.retry_after_s,
        )

    def _open_circuit(self, breaker: Breaker) -> UnavailableError:
        left_s = breaker.remaining_s(self._clock.monotonic_ns())
        return UnavailableError(self.venue, "circuit", f"open for another {left_s:.1f} s")

    def _connections(self) -> Pool:
        # Made late: a session belongs to the loop that runs.
        if self._pool is None:
            self._pool = Pool(
                connections_max=self._config.connections_max,
                keep_alive_s=self._config.keep_alive_s,
                tls=self._tls,
            )
        return self._pool

    def _url(self, request: Request) -> str:
        try:
            return self._urls[request.host]
        except KeyError as error:
            raise ConnectError(request.host, "url") from error


class _Job:
    """A request on its way."""

    __slots__ = ("end_ns", "error", "failures", "priority", "request", "sign")

    def __init__(
        self, request: Request, priority: Priority, sign: Sign | None, end_ns: int
    ) -> None:
        self.request = request
        self.priority = priority
        self.sign = sign
        self.end_ns = end_ns
        self.error: CrossbookError | None = None
        self.failures = 0
