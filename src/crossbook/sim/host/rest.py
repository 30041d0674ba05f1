"""A venue's REST server."""

import asyncio
import ssl
from contextlib import suppress
from typing import Final

from aiohttp import web

from crossbook.sim.chaos.answers import Ruling, rule, unavailable
from crossbook.sim.desk import HttpAnswer, HttpQuestion
from crossbook.sim.host.house import House
from crossbook.sim.truth import Truth
from crossbook.sim.world import World

__all__ = ["RestServer"]

_BODY_BYTES_MAX: Final = 1 << 20
_ENDLESS_PAUSE_S: Final = 0.01
_STOP_S: Final = 0.2
"""Answers on their way have so long when the server ends."""


class RestServer:
    """Answers a venue's REST requests, on the loopback interface only.

    Args:
        house: the venue.
        world: its books.
        truth: what they were.
        ssl_context: encrypts; `None`: plain.
    """

    def __init__(
        self, house: House, world: World, truth: Truth, ssl_context: ssl.SSLContext | None
    ) -> None:
        self._house = house
        self._world = world
        self._truth = truth
        self._ssl = ssl_context
        self._runner: web.ServerRunner | None = None

    async def open(self, host: str, port: int) -> int:
        """Listen, and return the port."""
        server = web.Server(self._answer, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=_STOP_S)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port, ssl_context=self._ssl, backlog=1_024)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """End the server and every connection to it."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        house = self._house
        house.tally.requests += 1
        try:
            body = await _body(request)
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413, text="payload too large")
        if house.is_closed:
            return _response(unavailable())
        question = HttpQuestion(
            method=request.method,
            path=request.path,
            query=request.query,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
        )
        now_ns = house.axis.catch_up()
        answer = self._ask(question, now_ns)
        if not house.calendar.rest:
            return _response(answer)
        ruling = rule(house.calendar, now_ns, answer.native, question.path)
        return await self._ruled(request, question, answer, ruling)

    async def _ruled(
        self,
        request: web.BaseRequest,
        question: HttpQuestion,
        answer: HttpAnswer,
        ruling: Ruling,
    ) -> web.StreamResponse:
        if ruling.answer is not None:
            answer = ruling.answer
        elif ruling.age_s and answer.status == 200:
            answer = self._ask_then(question, answer.native, int(ruling.age_s * 1e9))
        if ruling.delay_s:
            await asyncio.sleep(ruling.delay_s)
        if ruling.is_endless:
            return await _endless(request, answer)
        return _response(answer)

    def _ask(self, question: HttpQuestion, now_ns: int) -> HttpAnswer:
        answers: list[HttpAnswer] = []
        desk = self._house.desk
        if self._house.guard(lambda: answers.append(desk.on_request(question, now_ns))):
            return answers[0]
        return HttpAnswer(status=500, body=b'{"error":"internal error"}')

    def _ask_then(self, question: HttpQuestion, native: str, age_ns: int) -> HttpAnswer:
        """Answer as the venue would have some time ago, of one instrument."""
        now_ns = self._house.axis.now_ns()
        try:
            quote, _ = self._world.find(self._house.venue, native)
        except KeyError:
            return self._ask(question, now_ns)
        past = self._truth.before(quote, now_ns - age_ns)
        market = quote.market
        present = market.bids, market.asks, quote.last_id, quote.ts_ns
        market.bids, market.asks = past.bids, past.asks
        quote.last_id, quote.ts_ns = past.last_id, past.ts_ns
        try:
            return self._ask(question, now_ns)
        finally:
            market.bids, market.asks, quote.last_id, quote.ts_ns = present


async def _body(request: web.BaseRequest) -> bytes:
    if not request.can_read_body:
        return b""
    if (request.content_length or 0) > _BODY_BYTES_MAX:
        raise web.HTTPRequestEntityTooLarge(_BODY_BYTES_MAX, request.content_length or 0)
    async with asyncio.timeout(10):
        parts = bytearray()
        async for chunk in request.content.iter_any():
            parts += chunk
            if len(parts) > _BODY_BYTES_MAX:
                raise web.HTTPRequestEntityTooLarge(_BODY_BYTES_MAX, len(parts))
        return bytes(parts)


async def _endless(request: web.BaseRequest, answer: HttpAnswer) -> web.StreamResponse:
    """Send an answer whose end never comes."""
    response = web.StreamResponse(status=answer.status, headers=_headers(answer))
    # Whoever asked may be gone by now, or go at any moment.
    with suppress(ConnectionResetError):
        await response.prepare(request)
        await response.write(answer.body[:-1])
        while request.transport is not None and not request.transport.is_closing():
            await response.write(b" ")
            await asyncio.sleep(_ENDLESS_PAUSE_S)
    return response


def _response(answer: HttpAnswer) -> web.Response:
    return web.Response(status=answer.status, body=answer.body, headers=_headers(answer))


def _headers(answer: HttpAnswer) -> list[tuple[str, str]]:
    return list(answer.headers)
