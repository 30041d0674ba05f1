"""Damaged sessions: a careful client is right or knows that it is not, and gets well again."""

import pytest

from crossbook.sim import Faults, SessionConfig, SimulatedSession
from tests.unit.sim import replicas

SECOND_NS = 1_000_000_000


def damaged(venue: str, seed: int, **shares: int) -> SimulatedSession:
    faults = Faults(until_ns=5 * SECOND_NS, **shares)
    config = SessionConfig(
        duration_ns=9 * SECOND_NS,
        steps_per_s=40,
        # All ten levels are under the checksum: nothing wrong can hide below them.
        kraken_depth=10,
        snapshot_every_ns=1 * SECOND_NS,
        faults=faults,
    )
    return SimulatedSession(seed, venues=[venue], config=config)


CASES = [
    ("binance", {"drop_ppm": 20_000, "repeat_ppm": 20_000, "cut_ppm": 5_000}),
    ("coinbase", {"drop_ppm": 20_000, "repeat_ppm": 20_000, "cut_ppm": 5_000}),
    ("kraken", {"drop_ppm": 10_000, "repeat_ppm": 20_000, "digit_ppm": 20_000, "cut_ppm": 5_000}),
    ("kalshi", {"drop_ppm": 5_000, "repeat_ppm": 5_000, "cut_ppm": 5_000}),
]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("venue", "shares"), CASES)
def test_a_client_is_right_or_knows_that_it_is_not(
    venue: str, shares: dict[str, int], seed: int
) -> None:
    session = damaged(venue, seed, **shares)
    client = replicas.replica(venue, depth=10)
    proven = 0
    for event in session:
        for native, outcome in client.on_event(event):
            book = client.book(native, outcome)
            if book.is_live:
                truth = session.truth(venue, native, outcome)
                assert book.read() == (truth.bids, truth.asks)
                proven += 1
    assert proven > 100
    assert client.gaps > 0
    assert {fault.kind for fault in session.faults()} <= {name[:-4] for name in shares}
    assert client.garbage >= sum(fault.kind == "cut" for fault in session.faults())


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("venue", "shares"), [*CASES, ("polymarket", {"drop_ppm": 20_000})])
def test_a_client_is_well_again_when_the_faults_have_stopped(
    venue: str, shares: dict[str, int], seed: int
) -> None:
    session = damaged(venue, seed, **shares)
    client = replicas.replica(venue, depth=10)
    for event in session:
        client.on_event(event)
    for listing in session.metadata():
        truth = session.truth(venue, listing.native, listing.outcome)
        book = client.book(listing.native, listing.outcome)
        assert book.is_live
        assert book.read() == (truth.bids, truth.asks)


def test_faults_change_nothing_but_what_they_hit() -> None:
    clean = SessionConfig(duration_ns=4 * SECOND_NS)
    dirty = SessionConfig(duration_ns=4 * SECOND_NS, faults=Faults(drop_ppm=30_000))
    sent = list(SimulatedSession(1, venues=["kalshi"], config=clean))
    session = SimulatedSession(1, venues=["kalshi"], config=dirty)
    got = list(session)
    dropped = {fault.index for fault in session.faults()}
    frames = [event for event in sent if event.kind == "frame"]
    kept = [frame for index, frame in enumerate(frames) if index not in dropped]
    assert dropped
    assert [event for event in got if event.kind == "frame"] == kept


def test_faults_keep_within_their_time() -> None:
    session = damaged("coinbase", 1, drop_ppm=200_000)
    assert list(session)
    times = [fault.ts_recv_ns for fault in session.faults()]
    assert min(times) >= 1_767_225_601 * SECOND_NS
    assert max(times) < 1_767_225_605 * SECOND_NS


def test_a_wrong_digit_is_one_digit() -> None:
    clean = SessionConfig(duration_ns=3 * SECOND_NS)
    dirty = SessionConfig(duration_ns=3 * SECOND_NS, faults=Faults(digit_ppm=50_000))
    sent = list(SimulatedSession(1, venues=["kraken"], config=clean))
    got = list(SimulatedSession(1, venues=["kraken"], config=dirty))
    differing = [
        [(a, b) for a, b in zip(left.payload, right.payload, strict=True) if a != b]
        for left, right in zip(sent, got, strict=True)
        if left != right
    ]
    assert differing
    for pairs in differing:
        ((before, after),) = pairs
        assert chr(before).isdigit()
        assert chr(after).isdigit()
