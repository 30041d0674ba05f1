"""Whatever a connection brings: nothing is raised, and no refused frame changes a book."""

import array
import json
from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crossbook import Book, BookState, Engine, EventKind, Feed, venue
from crossbook.model.events import (
    Event,
    FrameRefused,
    MessageMissed,
    ProofFailed,
    ProofKind,
    StateChanged,
    StateReason,
)
from crossbook.sim import (
    VENUES,
    Faults,
    Listing,
    SessionConfig,
    SimulatedSession,
    WireEvent,
    listed_instrument,
)

SECOND_NS = 1_000_000_000

NATIVES = {
    "binance": "BTCUSDT",
    "coinbase": "BTC-USDT",
    "kraken": "BTC/USDT",
    "mexc": "BTCUSDT",
    "gateio": "BTC_USDT",
    "bybit": "BTCUSDT",
    "okx": "BTC-USDT",
    "polymarket": "1",
    "kalshi": "KXA",
}
"""A symbol of each venue."""

BASES: dict[str, dict[str, object]] = {
    "binance": {"lastUpdateId": 7, "bids": [["99.5", "2"]], "asks": [["100.5", "1"]]},
    "coinbase": {
        "type": "snapshot",
        "product_id": "BTC-USDT",
        "bids": [["99.5", "2"]],
        "asks": [["100.5", "1"]],
    },
    "kraken": {
        "channel": "book",
        "type": "snapshot",
        "data": [
            {
                "symbol": "BTC/USDT",
                "bids": [{"price": 99.5, "qty": 2.5}],
                "asks": [{"price": 100.5, "qty": 1.5}],
                # CRC32 of "1005" "15" "995" "25".
                "checksum": 3948861646,
            }
        ],
    },
    "mexc": {"lastUpdateId": 7, "bids": [["99.5", "2"]], "asks": [["100.5", "1"]]},
    "gateio": {"id": 7, "bids": [["99.5", "2"]], "asks": [["100.5", "1"]]},
    "bybit": {
        "topic": "orderbook.50.BTCUSDT",
        "type": "snapshot",
        "ts": 1,
        "data": {"s": "BTCUSDT", "b": [["99.5", "2"]], "a": [["100.5", "1"]], "u": 7},
    },
    "okx": {
        "arg": {"channel": "books", "instId": "BTC-USDT"},
        "action": "snapshot",
        "data": [
            {
                "asks": [["100.5", "1", "0", "1"]],
                "bids": [["99.5", "2", "0", "1"]],
                "ts": "1",
                "prevSeqId": -1,
                "seqId": 7,
            }
        ],
    },
    "polymarket": {
        "event_type": "book",
        "asset_id": "1",
        "market": "0x1",
        "timestamp": "1",
        "bids": [{"price": "0.4", "size": "2"}],
        "asks": [{"price": "0.6", "size": "1"}],
    },
    "kalshi": {
        "type": "orderbook_snapshot",
        "sid": 1,
        "seq": 1,
        "msg": {
            "market_ticker": "KXA",
            "yes_dollars_fp": [["0.40", "2.00"]],
            "no_dollars_fp": [["0.40", "1.00"]],
        },
    },
}
"""What makes each of them a live book."""

ASKED = {"binance", "mexc", "gateio"}
"""Venues whose base is the answer to a request."""

Bench = tuple[Engine, Feed]


def bench(name: str) -> Bench:
    """Return an engine with one live book, and the connection that feeds it."""
    engine = Engine()
    engine.add_instrument(venue(name).symbols.instrument_from_native(NATIVES[name]))
    feed = engine.open_feed(name)
    engine.subscribe(*EventKind)
    give_base(feed, name)
    (book,) = engine
    assert book.state is BookState.LIVE
    engine.drain()
    return engine, feed


def give_base(feed: Feed, name: str, **changes: object) -> None:
    payload = json.dumps(BASES[name] | changes).encode()
    if name in ASKED:
        feed.on_snapshot(NATIVES[name], payload, 1)
    else:
        feed.on_frame(payload, 1)


def content(engine: Engine) -> list[object]:
    """Return everything that can be read of the books."""
    return [(book.levels(), book.state, book.sequence, book.counts()) for book in engine]


def refused(feed: Feed) -> int:
    by_kind = feed.counts()["decode_errors"]
    assert isinstance(by_kind, dict)
    return sum(by_kind.values())


