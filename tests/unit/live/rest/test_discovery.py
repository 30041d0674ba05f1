"""Lists are read over all pages, boundedly, and what changes in them is told."""

import asyncio
import json
from collections.abc import Sequence
from random import Random
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest

from crossbook.errors import DisconnectError, MetadataError
from crossbook.live.rest.discovery import Changes, Discovery, Revision, changes, merged, pages
from crossbook.live.rest.priority import Priority
from crossbook.model import Catalogue, Instrument
from crossbook.model.instruments import Status
from crossbook.venues.base import Symbols
from crossbook.venues.registry import venue
from crossbook.venues.requests import Request, Rest
from tests.unit.live.rest.virtual import run

KRAKEN = venue("kraken").symbols
BTC, ETH, SOL = (KRAKEN.instrument_from_native(f"{base}/USD") for base in ("XBT", "ETH", "SOL"))
HALTED = msgspec.structs.replace(ETH, status=Status.HALTED)


def test_a_change_is_new_gone_or_changed() -> None:
    assert changes([BTC, ETH], [ETH, SOL]) == Changes(new=(SOL,), gone=(BTC,))
    assert changes([BTC, ETH], [BTC, HALTED]) == Changes(changed=(Revision(ETH, HALTED),))
    assert not changes([BTC, ETH], [ETH, BTC])


def test_pages_are_one_list_and_a_row_that_comes_twice_counts_as_it_was_last() -> None:
    problem = MetadataError("kraken", "X", "tick", "0", "more")
    whole = merged([Catalogue((BTC, ETH), (problem,)), Catalogue((HALTED, SOL))])
    assert whole == Catalogue((BTC, HALTED, SOL), (problem,))


class Book:
    """A list in pages: `next` of each page, by the cursor that asks for it."""

    def __init__(self, following: dict[str | None, str | None]) -> None:
        self.following = following
        self.asked: list[str] = []

    def instruments(self, cursor: str | None = None) -> Sequence[Request]:
        return [Request(path=f"/{cursor}/{part}") for part in "ab"]

    def next_page(self, body: bytes) -> str | None:
        return self.following[None if body == b"/None/b" else body.decode().split("/")[1]]

    async def fetch(self, request: Request, priority: Priority = Priority.DATA) -> bytes:
        self.asked.append(request.path)
        return request.path.encode()


def read(book: Book, pages_max: int) -> list[bytes]:
    async def main() -> list[bytes]:
        return [body async for body in pages("fake", book, cast("Rest", book), pages_max)]

    return asyncio.run(main())


def test_each_page_is_asked_for_by_the_cursor_of_the_one_before() -> None:
    bodies = read(Book({None: "x", "x": "y", "y": None}), 3)
    assert bodies == [b"/None/a", b"/None/b", b"/x/a", b"/x/b", b"/y/a", b"/y/b"]


def test_pages_that_go_in_a_circle_are_an_error() -> None:
    book = Book({None: "x", "x": "y", "y": "x"})
    with pytest.raises(MetadataError, match="a cursor that did not come before"):
        read(book, 1_000)
    assert len(book.asked) == 6


def test_pages_without_an_end_are_an_error() -> None:
    book = Book({None: "0", **{str(n): str(n + 1) for n in range(10)}})
    with pytest.raises(MetadataError, match="an end within 5 pages"):
        read(book, 5)
    assert len(book.asked) == 10


class Lists:
    """A venue whose list is another one each time; an exception stands for a failure."""

    def __init__(self, *lists: Sequence[Instrument] | Exception) -> None:
        self.lists = list(lists)
        self.now: Sequence[Instrument] = ()

    async def fetch(self, request: Request, priority: Priority = Priority.DATA) -> bytes:
        found = self.lists.pop(0)
        if isinstance(found, Exception):
            raise found
        self.now = found
        return b""

    def instruments(self, metadata: bytes) -> Catalogue:
        return Catalogue(tuple(self.now))


def discovery(lists: Lists) -> Discovery:
    rest = SimpleNamespace(instruments=lambda _: [Request(path="/")], next_page=lambda _: None)
    return Discovery("kraken", lists, cast("Rest", rest), cast("Symbols", lists), random=Random(1))


def test_a_refresh_tells_what_changed_and_keeps_the_list_when_it_fails() -> None:
    broken = DisconnectError("GET /", "closed")
    lists = Lists([BTC], broken, [], [BTC, ETH])

    async def main() -> None:
        found = discovery(lists)
        assert await found.refresh() == Changes(new=(BTC,))
        with pytest.raises(DisconnectError):
            await found.refresh()
        with pytest.raises(MetadataError, match="an empty list"):
            await found.refresh()
        assert found.catalogue.instruments == (BTC,)
        assert await found.refresh() == Changes(new=(ETH,))
        assert (found.refreshes, found.failures) == (2, 2)

    asyncio.run(main())


def test_in_the_background_it_goes_on_after_failures() -> None:
    broken = DisconnectError("GET /", "closed")
    lists = Lists([BTC], broken, [BTC], [HALTED])
    told: list[tuple[int, Changes]] = []
    enough = asyncio.Event()

    async def main() -> None:
        loop = asyncio.get_running_loop()

        def on_changes(found: Changes) -> None:
            told.append((round(loop.time() / 100), found))
            if len(told) == 2:
                enough.set()

        task = asyncio.create_task(discovery(lists).run(100.0, on_changes))
        await enough.wait()
        task.cancel()

    run(main())
    assert told == [(1, Changes(new=(BTC,))), (4, Changes(new=(HALTED,), gone=(BTC,)))]


class Kalshi:
    """Answers series on several lines, and two pages of one event each."""

    async def fetch(self, request: Request, priority: Priority = Priority.DATA) -> bytes:
        if request.path.endswith("/series"):
            series = {"ticker": "KXABC", "fee_type": "quadratic", "fee_multiplier": 0.5}
            return json.dumps({"series": [series]}, indent=2).encode()
        cursor = dict(request.query).get("cursor", "")
        name = f"KXABC-3{len(cursor)}"
        market = {"ticker": f"{name}-B1", "event_ticker": name, "status": "active"}
        event = {"event_ticker": name, "series_ticker": "KXABC", "markets": [market]}
        return json.dumps({"events": [event], "cursor": "" if cursor else "x"}).encode()


def test_what_an_answer_without_instruments_says_holds_for_every_page() -> None:
    kalshi = venue("kalshi")

    async def main() -> Catalogue:
        found = Discovery("kalshi", Kalshi(), kalshi.rest, kalshi.symbols, random=Random(1))
        await found.refresh()
        return found.catalogue

    catalogue = asyncio.run(main())
    assert catalogue.problems == ()
    assert {each.native for each in catalogue.instruments} == {"KXABC-30-B1", "KXABC-31-B1"}
    assert {each.fee.taker_ppm for each in catalogue.instruments} == {35_000}
