from decimal import Decimal

import pytest

from crossbook.sim.catalogue import QUESTIONS
from crossbook.sim.client import TrueBook
from crossbook.sim.config import START_NS, WorldConfig
from crossbook.sim.truth import Truth, UnknownVersionError
from crossbook.sim.world import World

SECOND_NS = 1_000_000_000
TICKER = QUESTIONS[0].ticker


def run(world: World, truth: Truth, until_ns: int) -> None:
    for update in world.run(until_ns):
        truth.add(update)


def seen(world: World, truth: Truth, until_ns: int, name: tuple[str, str]) -> dict[int, TrueBook]:
    """Return every book between two updates, as it was shown then."""
    books = {truth.version(*name): truth.book(*name, "YES")}
    for update in world.run(until_ns):
        truth.add(update)
        if update.quote is world.quote(*name):
            books[update.last_id] = truth.book(*name, "YES")
    return books


@pytest.mark.parametrize("name", [("okx", "BTC-USDT"), ("kalshi", TICKER)])
def test_a_past_book_is_what_the_present_one_was(name: tuple[str, str]) -> None:
    world = World(1, [name[0]], WorldConfig(steps_per_s=60))
    truth = Truth(world)
    books = seen(world, truth, START_NS + 5 * SECOND_NS, name)
    assert len(books) > 200
    for version, book in books.items():
        assert truth.book(*name, "YES", sequence=version) == book


def test_a_version_inside_an_update_has_some_of_its_changes() -> None:
    world = World(1, ["okx"], WorldConfig(steps_per_s=0))
    truth = Truth(world)
    while len((update := world.step("okx", "BTC-USDT")).changes) < 2:
        truth.add(update)
    truth.add(update)
    before = truth.book("okx", "BTC-USDT", sequence=update.first_id - 1)
    between = truth.book("okx", "BTC-USDT", sequence=update.first_id)
    change = update.changes[0]
    level = (Decimal(change.price) / 10, Decimal(change.size).scaleb(-8))
    expected = dict(before.asks if change.is_ask else before.bids)
    expected.pop(level[0], None)
    if change.size:
        expected[level[0]] = level[1]
    assert dict(between.asks if change.is_ask else between.bids) == expected


def test_no_is_the_mirror_of_yes() -> None:
    world = World(1, ["kalshi", "polymarket"])
    truth = Truth(world)
    run(world, truth, START_NS + SECOND_NS)
    tokens = [QUESTIONS[0].token(outcome) for outcome in ("YES", "NO")]
    pairs = [
        (truth.book("kalshi", TICKER, "YES"), truth.book("kalshi", TICKER, "NO")),
        (truth.book("polymarket", tokens[0]), truth.book("polymarket", tokens[1])),
    ]
    for yes, no in pairs:
        assert no.bids == [(1 - price, size) for price, size in yes.asks]
        assert no.asks == [(1 - price, size) for price, size in yes.bids]


def test_a_book_is_cut_to_a_depth() -> None:
    truth = Truth(World(1, ["okx"]))
    whole = truth.book("okx", "BTC-USDT")
    cut = truth.book("okx", "BTC-USDT", depth=5)
    assert (cut.bids, cut.asks) == (whole.bids[:5], whole.asks[:5])


def test_versions_that_never_were_are_refused() -> None:
    world = World(1, ["okx"], WorldConfig(steps_per_s=50))
    truth = Truth(world)
    first = truth.version("okx", "BTC-USDT")
    run(world, truth, START_NS + SECOND_NS)
    assert truth.book("okx", "BTC-USDT", sequence=first).bids
    for version in (first - 1, truth.version("okx", "BTC-USDT") + 1):
        with pytest.raises(UnknownVersionError):
            truth.book("okx", "BTC-USDT", sequence=version)


def test_the_past_is_bounded() -> None:
    world = World(1, ["kalshi"], WorldConfig(questions=1, steps_per_s=50))
    truth = Truth(world, changes_kept=100)
    books = seen(world, truth, START_NS + 20 * SECOND_NS, ("kalshi", TICKER))
    latest = max(books)
    assert latest - min(books) > 300
    for version, book in books.items():
        if version >= latest - 100:
            assert truth.book("kalshi", TICKER, "YES", sequence=version) == book
        else:
            with pytest.raises(UnknownVersionError):
                truth.book("kalshi", TICKER, "YES", sequence=version)


def test_a_book_was_true_when_it_stood_since_then() -> None:
    world = World(1, ["kraken"], WorldConfig(steps_per_s=40))
    truth = Truth(world)
    run(world, truth, START_NS + SECOND_NS)
    name = ("kraken", "BTC/USDT", "")
    old = truth.book(*name)
    cut = truth.book(*name, depth=10)
    run(world, truth, START_NS + 2 * SECOND_NS)
    now = truth.book(*name)
    assert truth.was_true(*name, now.bids, now.asks, since_ns=world.now_ns)
    assert truth.was_true(*name, old.bids, old.asks, since_ns=START_NS + SECOND_NS)
    assert truth.was_true(*name, cut.bids, cut.asks, since_ns=START_NS + SECOND_NS, depth=10)
    assert not truth.was_true(*name, cut.bids, cut.asks, since_ns=START_NS + SECOND_NS)
    assert not truth.was_true(*name, old.bids, old.asks, since_ns=world.now_ns - 1)


def test_a_book_that_never_was_is_not_true() -> None:
    world = World(1, ["kraken"])
    truth = Truth(world)
    run(world, truth, START_NS + SECOND_NS)
    book = truth.book("kraken", "BTC/USDT")
    since = {"since_ns": START_NS}
    wrong_size = [(book.bids[0][0], book.bids[0][1] * 2), *book.bids[1:]]
    finer = [(book.bids[0][0] + Decimal("0.001"), book.bids[0][1]), *book.bids[1:]]
    for bids in (wrong_size, finer, book.bids[1:], []):
        assert not truth.was_true("kraken", "BTC/USDT", "", bids, book.asks, **since)


def test_a_book_of_no_is_compared_as_such() -> None:
    world = World(1, ["kalshi"])
    truth = Truth(world)
    book = truth.book("kalshi", TICKER, "NO")
    assert truth.was_true("kalshi", TICKER, "NO", book.bids, book.asks, since_ns=START_NS)
    assert not truth.was_true("kalshi", TICKER, "YES", book.bids, book.asks, since_ns=START_NS)


def test_a_book_of_a_time_holds_what_came_until_then() -> None:
    world = World(1, ["okx"], WorldConfig(steps_per_s=50))
    truth = Truth(world)
    run(world, truth, START_NS + SECOND_NS)
    quote = world.quote("okx", "BTC-USDT")
    version, levels = quote.last_id, quote.market.bids.levels()
    run(world, truth, START_NS + 2 * SECOND_NS)
    past = truth.before(quote, START_NS + SECOND_NS)
    assert (past.last_id, past.bids.levels()) == (version, levels)
    assert past.last_id < quote.last_id


def test_there_are_only_the_books_that_there_are() -> None:
    truth = Truth(World(1, ["okx"]))
    for venue, native in (("okx", "BTCUSDT"), ("kraken", "BTC/USDT")):
        with pytest.raises(KeyError):
            truth.book(venue, native)