def frames_of(feed: Feed) -> int:
    frames = feed.counts()["frames"]
    assert isinstance(frames, int)
    return frames


def events(engine: Engine) -> list[Event]:
    return list(engine.drain())


CASES = pytest.mark.parametrize("name", NATIVES)


# ------------------------------------------------------------- any bytes


@CASES
@given(frame=st.binary(max_size=300))
@example(frame=b"")
@example(frame=b"\xff\xfe{}")
@example(frame=b"[" * 5_000)
@example(frame=b'{"' * 2_000)
@example(frame=b"\x00" * 40)
def test_arbitrary_bytes_are_counted_and_change_no_book(name: str, frame: bytes) -> None:
    engine, feed = bench(name)
    before, frames = content(engine), frames_of(feed)
    for buffer in (frame, bytearray(frame), memoryview(frame)):
        feed.on_frame(buffer, 2)
    feed.on_snapshot(NATIVES[name], frame, 2)
    feed.on_snapshot("\u20ac nobody's symbol", frame, 2)
    assert frames_of(feed) == frames + 5
    assert content(engine) == before


@cache
def recorded(name: str) -> list[WireEvent]:
    """Return a short session of a venue."""
    config = SessionConfig(duration_ns=3 * SECOND_NS, steps_per_s=30)
    return list(SimulatedSession(5, venues=[name], config=config))


def simulated(session: SimulatedSession) -> tuple[Engine, Callable[[WireEvent], Feed]]:
    """Return an engine with the session's instruments, and what gives an event to it."""
    engine = Engine(events_max=100_000)
    for listing in session.metadata():
        engine.add_instrument(listed_instrument(listing))
    feeds: dict[str, Feed] = {}

    def give(event: WireEvent) -> Feed:
        if event.connection not in feeds:
            feeds[event.connection] = engine.open_feed(event.venue)
        feed = feeds[event.connection]
        if event.kind == "open":
            feed.on_open(event.ts_recv_ns)
        elif event.kind == "rest_snapshot":
            feed.on_snapshot(event.native, event.payload, event.ts_recv_ns)
        else:
            feed.on_frame(event.payload, event.ts_recv_ns)
        return feed

    return engine, give


@st.composite
def damages(draw: st.DrawFn) -> tuple[int, bytes, int]:
    """Draw where to cut, what to put there, and how much to leave out."""
    pieces = st.sampled_from([b'"', b"}", b"]", b",", b"-", b"e", b"999999999999999999999", b"\\u"])
    return draw(st.integers(0)), draw(st.binary(max_size=4) | pieces), draw(st.integers(0, 30))


