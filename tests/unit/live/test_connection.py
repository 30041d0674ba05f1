import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import uvloop

from crossbook import Engine
from crossbook.live.driver import VenueDriver
from crossbook.model.events import BookState
from crossbook.venues.requests import Window
from tests.unit.live.bourse import (
    PAIRS,
    RULES,
    Bourse,
    all_live,
    instrument,
    on_one_venue,
    right,
    until,
)

LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
Run = Callable[..., None]


@LOOPS
def test_messages_keep_to_the_venues_rate(run: Run) -> None:
    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: made.env.counts.messages_sent == 2)
        assert len(bourse.clients) == 1
        await until(lambda: all_live(made) and right(bourse, engine))

    rules = msgspec.structs.replace(RULES, sends=Window(2, 0.2))
    on_one_venue(run, scenario, rules=rules)


class Keeper:
    """Keeps what it is told, as a recorder does."""

    def __init__(self) -> None:
        self.lines: list[tuple[Any, ...]] = []

    def opened(self, venue: str, slot: int, url: str, ts_ns: int) -> None:
        self.lines.append(("opened", venue, slot))

    def closed(self, venue: str, slot: int, ts_ns: int) -> None:
        self.lines.append(("closed", venue, slot))

    def snapshot(self, venue: str, slot: int, native: str, body: bytes, ts_ns: int) -> None:
        self.lines.append(("snapshot", venue, slot, native, body))

    def tap(self, venue: str, slot: int) -> Callable[[bytes, int], None]:
        return lambda message, _: self.lines.append(("message", venue, slot, message))


@LOOPS
def test_what_a_recorder_keeps_makes_the_same_book(run: Run) -> None:
    keeper = Keeper()

    async def scenario(bourse: Bourse, engine: Engine, made: VenueDriver) -> None:
        await until(lambda: all_live(made) and right(bourse, engine))
        bourse.clients[0].kick()
        await until(lambda: made.env.counts.reconnects == 1)
        await until(lambda: all_live(made) and right(bourse, engine))
        again = Engine()
        feeds: dict[int, Any] = {}
        for native in PAIRS:
            again.add_instrument(instrument(native))
        for ts_ns, (kind, venue, slot, *rest) in enumerate(list(keeper.lines), start=1):
            feed = feeds.setdefault(slot, again.open_feed(venue))
            if kind == "opened":
                feed.on_open(ts_ns)
            elif kind == "closed":
                feed.on_close(ts_ns)
            elif kind == "message":
                feed.on_frame(rest[0], ts_ns)
            else:
                feed.on_snapshot(rest[0], rest[1], ts_ns)
        assert [book.levels() for book in again] == [book.levels() for book in engine]
        assert [book.state for book in again] == [BookState.LIVE] * 3

    on_one_venue(run, scenario, recorder=keeper)
