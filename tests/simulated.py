"""Simulated venues in a thread, for what runs an event loop of its own."""

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crossbook.sim.host import SimulatedVenues

_START_S = 60.0


@contextmanager
def simulated(
    venues: Sequence[str], *, seed: int = 1, **options: Any
) -> Iterator[dict[str, dict[str, str]]]:
    """Serve simulated venues until the block ends; yield their addresses by venue.

    Args:
        venues: which.
        seed: of their markets.
        options: further ones of `SimulatedVenues`.
    """
    urls: dict[str, dict[str, str]] = {}
    faults: list[BaseException] = []
    is_up = threading.Event()
    handles: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        over = asyncio.Event()
        handles.append((asyncio.get_running_loop(), over))
        async with SimulatedVenues(seed, venues, **options) as session:
            urls.update(session.urls)
            is_up.set()
            await over.wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:  # noqa: BLE001 -- the test's own thread raises it
            faults.append(error)
        finally:
            is_up.set()

    thread = threading.Thread(target=run, name="simulated venues")
    thread.start()
    try:
        assert is_up.wait(_START_S)
        if not faults:
            yield urls
    finally:
        if handles and thread.is_alive():
            loop, over = handles[0]
            loop.call_soon_threadsafe(over.set)
        thread.join(_START_S)
        if faults:
            raise faults[0]


def addresses(folder: Path, urls: dict[str, dict[str, str]]) -> Path:
    """Write addresses as `crossbook sim --json` prints them, and return the file."""
    file = folder / "addresses.json"
    file.write_text(json.dumps({"venues": urls, "control": ""}))
    return file