@pytest.mark.parametrize("name", VENUES)
@given(hits=st.lists(st.tuples(st.integers(0), damages()), min_size=1, max_size=20))
def test_a_damaged_frame_that_is_refused_changes_no_book(
    name: str, hits: list[tuple[int, tuple[int, bytes, int]]]
) -> None:
    stream = recorded(name)
    engine, give = simulated(
        SimulatedSession(5, venues=[name], config=SessionConfig(duration_ns=3 * SECOND_NS))
    )
    feeds = [give(event) for event in stream[: len(stream) // 2]]
    for number, (place, piece, left_out) in hits:
        at = number % len(stream)
        payload, feed = stream[at].payload, feeds[at % len(feeds)]
        cut = place % (len(payload) + 1)
        before, errors = content(engine), refused(feed)
        feed.on_frame(payload[:cut] + piece + payload[cut + left_out :], 2)
        if refused(feed) > errors:
            assert content(engine) == before


# ------------------------------------------------------- kinds of buffers


def test_a_buffer_of_any_kind_is_read_as_its_bytes() -> None:
    diff = b'{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":8,"u":9,"b":[["99.6","3"]],"a":[]}'
    spread = bytes(octet for pair in zip(diff, b"x" * len(diff), strict=True) for octet in pair)
    buffers = [diff, bytearray(diff), memoryview(diff), memoryview(bytearray(diff)).toreadonly()]
    for buffer in [*buffers, memoryview(spread)[::2], array.array("B", diff)]:
        engine, feed = bench("binance")
        feed.on_frame(buffer, 2)  # type: ignore[arg-type] # An array has a buffer, too.
        assert [book.sequence for book in engine] == [9]


@pytest.mark.parametrize("frame", ["{}", 5, None, 1.5, [1], object()])
def test_what_has_no_bytes_is_an_error_of_the_program(frame: object) -> None:
    engine, feed = bench("binance")
    before, counts = content(engine), feed.counts()
    with pytest.raises(TypeError):
        feed.on_frame(frame, 2)  # type: ignore[arg-type] # That is the test.
    with pytest.raises(TypeError):
        feed.on_snapshot("BTCUSDT", frame, 2)  # type: ignore[arg-type] # That is the test.
    assert (content(engine), feed.counts()) == (before, counts)


def test_a_buffer_of_wider_numbers_is_an_error_of_the_program() -> None:
    _, feed = bench("binance")
    with pytest.raises(BufferError):
        feed.on_frame(memoryview(array.array("i", [1, 2])), 2)


# ------------------------------------------------------------ large frames


@CASES
def test_ten_megabytes_of_anything_are_refused_or_passed_over(name: str) -> None:
    engine, feed = bench(name)
    before = content(engine)
    size = 10 << 20
    for frame in (
        b"x" * size,
        b"[" * size,
        b'{"a":' * (size // 5),
        b'"' + b"\\" * size,
        b" " * size,
        b'{"junk":"' + b"x" * size + b'"}',
        b'{"junk":"' + "é".encode() * (size // 2) + b'"}',
    ):
        feed.on_frame(frame, 2)
    assert content(engine) == before


def test_a_frame_past_all_sense_is_too_large() -> None:
    engine, feed = bench("binance")
    feed.on_frame(bytes((64 << 20) + 1), 2)
    assert feed.counts()["decode_errors"] == {"too_large": 1}
    assert [type(event) for event in engine.drain()] == [FrameRefused]


def test_a_book_of_ten_megabytes_is_a_book() -> None:
    engine, feed = bench("binance")
    bids = [[f"{price}.50000000", "1.00000000"] for price in range(1, 350_001)]
    give_base(feed, "binance", lastUpdateId=8, bids=bids, asks=[])
    (book,) = engine
    assert (book.state, book.level_counts) == (BookState.LIVE, (350_000, 0))


# ------------------------------------------------------- frames of others


@CASES
def test_frames_of_another_venue_change_no_book(name: str) -> None:
    engine, feed = bench(name)
    before, frames = content(engine), frames_of(feed)
    others = [event for other in VENUES if other != name for event in recorded(other)[:200]]
    for event in others:
        feed.on_frame(event.payload, 2)
    assert content(engine) == before
    assert frames_of(feed) == frames + len(others)


@CASES
def test_a_symbol_that_nobody_registered_is_counted(name: str) -> None:
    engine = Engine()
    feed = engine.open_feed(name)
    give_base(feed, name)
    counts = feed.counts()
    # Either leg of a Kalshi market is a message of its own.
    assert counts["unknown_symbols"] == (2 if name == "kalshi" else 1)
    assert counts["decode_errors"] == {}
    feed.on_snapshot("\x00", b"{}", 2)
    assert refused(feed) == 1


# ------------------------------------------------- what is wrong is said


def states(found: list[Event]) -> list[tuple[BookState, StateReason]]:
    return [(event.state, event.reason) for event in found if isinstance(event, StateChanged)]


def diff(first: int, last: int, price: str, size: str) -> bytes:
    message = {"e": "depthUpdate", "E": 1, "s": "BTCUSDT", "U": first, "u": last}
    return json.dumps(message | {"b": [[price, size]], "a": []}).encode()


@pytest.mark.parametrize(
    ("price", "size"),
    [("99.0000000001", "1"), ("99", "0.00000000001"), ("99", "1e10"), ("999999999999", "1")],
)
def test_a_number_off_the_scale_breaks_the_book_until_its_next_base(price: str, size: str) -> None:
    engine, feed = bench("binance")
    (book,) = engine
    levels = book.levels()
    feed.on_frame(diff(8, 8, price, size), 2)
    assert states(events(engine)) == [(BookState.BROKEN, StateReason.OFF_SCALE)]
    feed.on_frame(diff(9, 9, "99", "1"), 3)
    assert (book.state, book.levels()) == (BookState.BROKEN, levels)
    give_base(feed, "binance", lastUpdateId=8)
    assert states(events(engine)) == [(BookState.LIVE, StateReason.JOINED)]
    assert book.sequence == 9


def test_a_gap_is_an_event_and_a_state() -> None:
    engine, feed = bench("binance")
    feed.on_frame(diff(10, 11, "99", "1"), 2)
    found = events(engine)
    assert [
        (event.expected, event.received) for event in found if isinstance(event, MessageMissed)
    ] == [(8, 10)]
    assert states(found) == [(BookState.STALE, StateReason.GAP)]


def test_a_crossed_book_is_an_event_and_a_state_while_it_crosses() -> None:
    engine, feed = bench("binance")
    feed.on_frame(diff(8, 8, "100.5", "1"), 2)
    assert states(events(engine)) == [(BookState.SUSPECT, StateReason.CROSSED)]
    feed.on_frame(diff(9, 9, "100.5", "0"), 3)
    assert states(events(engine)) == [(BookState.LIVE, StateReason.UNCROSSED)]


def test_a_failed_checksum_is_an_event_and_a_state() -> None:
    engine, feed = bench("kraken")
    (book,) = engine
    assert book.counts()["checksums_ok"] == 1
    wrong = json.dumps(BASES["kraken"]).replace("3948861646", "3948861645").encode()
    feed.on_frame(wrong, 2)
    found = events(engine)
    proofs = [event for event in found if isinstance(event, ProofFailed)]
    assert [(event.proof, event.theirs, event.ours) for event in proofs] == [
        (ProofKind.CHECKSUM, 3948861645, 3948861646)
    ]
    assert states(found) == [(BookState.SUSPECT, StateReason.PROOF_FAILED)]
    give_base(feed, "kraken")
    assert book.state is BookState.LIVE


# ------------------------------------------------------- whole sessions

FAULTS = {
    "binance": Faults(drop_ppm=20_000, repeat_ppm=20_000, cut_ppm=5_000, until_ns=5 * SECOND_NS),
    "coinbase": Faults(drop_ppm=20_000, repeat_ppm=20_000, cut_ppm=5_000, until_ns=5 * SECOND_NS),
    "kraken": Faults(
        drop_ppm=10_000,
        repeat_ppm=20_000,
        digit_ppm=20_000,
        cut_ppm=5_000,
        until_ns=5 * SECOND_NS,
    ),
    "kalshi": Faults(drop_ppm=5_000, repeat_ppm=5_000, cut_ppm=5_000, until_ns=5 * SECOND_NS),
}


def damaged(name: str, seed: int) -> SimulatedSession:
    config = SessionConfig(
        duration_ns=8 * SECOND_NS,
        steps_per_s=40,
        # All ten levels are under the checksum: nothing wrong can hide below them.
        kraken_depth=10,
        snapshot_every_ns=SECOND_NS,
        faults=FAULTS[name],
    )
    return SimulatedSession(seed, venues=[name], config=config)


def changes(engine: Engine) -> list[int]:
    """Return how often each book changed so far."""
    return [book.counts()["applied"] + book.counts()["snapshots"] for book in engine]


def is_true(session: SimulatedSession, listing: Listing, book: Book) -> bool:
    truth = session.truth(listing.venue, listing.native, listing.outcome)
    sides = [
        [(book.price(price), book.size(size)) for price, size in side] for side in book.levels()
    ]
    return sides == [truth.bids, truth.asks]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", FAULTS)
def test_a_book_is_right_or_says_that_it_is_not_and_gets_well(name: str, seed: int) -> None:
    session = damaged(name, seed)
    engine, give = simulated(session)
    engine.subscribe(EventKind.STATE, EventKind.DECODE_FAILED, EventKind.GAP)
    looks = 0
    for event in session:
        before = changes(engine)
        give(event)
        books = zip(session.metadata(), engine, before, changes(engine), strict=True)
        for listing, book, was, now in books:
            # A lost frame cannot be known of before the next one that is not.
            if now > was and book.state is BookState.LIVE:
                assert is_true(session, listing, book), f"{book!r} {book.counts()}"
                looks += 1
    assert looks > 100
    assert {book.state for book in engine} == {BookState.LIVE}
    found = events(engine)
    cuts = sum(fault.kind == "cut" for fault in session.faults())
    assert sum(isinstance(event, FrameRefused) for event in found) >= cuts
    assert any(state is not BookState.LIVE for state, _ in states(found))
