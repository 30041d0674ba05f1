"""Books of one venue never cross; books of two venues do, after fees, now and then."""

from decimal import Decimal

from crossbook.sim import VENUES, Listing, SessionConfig, SimulatedSession

SECOND_NS = 1_000_000_000


def fee(listing: Listing, price: Decimal) -> Decimal:
    rate = Decimal(listing.taker_ppm) / 1_000_000
    return rate * price * (1 - price if listing.fee_curve == "p_one_minus_p" else 1)


def crossings(session: SimulatedSession, listings: list[Listing]) -> int:
    """Count pairs of venues between which a unit can be bought and sold at a profit."""
    found = 0
    tops = []
    for listing in listings:
        book = session.truth(listing.venue, listing.native, listing.outcome)
        if book.bids and book.asks:
            tops.append((listing, book.bids[0][0], book.asks[0][0]))
    for seller, bid, _ in tops:
        for buyer, _, ask in tops:
            cost = ask + fee(buyer, ask)
            found += seller is not buyer and bid - fee(seller, bid) > cost
    return found


def by_asset(session: SimulatedSession) -> dict[tuple[str, str, str], list[Listing]]:
    assets: dict[tuple[str, str, str], list[Listing]] = {}
    for listing in session.metadata():
        key = listing.aggregate_id, listing.market_id, listing.asset_id
        assets.setdefault(key, []).append(listing)
    return assets


def test_a_venue_never_crosses_itself() -> None:
    for seed in range(3):
        config = SessionConfig(duration_ns=5 * SECOND_NS, steps_per_s=40)
        checked = 0
        session = SimulatedSession(seed, config=config)
        for number, event in enumerate(session):
            if number % 11 or event.kind != "frame":
                continue
            for listing in session.metadata():
                if listing.venue != event.venue:
                    continue
                book = session.truth(listing.venue, listing.native, listing.outcome)
                if book.bids:
                    assert book.bids[0][0] < book.asks[0][0]
                    checked += 1
        assert checked > 100


def test_venues_cross_after_fees_but_not_for_long() -> None:
    crossed = {"spot": 0, "question": 0}
    looks = 0
    for seed in (1,):
        session = SimulatedSession(
            seed, config=SessionConfig(duration_ns=20 * SECOND_NS, steps_per_s=40)
        )
        assets = by_asset(session)
        for number, _ in enumerate(session):
            if number % 50:
                continue
            looks += 1
            for listings in assets.values():
                kind = "question" if listings[0].outcome else "spot"
                crossed[kind] += crossings(session, listings) > 0
    assert crossed["spot"] > 10
    assert crossed["question"] > 10
    # Nine assets a look: most of the time nothing pays.
    assert crossed["spot"] + crossed["question"] < 9 * looks // 4


def test_every_asset_is_listed_on_every_venue_of_its_kind() -> None:
    session = SimulatedSession(1)
    venues = {key: {one.venue for one in listings} for key, listings in by_asset(session).items()}
    spot, questions = set(VENUES[:3]), set(VENUES[3:])
    assert set(map(frozenset, venues.values())) == {frozenset(spot), frozenset(questions)}
    assert len(venues) == 3 + 3 * 2


def test_no_is_the_mirror_of_yes() -> None:
    config = SessionConfig(duration_ns=3 * SECOND_NS)
    session = SimulatedSession(2, venues=["polymarket", "kalshi"], config=config)
    for _ in session:
        pass
    checked = 0
    for yes in session.metadata():
        if yes.outcome != "YES":
            continue
        (no,) = (
            other
            for other in session.metadata()
            if (other.venue, other.market_id, other.outcome) == (yes.venue, yes.market_id, "NO")
        )
        ours = session.truth(yes.venue, yes.native, "YES")
        theirs = session.truth(no.venue, no.native, "NO")
        assert theirs.asks == [(1 - price, size) for price, size in ours.bids]
        assert theirs.bids == [(1 - price, size) for price, size in ours.asks]
        checked += 1
    assert checked == 6


def test_a_tick_change_is_followed_by_prices_on_the_new_tick() -> None:
    config = SessionConfig(duration_ns=60 * SECOND_NS, steps_per_s=40, questions=3)
    session = SimulatedSession(1, venues=["polymarket"], config=config)
    (listing,) = (
        one for one in session.metadata() if one.market_id == "rain" and one.outcome == "YES"
    )
    ticks: list[str] = []
    empty = 0
    for event in session:
        if (
            b'"tick_size_change"' not in event.payload
            or listing.native.encode() not in event.payload
        ):
            continue
        ticks.append(event.payload.split(b'"new_tick_size":"')[1].split(b'"')[0].decode())
        empty += not session.truth("polymarket", listing.native).bids
    assert {"0.001", "0.01"} <= set(ticks)
    assert empty == len(ticks)
