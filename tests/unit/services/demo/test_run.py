"""The driver: what comes out depends on seed and duration alone."""

import pytest

from crossbook.books import Engine, EventDigest
from crossbook.clock import ManualClock
from crossbook.model.events import BookState, EventKind
from crossbook.services.demo import DemoRun, summarise
from crossbook.sim import SessionConfig, SimulatedSession, WireEvent, listed_instrument

SECOND_NS = 1_000_000_000


class TickingClock(ManualClock):
    """A clock that goes on by a microsecond with each look."""

    def monotonic_ns(self) -> int:
        self.advance(1_000)
        return super().monotonic_ns()


def make(seed: int = 1, duration_ns: int | None = 2 * SECOND_NS) -> DemoRun:
    session = SimulatedSession(seed, config=SessionConfig(duration_ns=duration_ns))
    return DemoRun(session, TickingClock())


def outcome(run: DemoRun) -> tuple[str, int, int, int]:
    return run.digest.hex(), run.digest.events, run.frames, run.trades


@pytest.mark.parametrize("step_ns", [SECOND_NS // 7, 333, 10 * SECOND_NS])
def test_the_steps_in_which_a_run_is_played_make_no_difference(step_ns: int) -> None:
    whole, stepped = make(duration_ns=SECOND_NS // 2), make(duration_ns=SECOND_NS // 2)
    whole.advance(SECOND_NS)
    # The first steps are small, so that even one of 333 ns is tried.
    for _ in range(1_000):
        stepped.advance(stepped.position_ns + step_ns)
    stepped.advance(SECOND_NS)
    assert outcome(stepped) == outcome(whole)


def test_another_seed_is_another_market() -> None:
    first, second = make(1), make(2)
    first.advance(SECOND_NS)
    second.advance(SECOND_NS)
    assert first.digest.hex() != second.digest.hex()


def test_a_run_that_was_stopped_is_the_same_as_one_that_ends_there() -> None:
    stopped = make(duration_ns=None)
    stopped.advance(SECOND_NS)
    stopped.stop()
    ended = make(duration_ns=stopped.position_ns)
    ended.advance(10 * SECOND_NS)
    assert ended.is_finished
    assert ended.position_ns == stopped.position_ns
    assert outcome(ended) == outcome(stopped)


def test_a_run_ends_where_its_session_ends() -> None:
    run = make()
    run.advance(SECOND_NS)
    assert (run.is_finished, run.position_ns) == (False, SECOND_NS)
    run.advance(9 * SECOND_NS)
    assert (run.is_finished, run.position_ns) == (True, 2 * SECOND_NS)
    before = outcome(run)
    run.stop()
    assert outcome(run) == before


def test_no_event_is_lost() -> None:
    run = make(duration_ns=5 * SECOND_NS)
    run.advance(5 * SECOND_NS)
    assert run.engine.events_dropped == 0
    assert run.engine.events_waiting == 0
    assert run.digest.events > 20_000


def test_the_digest_is_that_of_all_events_of_an_engine_that_is_fed_by_hand() -> None:
    run = make(duration_ns=SECOND_NS)
    run.advance(SECOND_NS)
    session = SimulatedSession(1, config=SessionConfig(duration_ns=SECOND_NS))
    engine, digest = Engine(), EventDigest()
    for listing in session.metadata():
        engine.add_instrument(listed_instrument(listing))
    engine.subscribe(*EventKind)
    feeds = {venue: engine.open_feed(venue) for venue in session.venues}
    for event in session:
        if event.kind == "open":
            feeds[event.venue].on_open(event.ts_recv_ns)
        elif event.kind == "frame":
            feeds[event.venue].on_frame(event.payload, event.ts_recv_ns)
        else:
            feeds[event.venue].on_snapshot(event.native, event.payload, event.ts_recv_ns)
        digest.update(engine.drain())
    assert digest.hex() == run.digest.hex()


def test_all_books_are_live_and_titled() -> None:
    run = make()
    run.advance(2 * SECOND_NS)
    assert {book.state for book in run.engine} == {BookState.LIVE}
    assets = {book.instrument.asset for book in run.engine}
    assert set(run.titles) == assets
    assert run.titles[run.engine.book("KXRAINNYC-26DEC24-T0-NO.KALSHI").instrument.asset] == (
        "NO: Will it rain in New York City on December 24, 2026?"
    )


def test_each_frame_is_timed_and_no_rest_answer() -> None:
    run = make()
    run.advance(2 * SECOND_NS)
    frames = {venue: latency.count for venue, latency in run.latency.items()}
    rest_answers = 3
    assert sum(frames.values()) == run.frames - rest_answers
    # The clock was looked at twice for each: a microsecond lies between.
    assert {latency.quantile_ns(1.0) for latency in run.latency.values()} == {1_007}


def test_frames_go_to_the_connection_of_their_venue() -> None:
    run = make()
    run.advance(SECOND_NS)
    events = list[WireEvent](SimulatedSession(1, config=SessionConfig(duration_ns=SECOND_NS)))
    for venue, feed in run.feeds.items():
        sent = [e for e in events if e.venue == venue and e.kind != "open"]
        assert feed.counts()["frames"] == len(sent)
        assert feed.counts()["bytes"] == sum(len(e.payload) for e in sent)


def test_a_summary_counts_what_came() -> None:
    run = make(duration_ns=5 * SECOND_NS)
    run.advance(5 * SECOND_NS)
    summary = summarise(run, wall_ns=2 * SECOND_NS)
    assert (summary.seed, summary.simulated_seconds, summary.wall_seconds) == (1, 5.0, 2.0)
    assert summary.venues == ["binance", "coinbase", "kraken", "polymarket", "kalshi"]
    assert (summary.books, summary.books_live, summary.books_wrong) == (21, 21, 0)
    assert summary.frames == run.frames == sum(v.frames for v in summary.by_venue.values())
    assert summary.messages == sum(v.messages for v in summary.by_venue.values())
    assert summary.frames_per_second == run.frames / 2
    assert summary.digest == run.digest.hex()
    assert (summary.checksums.failed, summary.bbo_checks.failed) == (0, 0)
    assert summary.by_venue["kraken"].checksums.ok > 1_000
    assert summary.by_venue["polymarket"].bbo_checks.ok > 1_000
    assert summary.by_venue["binance"].bbo_checks.ok > 50
    assert (summary.gaps, summary.decode_errors, summary.unknown_symbols) == (0, {}, 0)
    assert summary.faults == 0
    assert summary.latency_us.p50 == 1.0
    assert summary.levels == sum(sum(book.level_counts) for book in run.engine)


def test_a_summary_counts_what_went_wrong() -> None:
    run = make()
    run.advance(SECOND_NS)
    run.feeds["kraken"].on_frame(b"{", run.now_ns)
    run.feeds["kraken"].on_frame(b"[", run.now_ns)
    body = b'{"channel":"heartbeats","sequence_num":10000,"events":[{"heartbeat_counter":1}]}'
    run.feeds["coinbase"].on_frame(body, run.now_ns)
    summary = summarise(run, wall_ns=0)
    assert sum(summary.decode_errors.values()) == 2
    assert summary.decode_errors == summary.by_venue["kraken"].decode_errors
    assert summary.gaps == summary.by_venue["coinbase"].gaps == 1
    assert summary.faults == 3
    assert (summary.books_live, summary.by_venue["coinbase"].books_live) == (18, 0)
    assert summary.frames_per_second == 0
