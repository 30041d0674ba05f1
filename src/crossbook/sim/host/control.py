"""The control server: truth, faults and the session's life over HTTP."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import msgspec
from aiohttp import web

from crossbook.sim.chaos.plan import AnyFault
from crossbook.sim.truth import UnknownVersionError

if TYPE_CHECKING:
    from crossbook.sim.host.session import SimulatedVenues

__all__ = ["ControlServer"]

_BODY_BYTES_MAX: Final = 64 * 1024
_ENTRIES_MAX: Final = 1_000
_FAULTS_MAX: Final = 1_000

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class _RefusedError(Exception):
    """A request cannot be answered.

    Args:
        status: of the answer.
        code: a fixed word.
        text: for people.
    """

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(status, code, text)
        self.status = status
        self.code = code
        self.text = text


class ControlServer:
    """Serves a session's truth and takes its faults.

    Args:
        session: what is controlled.
    """

    def __init__(self, session: "SimulatedVenues") -> None:
        self._session = session
        self._runner: web.AppRunner | None = None

    async def open(self, host: str, port: int) -> int:
        """Listen, and return the port."""
        app = web.Application(client_max_size=_BODY_BYTES_MAX, middlewares=[_typed_errors])
        app.add_routes(
            [
                web.get("/venues", self._venues),
                web.get("/truth/{venue}/{native:.+}", self._truth),
                web.get("/stats", self._stats),
                web.get("/faults", self._faults),
                web.post("/faults", self._add_fault),
                web.delete("/faults", self._clear_faults),
                web.post("/pause", self._pause),
                web.post("/resume", self._resume),
                web.post("/settle", self._settle),
                web.post("/stop", self._stop),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        return int(self._runner.addresses[0][1])

    async def close(self) -> None:
        """End the server."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _venues(self, _request: web.Request) -> web.Response:
        return _json({"venues": self._session.urls, "control": self._session.control_url})

    async def _truth(self, request: web.Request) -> web.Response:
        venue, native = request.match_info["venue"], request.match_info["native"]
        outcome = request.query.get("outcome", "")
        if outcome not in {"", "YES", "NO"}:
            raise _RefusedError(400, "invalid_outcome", "outcome is YES or NO")
        sequence = _number(request, "sequence", 2**63)
        depth = _number(request, "depth", 100_000)
        self._session.catch_up()
        truth = self._session.truth
        try:
            version = truth.version(venue, native) if sequence is None else sequence
            book = truth.book(venue, native, outcome, sequence=sequence, depth=depth)
        except UnknownVersionError as error:
            raise _RefusedError(
                410, "unknown_version", "no such version, or too long ago"
            ) from error
        except KeyError as error:
            raise _RefusedError(404, "unknown_instrument", f"no {native} at {venue}") from error
        return _json(
            {
                "venue": venue,
                "native": native,
                "outcome": outcome,
                "sequence": version,
                "bids": [[f"{price:f}", f"{size:f}"] for price, size in book.bids],
                "asks": [[f"{price:f}", f"{size:f}"] for price, size in book.asks],
            }
        )

    async def _stats(self, _request: web.Request) -> web.Response:
        session = self._session
        return _json(
            {
                "now_ns": session.now_ns(),
                "is_paused": session.is_paused,
                "skipped_ns": session.skipped_ns,
                "faults": dict(session.log.counts),
                "venues": {
                    venue: {
                        "open": len(house.connections),
                        "books": len(session.world.quotes[venue]),
                        **msgspec.structs.asdict(house.tally),
                    }
                    for venue, house in session.houses.items()
                },
            }
        )

    async def _faults(self, request: web.Request) -> web.Response:
        count = _number(request, "limit", _ENTRIES_MAX)
        entries = list(self._session.log.entries)[-(_ENTRIES_MAX if count is None else count) :]
        standing = [
            {
                "number": each.number,
                "venue": venue,
                "fault": each.fault,
                "begin_ns": each.begin_ns,
                "end_ns": each.end_ns,
                "is_active": each.has_begun,
            }
            for venue, house in self._session.houses.items()
            for each in house.calendar.standing
        ]
        counts = dict(self._session.log.counts)
        return _json({"standing": standing, "counts": counts, "log": entries})

    async def _add_fault(self, request: web.Request) -> web.Response:
        body = await request.read()
        try:
            fault: AnyFault = msgspec.json.decode(body, type=AnyFault)
        except msgspec.DecodeError as error:
            raise _RefusedError(400, "invalid_fault", str(error)) from error
        if sum(len(h.calendar.standing) for h in self._session.houses.values()) >= _FAULTS_MAX:
            raise _RefusedError(409, "too_many_faults", f"{_FAULTS_MAX} faults stand already")
        try:
            added = self._session.add_fault(fault)
        except KeyError as error:
            raise _RefusedError(404, "unknown_venue", f"no venue {fault.venue}") from error
        return _json({"faults": [standing.number for standing in added]}, status=201)

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self._session.clear_faults()
        return _json({})

    async def _pause(self, _request: web.Request) -> web.Response:
        self._session.pause()
        return _json({})

    async def _resume(self, _request: web.Request) -> web.Response:
        self._session.resume()
        return _json({})

    async def _settle(self, _request: web.Request) -> web.Response:
        try:
            await self._session.settle()
        except TimeoutError as error:
            raise _RefusedError(409, "not_settled", "frames still wait to be read") from error
        return _json({})

    async def _stop(self, _request: web.Request) -> web.Response:
        self._session.is_stopped.set()
        return _json({})


@web.middleware
async def _typed_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except _RefusedError as error:
        return _error(error.status, error.code, error.text)
    except web.HTTPException as error:
        return _error(error.status, error.reason.lower().replace(" ", "_"), error.reason)


def _error(status: int, code: str, text: str) -> web.Response:
    return _json({"error": {"code": code, "message": text}}, status=status)


def _json(value: object, status: int = 200) -> web.Response:
    body = msgspec.json.encode(value)
    return web.Response(status=status, body=body, content_type="application/json")


def _number(request: web.Request, name: str, limit: int) -> int | None:
    text = request.query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= limit):
        raise _RefusedError(400, f"invalid_{name}", f"{name} is a number from 0 to {limit}")
    return int(text)
