"""No book is wrong while it says that it can be trusted, and all of them get well again."""

import pytest

from crossbook import Engine
from crossbook.books import Book
from crossbook.clock import ManualClock
from crossbook.model.events import BookState, EventKind, StateReason
from crossbook.services.demo.audit import is_right, live_books, wrong_books
from crossbook.services.demo.run import DemoRun
from crossbook.sim import (
    START_NS,
    Faults,
    SessionConfig,
    SimulatedSession,
    WireEvent,
    listed_instrument,
)

SECOND_NS = 1_000_000_000

LOSSES = {"drop_ppm": 20_000, "repeat_ppm": 20_000, "cut_ppm": 5_000}
DAMAGE = {
    "binance": LOSSES,
    "coinbase": LOSSES,
    # Only a checksum tells that a digit is another one.
    "kraken": {**LOSSES, "digit_ppm": 20_000},
    "kalshi": {"drop_ppm": 5_000, "repeat_ppm": 5_000, "cut_ppm": 5_000},
}


def session(seed: int, venue: str, shares: dict[str, int]) -> SimulatedSession:
    """Return five damaged seconds of one venue, and four in which it may recover."""
    config = SessionConfig(
        duration_ns=9 * SECOND_NS,
        steps_per_s=40,
        # All ten levels are under the checksum: nothing wrong can hide below them.
        kraken_depth=10,
        snapshot_every_ns=SECOND_NS,
        faults=Faults(until_ns=5 * SECOND_NS, **shares),
    )
    return SimulatedSession(seed, venues=[venue], config=config)


class Client:
    """An engine on the wire, and what each frame changed."""

    def __init__(self, session: SimulatedSession) -> None:
        self.engine = Engine()
        self.listings = session.metadata()
        for listing in self.listings:
            self.engine.add_instrument(listed_instrument(listing))
        self.engine.subscribe(EventKind.SNAPSHOT, EventKind.LEVEL)
        self.feeds = {venue: self.engine.open_feed(venue) for venue in session.venues}

    def on_event(self, event: WireEvent) -> set[int]:
        """Take an event and return the numbers of the instruments whose book it changed."""
        feed = self.feeds[event.venue]
        if event.kind == "open":
            feed.on_open(event.ts_recv_ns)
        elif event.kind == "rest_snapshot":
            feed.on_snapshot(event.native, event.payload, event.ts_recv_ns)
        else:
            feed.on_frame(event.payload, event.ts_recv_ns)
        changed = {each.instrument for each in self.engine.drain()}
        return {number for number in changed if number is not None}

    def book(self, number: int) -> Book:
        return self.engine.book(self.listings[number].instrument_id)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("venue", DAMAGE)
def test_a_book_that_a_frame_changed_is_right_or_says_that_it_is_not(venue: str, seed: int) -> None:
    wire = session(seed, venue, DAMAGE[venue])
    client = Client(wire)
    right, distrusted = 0, set()
    for event in wire:
        for number in client.on_event(event):
            book = client.book(number)
            # Whether a change was lost just before a REST answer, the next frame tells.
            if book.state is BookState.LIVE and event.kind == "frame":
                assert is_right(book, wire, client.listings[number]), (event, book.counts())
                right += 1
        distrusted |= {book.state for book in client.engine} - {BookState.LIVE}
    assert right > 100
    # The faults were seen: the books were not trusted for a while.
    assert distrusted & {BookState.STALE, BookState.SUSPECT}
    assert wire.faults()


# A Polymarket client that misses a change deep in the book cannot know it before the next
# whole book: there it can only be tested that it gets well again.
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("venue", [*DAMAGE, "polymarket"])
def test_all_books_are_live_and_right_after_the_first_snapshots_without_faults(
    venue: str, seed: int
) -> None:
    wire = session(seed, venue, DAMAGE.get(venue, LOSSES))
    client = Client(wire)
    for event in wire:
        client.on_event(event)
        # Snapshots come every second and are at most half a second on their way.
        if event.ts_recv_ns > START_NS + 6.5 * SECOND_NS:
            assert [str(book) for book in client.engine if not is_well(book)] == []
            assert wrong_books(client.engine, wire) == []
    assert len(live_books(client.engine)) == len(client.listings)
    assert wire.faults()


def is_well(book: Book) -> bool:
    """Return whether a book is live, or waits for the first one of a new tick."""
    return book.state is BookState.LIVE or book.reason is StateReason.TICK_CHANGED


@pytest.mark.parametrize("seed", range(2))
def test_without_faults_no_frame_leaves_a_book_wrong(seed: int) -> None:
    wire = SimulatedSession(seed, config=SessionConfig(duration_ns=3 * SECOND_NS))
    client = Client(wire)
    for event in wire:
        for number in client.on_event(event):
            book = client.book(number)
            if book.state is BookState.LIVE:
                assert is_right(book, wire, client.listings[number])
    assert len(live_books(client.engine)) == len(client.listings)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("played_ns", [SECOND_NS // 3, 2_345_678_901])
def test_a_run_has_no_wrong_book_wherever_it_is_stopped(seed: int, played_ns: int) -> None:
    run = DemoRun(SimulatedSession(seed), ManualClock())
    run.advance(played_ns)
    run.stop()
    assert wrong_books(run.engine, run.session) == []


def test_a_wrong_book_is_found() -> None:
    run = DemoRun(
        SimulatedSession(1, config=SessionConfig(duration_ns=2 * SECOND_NS)), ManualClock()
    )
    run.advance(2 * SECOND_NS)
    frame = b'{"type":"snapshot","product_id":"BTC-USDT","bids":[["1.00","1.0"]],"asks":[]}'
    run.feeds["coinbase"].on_frame(frame, run.now_ns)
    assert wrong_books(run.engine, run.session) == ["BTC-USDT.COINBASE"]
