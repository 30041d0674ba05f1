import pytest

from crossbook.sim.catalogue import QUESTIONS
from crossbook.sim.config import START_NS, WORLD_VENUES, WorldConfig
from crossbook.sim.desk import Quote, Update
from crossbook.sim.world import TRADES_KEPT, World

SECOND_NS = 1_000_000_000

Levels = dict[tuple[bool, int], int]


def levels(quote: Quote) -> Levels:
    market = quote.market
    return {
        (side is market.asks, price): size
        for side in (market.bids, market.asks)
        for price, size in side.levels()
    }


def told(update: Update, *, shift_ns: int = 0) -> tuple[object, ...]:
    return (
        update.quote.listing.instrument_id,
        update.ts_ns - shift_ns,
        update.first_id,
        update.changes,
        update.trades,
        update.old_tick,
    )


def test_a_world_has_the_books_of_all_nine_venues() -> None:
    world = World(1)
    assert world.venues == WORLD_VENUES
    assert {venue: list(quotes)[:1] for venue, quotes in world.quotes.items()} == {
        "binance": ["BTCUSDT"],
        "coinbase": ["BTC-USDT"],
        "kraken": ["BTC/USDT"],
        "mexc": ["BTCUSDT"],
        "gateio": ["BTC_USDT"],
        "bybit": ["BTCUSDT"],
        "okx": ["BTC-USDT"],
        "polymarket": [QUESTIONS[0].token("YES")],
        "kalshi": ["KXFEDDECISION-26DEC-C25"],
    }


