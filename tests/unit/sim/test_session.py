"""A session is what it says: the frames give the true books, and one seed one session."""

import hashlib
from itertools import islice

import pytest

from crossbook.sim import START_NS, VENUES, SessionConfig, SimulatedSession
from tests.unit.sim import replicas

SECOND_NS = 1_000_000_000


def short(**changes: object) -> SessionConfig:
    return SessionConfig(**{"duration_ns": 3 * SECOND_NS, "steps_per_s": 60, **changes})  # type: ignore[arg-type]


def digest(session: SimulatedSession) -> str:
    running = hashlib.sha256()
    for event in session:
        running.update(f"{event.ts_recv_ns} {event.connection} {event.kind} ".encode())
        running.update(event.payload + b"\n")
    return running.hexdigest()


def assert_true(session: SimulatedSession, venue: str, client: replicas.Replica) -> None:
    for listing in session.metadata():
        if listing.venue == venue:
            book = session.truth(venue, listing.native, listing.outcome)
            seen = client.book(listing.native, listing.outcome).read()
            assert seen == (book.bids, book.asks), listing.instrument_id


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_frames_give_the_true_books_after_every_event(venue: str, seed: int) -> None:
    session = SimulatedSession(seed, venues=[venue], config=short())
    client = replicas.replica(venue)
    for number, event in enumerate(session):
        client.on_event(event)
        if number < 200 or not number % 7:
            assert_true(session, venue, client)
    assert_true(session, venue, client)
    assert client.gaps == 0
    assert client.garbage == 0
    assert all(book.is_live for book in client.books.values())


def test_venues_together_give_the_same_books_as_alone() -> None:
    session = SimulatedSession(5, config=short())
    clients = {venue: replicas.replica(venue) for venue in VENUES}
    for event in session:
        clients[event.venue].on_event(event)
    for venue, client in clients.items():
        assert_true(session, venue, client)


@pytest.mark.parametrize("depth", [10, 100])
def test_krakens_truth_is_no_deeper_than_its_subscription(depth: int) -> None:
    session = SimulatedSession(4, venues=["kraken"], config=short(kraken_depth=depth))
    client = replicas.Kraken(depth)
    deepest = 0
    for number, event in enumerate(session):
        client.on_event(event)
        if not number % 5:
            assert_true(session, "kraken", client)
        deepest = max(deepest, len(session.truth("kraken", "BTC/USDT").bids))
    assert client.gaps == 0
    assert deepest == depth if depth == 10 else 30 < deepest <= depth


def test_every_kind_of_frame_is_sent() -> None:
    seen = {}
    for venue, seconds in zip(VENUES, (3, 3, 3, 40, 3), strict=True):
        config = short(duration_ns=seconds * SECOND_NS)
        client = replicas.replica(venue)
        for event in SimulatedSession(1, venues=[venue], config=config):
            client.on_event(event)
        seen[venue] = set(client.kinds)
    assert seen == {
        "binance": {"depth", "bookTicker", "trade"},
        "coinbase": {"l2_data", "subscriptions", "heartbeats", "market_trades", "ticker"},
        "kraken": {"status", "subscribe", "book", "trade", "ticker"},
        "polymarket": {"book", "price_change", "last_trade_price", "tick_size_change", "PONG"},
        "kalshi": {"subscribed", "ok", "orderbook_snapshot", "orderbook_delta", "trade"},
    }


def test_kraken_sends_heartbeats_when_nothing_else_is_sent() -> None:
    config = short(duration_ns=20 * SECOND_NS, steps_per_s=1, spot_assets=1)
    client = replicas.Kraken(25)
    for event in SimulatedSession(1, venues=["kraken"], config=config):
        client.on_event(event)
    assert client.kinds["heartbeat"] > 2


@pytest.mark.parametrize(("venue", "least"), [("binance", 20), ("coinbase", 20), ("kraken", 20)])
def test_best_prices_beside_the_books_agree_with_them(venue: str, least: int) -> None:
    client = replicas.replica(venue)
    for event in SimulatedSession(2, venues=[venue], config=short()):
        client.on_event(event)
    assert client.tops[False] == 0
    assert client.tops[True] >= least


def test_a_binance_snapshot_is_right_within_a_diff() -> None:
    straddled = 0
    for seed in range(5):
        client = replicas.Binance()
        for event in SimulatedSession(seed, venues=["binance"], config=short()):
            client.on_event(event)
        straddled += client.straddled
    assert straddled > 5


def test_one_seed_gives_one_session() -> None:
    assert digest(SimulatedSession(9, config=short())) == digest(
        SimulatedSession(9, config=short())
    )
    assert digest(SimulatedSession(9, config=short())) != digest(
        SimulatedSession(10, config=short())
    )


def test_the_bytes_are_those_of_every_other_platform_and_version() -> None:
    config = short(duration_ns=SECOND_NS)
    assert digest(SimulatedSession(1, config=config)) == PINNED


def test_a_venue_does_not_depend_on_the_others() -> None:
    alone = list(SimulatedSession(3, venues=["coinbase"], config=short()))
    together = [event for event in SimulatedSession(3, config=short()) if event.venue == "coinbase"]
    assert alone == together


def test_events_come_by_time_of_arrival() -> None:
    times = [event.ts_recv_ns for event in SimulatedSession(1, config=short())]
    assert times == sorted(times)
    assert times[0] > START_NS
    assert times[-1] < START_NS + 3 * SECOND_NS


def test_a_session_without_an_end_goes_on() -> None:
    session = SimulatedSession(1, config=SessionConfig(steps_per_s=1000))
    assert sum(1 for _ in islice(session, 20_000)) == 20_000


def test_the_rate_can_be_chosen() -> None:
    slow, fast = (
        sum(1 for _ in SimulatedSession(1, venues=["kalshi"], config=short(steps_per_s=rate)))
        for rate in (20, 200)
    )
    assert 6 * slow < fast < 14 * slow


@pytest.mark.parametrize(
    ("venues", "changes"),
    [
        (["nasdaq"], {}),
        (VENUES, {"steps_per_s": 0}),
        (VENUES, {"kraken_depth": 11}),
        (VENUES, {"questions": 4}),
        (VENUES, {"spot_assets": 0}),
        (VENUES, {"snapshot_every_ns": 5}),
    ],
)
def test_what_makes_no_sense_is_refused(venues: list[str], changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"nasdaq|must be"):
        SimulatedSession(1, venues=venues, config=short(**changes))


def test_an_unknown_instrument_is_a_key_error() -> None:
    session = SimulatedSession(1)
    for venue, native, outcome in (
        ("binance", "XRPUSDT", ""),
        ("kalshi", "KXRAINNYC-26DEC24-T0", ""),
        ("coinbase", "BTC-USDT", "YES"),
        ("polymarket", "7", "YES"),
    ):
        with pytest.raises(KeyError):
            session.truth(venue, native, outcome)


PINNED = "0658fb08d2678a7487f144022e887f332dfd27ecd3b5a51385c943153d74065d"
