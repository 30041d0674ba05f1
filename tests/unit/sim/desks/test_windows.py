"""Conflated diffs lead a client from one exact book to the next."""

from hypothesis import given
from hypothesis import strategies as st

from crossbook.sim.config import WorldConfig
from crossbook.sim.desk import Quote
from crossbook.sim.desks.windows import CutWindow, Diff, Window
from crossbook.sim.wire.scale import Levels
from crossbook.sim.world import World

SPANS = st.lists(st.integers(0, 40), min_size=1, max_size=12)
"""How many updates come between two diffs."""


def world(seed: int) -> tuple[World, Quote]:
    made = World(seed, ["bybit"], WorldConfig(spot_assets=1, steps_per_s=0))
    return made, made.quote("bybit", "BTCUSDT")


def applied(book: tuple[Levels, Levels], diff: Diff, depth: int | None) -> tuple[Levels, Levels]:
    bids, asks = ({**dict(old), **dict(new)} for old, new in zip(book, diff[2:], strict=True))
    return (
        sorted([level for level in bids.items() if level[1]], reverse=True)[:depth],
        sorted([level for level in asks.items() if level[1]])[:depth],
    )


@given(seed=st.integers(0, 50), spans=SPANS)
def test_a_window_covers_every_id_once_and_brings_the_whole_book(
    seed: int, spans: list[int]
) -> None:
    made, quote = world(seed)
    market = quote.market
    book = market.bids.levels(), market.asks.levels()
    window, last_id = Window(quote.last_id), quote.last_id
    for span in spans:
        changes = 0
        for _ in range(span):
            update = made.step("bybit", "BTCUSDT")
            window.add(update)
            changes += len(update.changes)
        diff = window.take()
        assert (diff is None) == (changes == 0)
        if diff is not None:
            assert (diff.first_id, diff.last_id) == (last_id + 1, quote.last_id)
            last_id = diff.last_id
            book = applied(book, diff, None)
        assert book == (market.bids.levels(), market.asks.levels())


@given(seed=st.integers(0, 50), spans=SPANS, depth=st.sampled_from([1, 5, 50]), tells=st.booleans())
def test_a_cut_window_brings_the_best_levels(
    seed: int, spans: list[int], depth: int, tells: bool
) -> None:
    made, quote = world(seed)
    market = quote.market
    window = CutWindow(quote, depth, tells_fallen=tells)
    book, last_id = (window.bids, window.asks), quote.last_id
    for span in spans:
        for _ in range(span):
            window.add(made.step("bybit", "BTCUSDT"))
        diff = window.take()
        if diff is not None:
            assert diff.first_id == last_id + 1
            last_id = diff.last_id
            # Who is told of fallen levels need not cut, and never has too many.
            book = applied(book, diff, None if tells else depth)
        assert book == (market.bids.levels(depth), market.asks.levels(depth))
        assert book == (window.bids, window.asks)


@given(
    seed=st.integers(0, 50),
    spans=SPANS,
    asked=st.integers(0, 100),
)
def test_a_snapshot_within_a_window_joins_the_diff_around_it(
    seed: int, spans: list[int], asked: int
) -> None:
    depth = 50
    made, quote = world(seed)
    market = quote.market
    window = CutWindow(quote, depth, tells_fallen=False)
    base: tuple[Levels, Levels] | None = None
    steps = 0
    for span in spans:
        for _ in range(span):
            window.add(made.step("bybit", "BTCUSDT"))
            steps += 1
            if steps == asked:
                base = market.bids.levels(depth), market.asks.levels(depth)
        diff = window.take()
        if base is not None:
            base = applied(base, diff, depth) if diff is not None else base
            assert base == (market.bids.levels(depth), market.asks.levels(depth))
