"""Persistent connections to one venue, counted."""

import ssl
from types import SimpleNamespace

import aiohttp

__all__ = ["Pool"]


class Pool:
    """An aiohttp session that says how many connections it made and how often it used one again.

    Args:
        connections_max: connections at one time.
        keep_alive_s: an idle connection is kept this long.
        tls: whom to trust; `None`: the authorities of the machine.
    """

    def __init__(
        self, *, connections_max: int, keep_alive_s: float, tls: ssl.SSLContext | None
    ) -> None:
        self.opened = 0
        """Connections that were made."""
        self.reused = 0
        """Requests that went over a connection that was there."""
        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(self._on_created)
        trace.on_connection_reuseconn.append(self._on_reused)
        self._connector = aiohttp.TCPConnector(
            limit=connections_max,
            keepalive_timeout=keep_alive_s,
            ssl=tls if tls is not None else True,
        )
        self.session = aiohttp.ClientSession(
            connector=self._connector,
            trace_configs=[trace],
            # A venue's public side sets cookies for its web pages: none of our business.
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "crossbook", "Accept": "application/json"},
            raise_for_status=False,
            # No proxy and no password file that the machine happens to have.
            trust_env=False,
        )
        # It would repeat a PUT or DELETE by itself when a kept connection turns out to be closed:
        # what is sent twice is not its to decide, and each try takes from a budget.
        self.session._retry_connection = False  # noqa: SLF001 -- there is no public way

    async def close(self) -> None:
        """End all connections."""
        await self.session.close()

    async def _on_created(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        _params: aiohttp.TraceConnectionCreateEndParams,
    ) -> None:
        self.opened += 1

    async def _on_reused(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        _params: aiohttp.TraceConnectionReuseconnParams,
    ) -> None:
        self.reused += 1
