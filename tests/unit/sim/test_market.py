from hypothesis import given
from hypothesis import strategies as st

from crossbook.sim.catalogue import QUESTIONS, SPOT_ASSETS, question_terms, spot_terms
from crossbook.sim.config import START_NS
from crossbook.sim.ladder import Side
from crossbook.sim.market import Market

STEP_NS = 10_000_000
TERMS = [spot_terms(venue, SPOT_ASSETS[0]) for venue in ("binance", "kraken")] + [
    question_terms(venue, question) for venue in ("polymarket", "kalshi") for question in QUESTIONS
]


def test_no_intermediate_book_is_crossed_or_empty() -> None:
    for terms in TERMS:
        market = Market(1, "x", terms, START_NS)
        book = {
            (is_ask, price): size
            for is_ask, side in ((False, market.bids), (True, market.asks))
            for price, size in side.levels()
        }
        for number in range(1, 1_000):
            for change in market.step(START_NS + number * STEP_NS).changes:
                key = change.is_ask, change.price
                assert book.get(key, 0) == change.before != change.size
                book[key] = change.size
                bid = max(price for (is_ask, price), size in book.items() if size and not is_ask)
                ask = min(price for (is_ask, price), size in book.items() if size and is_ask)
                assert (change.best_bid, change.best_ask) == (bid, ask)
                assert bid < ask
                assert terms.price_min <= change.price <= terms.price_max
                assert change.price % terms.tick == 0


def test_trades_come_with_the_level_that_they_eat() -> None:
    market = Market(2, "x", TERMS[0], START_NS)
    numbers = []
    for number in range(1, 3_000):
        step = market.step(START_NS + number * STEP_NS)
        for trade in step.trades:
            numbers.append(trade.number)
            eaten = [
                change.before - change.size
                for change in step.changes
                if (change.is_ask, change.price) == (trade.taker_buys, trade.price)
            ]
            assert trade.size in eaten
            assert trade.size > 0
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 100


def test_books_keep_about_as_many_levels_as_they_should() -> None:
    market = Market(3, "x", TERMS[0], START_NS)
    for number in range(1, 5_000):
        market.step(START_NS + number * STEP_NS)
        for side in (market.bids, market.asks):
            assert len(side.keys) <= 3 * TERMS[0].levels // 2
    assert len(market.bids.keys) > TERMS[0].levels // 2


def test_a_coarser_tick_leaves_only_its_own_prices() -> None:
    terms = question_terms("polymarket", QUESTIONS[2])
    market = Market(4, "x", terms, START_NS)
    market.regrid(1)
    for number in range(1, 500):
        market.step(START_NS + number * STEP_NS)
    assert any(key % 10 for key in market.bids.keys + market.asks.keys)
    market.regrid(10)
    assert not any(key % 10 for key in market.bids.keys + market.asks.keys)
    assert market.bids.best < market.asks.best


@given(st.lists(st.tuples(st.integers(-20, 20), st.integers(0, 3))))
def test_a_side_agrees_with_a_plain_dict(operations: list[tuple[int, int]]) -> None:
    side, model = Side(-1), dict[int, int]()
    for key, size in operations:
        assert side.put(key, size) == model.get(key, 0)
        model[key] = size
        levels = sorted((price, left) for price, left in model.items() if left)
        assert side.levels() == [(-price, left) for price, left in levels]
        if levels:
            assert (side.best, side.best_size) == (-levels[0][0], levels[0][1])


def test_levels_are_what_the_resting_orders_add_up_to() -> None:
    for terms in TERMS:
        market = Market(5, "x", terms, START_NS)
        for number in range(1, 300):
            market.step(START_NS + number * STEP_NS)
            for is_ask, side in ((False, market.bids), (True, market.asks)):
                assert market.orders.levels(is_ask) == side.levels()
        assert len(market.orders) > len(market.bids.keys) + len(market.asks.keys)
