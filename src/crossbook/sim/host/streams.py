"""A venue's websocket server."""

import asyncio
import ssl
from http import HTTPStatus
from typing import Final

from picows import (
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
    ws_create_server,
)

from crossbook.sim.chaos.answers import refusal, unavailable
from crossbook.sim.desk import HttpAnswer
from crossbook.sim.host.connection import Connection
from crossbook.sim.host.deflate import CHOICE, is_offered
from crossbook.sim.host.house import House

__all__ = ["StreamServer"]

_GRACE_S: Final = 1.0
"""A client that was told that the connection ends has so long to end it."""
_STOP_S: Final = 5.0


class StreamServer:
    """Takes websocket connections for a venue's desk, on the loopback interface only.

    Args:
        house: the venue.
        ssl_context: encrypts; `None`: plain.
        deflates: compresses for clients that offer it.
    """

    def __init__(
        self, house: House, ssl_context: ssl.SSLContext | None, *, deflates: bool = False
    ) -> None:
        self._house = house
        self._deflates = deflates
        self._ssl = ssl_context
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.TimerHandle] = set()

    async def open(self, host: str, port: int) -> int:
        """Listen, and return the port."""
        self._server = await ws_create_server(
            self._listener,
            host,
            port,
            ssl=self._ssl,
            # The desk hears of pings, so the library must not answer them in silence.
            enable_auto_pong=False,
            max_frame_size=1 << 20,
            websocket_handshake_timeout=10,
            backlog=1_024,
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """End the server and every connection."""
        if self._server is None:
            return
        self._server.close()
        for handle in self._ends:
            handle.cancel()
        connections = tuple(self._house.connections.values())
        for connection in connections:
            connection.abort()
        async with asyncio.timeout(_STOP_S):
            # What ended one of them is not news any more.
            await asyncio.gather(*(each.gone() for each in connections), return_exceptions=True)
            await self._server.wait_closed()

    def _listener(
        self, request: WSUpgradeRequest
    ) -> Connection | WSUpgradeResponseWithListener | None:
        house = self._house
        path = request.path.decode("ascii", "replace")
        headers = {name.lower(): value for name, value in request.headers.items()}
        now_ns = house.axis.catch_up()
        found: list[HttpAnswer | None] = [unavailable()] if house.is_closed else []
        if not found:
            found = [refusal(house.calendar, now_ns, path)]
        if found[0] is None:
            found.clear()
            if not house.guard(lambda: found.append(house.desk.refuses(path, headers))):
                found = [HttpAnswer(status=500)]
        if (answer := found[0]) is not None:
            house.tally.refused += 1
            return WSUpgradeResponseWithListener(_response(answer), None)
        house.tally.connections += 1
        number = house.tally.connections
        if not self._deflates or not is_offered(headers.get("sec-websocket-extensions", "")):
            return Connection(house, number, path, self._close_later)
        response = WSUpgradeResponse.create_101_response({"Sec-WebSocket-Extensions": CHOICE})
        connection = Connection(house, number, path, self._close_later, deflates=True)
        return WSUpgradeResponseWithListener(response, connection)

    def _close_later(self, connection: Connection) -> None:
        def end() -> None:
            self._ends.discard(handle)
            connection.end()

        handle = asyncio.get_running_loop().call_later(_GRACE_S, end)
        self._ends.add(handle)


def _response(answer: HttpAnswer) -> WSUpgradeResponse:
    # The library's own makers know only some of the statuses.
    response: WSUpgradeResponse = WSUpgradeResponse.create_error_response(
        400, answer.body, answer.headers
    )
    response.status = HTTPStatus(answer.status)
    return response