def test_changes_number_by_number_give_the_book() -> None:
    world = World(4, config=WorldConfig(steps_per_s=50))
    books = {id(q): levels(q) for quotes in world.quotes.values() for q in quotes.values()}
    last_ids = {id(q): q.last_id for quotes in world.quotes.values() for q in quotes.values()}
    for number in range(1, 40):
        for update in world.advance(START_NS + number * SECOND_NS // 4):
            book = books[id(update.quote)]
            assert update.first_id == last_ids[id(update.quote)] + 1
            assert update.last_id + 1 - update.first_id == len(update.changes)
            last_ids[id(update.quote)] = update.last_id
            for change in update.changes:
                assert book.get((change.is_ask, change.price), 0) == change.before != change.size
                book[change.is_ask, change.price] = change.size
    for quotes in world.quotes.values():
        for quote in quotes.values():
            book = {key: size for key, size in books[id(quote)].items() if size}
            assert book == levels(quote)
            assert last_ids[id(quote)] == quote.last_id


def test_updates_come_in_order_of_time_and_not_after_it() -> None:
    world = World(2)
    until_ns = START_NS + 3 * SECOND_NS
    times = [update.ts_ns for update in world.advance(until_ns)]
    assert times == sorted(times)
    assert START_NS < times[0] <= times[-1] <= until_ns
    assert world.advance(until_ns) == []


def test_what_happens_depends_on_the_seed_and_not_on_when_or_in_which_pieces() -> None:
    whole = World(3).advance(START_NS + 2 * SECOND_NS)
    shift_ns = 123_456_789_000
    pieces = World(3, config=WorldConfig(start_ns=START_NS + shift_ns))
    found = [
        told(update, shift_ns=shift_ns)
        for number in range(1, 21)
        for update in pieces.advance(START_NS + shift_ns + number * SECOND_NS // 10)
    ]
    assert found == [told(update) for update in whole]
    assert [told(u) for u in World(4).advance(START_NS + 2 * SECOND_NS)] != found


def test_whoever_stops_early_goes_on_from_there() -> None:
    until_ns = START_NS + 2 * SECOND_NS
    whole = [told(update) for update in World(3).advance(until_ns)]
    world = World(3)
    found: list[tuple[object, ...]] = []
    while len(found) < len(whole):
        for update in world.run(until_ns):
            found.append(told(update))
            assert world.now_ns == update.ts_ns
            if len(found) % 7 == 0:
                break
    assert found == whole


def test_a_venue_is_the_same_whoever_else_takes_part() -> None:
    alone = World(3, ["okx"]).advance(START_NS + SECOND_NS)
    among = [u for u in World(3).advance(START_NS + SECOND_NS) if u.quote.listing.venue == "okx"]
    assert [told(update) for update in alone] == [told(update) for update in among]


def test_a_faster_world_does_the_same_in_less_time() -> None:
    slow = World(3, ["okx"]).advance(START_NS + 2 * SECOND_NS)
    fast = World(3, ["okx"], WorldConfig(speed=4.0)).advance(START_NS + SECOND_NS // 2)
    assert [u.changes for u in slow] == [u.changes for u in fast]
    assert [(u.ts_ns - START_NS) // 4 for u in slow] == [u.ts_ns - START_NS for u in fast]


def test_a_book_may_have_a_rate_of_its_own() -> None:
    config = WorldConfig(
        steps_per_s=10, steps_per_s_of={"kraken": 0, "binance:BTCUSDT": 200, "binance": 20}
    )
    world = World(1, ["binance", "kraken", "okx"], config)
    count: dict[str, int] = {}
    for update in world.advance(START_NS + 10 * SECOND_NS):
        name = update.quote.listing.instrument_id
        count[name] = count.get(name, 0) + 1
    assert not any(name.endswith("KRAKEN") for name in count)
    assert 1_500 < count["BTC-USDT.BINANCE"] < 2_500
    assert 120 < count["ETH-USDT.BINANCE"] < 280
    assert 50 < count["BTC-USDT.OKX"] < 150


def test_a_rate_can_be_changed_to_nothing_and_back() -> None:
    world = World(1, ["okx"])
    for native in world.quotes["okx"]:
        world.set_rate("okx", native, 0)
    assert world.advance(START_NS + 5 * SECOND_NS) == []
    world.set_rate("okx", "BTC-USDT", 50)
    world.set_rate("okx", "BTC-USDT", 50)
    assert 30 < len(world.advance(START_NS + 6 * SECOND_NS)) < 80


def test_skipped_time_holds_no_orders() -> None:
    plain, skipped = World(5, ["bybit"]), World(5, ["bybit"])
    first = skipped.advance(START_NS + SECOND_NS)
    skipped.skip(START_NS + 11 * SECOND_NS)
    second = skipped.advance(START_NS + 12 * SECOND_NS)
    expected = [told(update) for update in plain.advance(START_NS + 2 * SECOND_NS)]
    found = [told(u) for u in first] + [told(u, shift_ns=10 * SECOND_NS) for u in second]
    assert found == expected


def test_no_order_arrives_at_a_halted_book() -> None:
    world = World(1, ["okx"])
    assert world.halt("okx", "BTC-USDT").is_halted
    names = {u.quote.listing.base for u in world.advance(START_NS + 3 * SECOND_NS)}
    assert names == {"ETH", "SOL"}
    assert not world.resume("okx", "BTC-USDT").is_halted
    names = {u.quote.listing.base for u in world.advance(START_NS + 6 * SECOND_NS)}
    assert names == {"BTC", "ETH", "SOL"}


def test_a_decided_question_stays_closed() -> None:
    world = World(1, ["kalshi"])
    ticker = next(iter(world.quotes["kalshi"]))
    quote = world.resolve("kalshi", ticker)
    assert (quote.is_resolved, world.resume("kalshi", ticker).is_halted) == (True, True)


def test_a_new_tick_cancels_what_does_not_fit_it_and_says_so() -> None:
    world = World(1, ["okx"])
    quote = world.quote("okx", "BTC-USDT")
    book = levels(quote)
    update = world.change_tick("okx", "BTC-USDT", 50)
    assert (update.old_tick, quote.market.tick) == (1, 50)
    assert update.changes
    for change in update.changes:
        book[change.is_ask, change.price] = change.size
        assert change.best_bid < change.best_ask
    assert {key: size for key, size in book.items() if size} == levels(quote)
    for later in world.advance(START_NS + 5 * SECOND_NS):
        assert all(c.price % 50 == 0 for c in later.changes if later.quote is quote)


def test_the_tick_of_polymarket_follows_its_price() -> None:
    found = set()
    world = World(0, ["polymarket"], WorldConfig(steps_per_s=20))
    for update in world.run(START_NS + 60 * SECOND_NS):
        if update.old_tick:
            found.add((update.old_tick, update.quote.market.tick))
    assert found == {(10, 1), (1, 10)}


def test_books_stand_as_the_update_left_them_while_the_world_runs() -> None:
    world = World(6, ["okx"], WorldConfig(steps_per_s=100))
    for update in world.run(START_NS + SECOND_NS):
        assert update.quote.last_id == update.last_id
        assert update.quote.ts_ns == update.ts_ns
        (bid, _), (ask, _) = update.quote.market.top()
        assert (bid, ask) == update.changes[-1][-2:]


def test_a_venue_lists_more_and_its_book_begins_at_once() -> None:
    world = World(1, ["kraken", "kalshi"])
    world.advance(START_NS + SECOND_NS)
    assert world.enlist("kraken").listing.native == "XRP/USDT"
    asked = world.enlist("kalshi")
    assert asked.question is not None
    assert asked.listing.native == asked.question.ticker
    names = {u.quote.listing.native for u in world.advance(START_NS + 4 * SECOND_NS)}
    assert {"XRP/USDT", asked.listing.native} <= names
    world.enlist("kraken")
    with pytest.raises(IndexError):
        world.enlist("kraken")


def test_the_past_holds_trades_and_no_more_than_are_kept() -> None:
    world = World(1, ["okx"], WorldConfig(history_steps=100))
    quote = world.quote("okx", "BTC-USDT")
    assert quote.trades
    assert all(ts_ns < START_NS for ts_ns, _ in quote.trades)
    world.set_rate("okx", "BTC-USDT", 2_000)
    world.advance(START_NS + 12 * SECOND_NS)
    assert len(quote.trades) == TRADES_KEPT
    numbers = [trade.number for _, trade in quote.trades]
    assert numbers == list(range(numbers[0], numbers[0] + TRADES_KEPT))


def test_an_unknown_venue_is_refused() -> None:
    with pytest.raises(ValueError, match="mtgox"):
        World(1, ["mtgox"])


def test_one_order_can_be_called_for() -> None:
    world = World(1, ["okx"], WorldConfig(steps_per_s=0))
    before = world.quote("okx", "BTC-USDT").last_id
    update = world.step("okx", "BTC-USDT")
    assert update.first_id == before + 1
    assert update.ts_ns == START_NS


def test_hundreds_of_questions_have_names_of_their_own() -> None:
    world = World(1, ["kalshi", "polymarket"], WorldConfig(questions=40, steps_per_s=0))
    for venue in world.venues:
        assert len(world.quotes[venue]) == 40
