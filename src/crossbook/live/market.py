"""Live market data of several venues: none notices what happens to another."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from crossbook.live.counts import VenueCounts
from crossbook.live.driver import VenueDriver

__all__ = ["MarketData"]


class MarketData:
    """Runs the drivers of several venues.

    Args:
        drivers: by venue.
        restart_s: how long to wait before a driver that failed is started again.
        log: takes an event's name and its fields.
    """

    def __init__(
        self,
        drivers: Mapping[str, VenueDriver],
        restart_s: float,
        log: Callable[..., Any],
    ) -> None:
        self.drivers = dict(drivers)
        self._restart_s = restart_s
        self._log = log
        self._is_stopping = False

    async def run(self) -> None:
        """Keep all venues' books live until `stop`, or until cancelled."""
        self._is_stopping = False
        async with asyncio.TaskGroup() as group:
            for venue, driver in self.drivers.items():
                group.create_task(self._keep(venue, driver), name=f"live {venue}")

    def stop(self) -> None:
        """End all sockets in good order; `run` returns within the drivers' deadline."""
        self._is_stopping = True
        for driver in self.drivers.values():
            driver.stop()

    def counts(self) -> dict[str, VenueCounts]:
        """Return what was counted, by venue; the structs go on counting."""
        return {venue: driver.env.counts for venue, driver in self.drivers.items()}

    async def _keep(self, venue: str, driver: VenueDriver) -> None:
        while not self._is_stopping:
            try:
                await driver.run()
            except Exception as error:  # noqa: BLE001 -- the outermost loop of this task: a venue's failure is its own
                driver.env.counts.restarts += 1
                self._log("live.driver_failed", venue=venue, error=repr(error))
                await asyncio.sleep(self._restart_s)
