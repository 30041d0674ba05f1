"""The block of one asset: sizes of each venue at each level."""

import pytest

from crossbook.books import Book, Engine
from crossbook.dashboard.merged import ROWS_AROUND, merged_lines
from crossbook.sim import SimulatedSession, listed_instrument

BINANCE_BOOK = b'{"lastUpdateId":7,"bids":[["100.5","2"],["99","1"]],"asks":[["%s","3"]]}'
COINBASE_BOOK = (
    b'{"type":"snapshot","product_id":"BTC-USDT","bids":[["101.00","0.25"],["100.50","4"]],'
    b'"asks":[["102.00","0.5"]]}'
)


def engine(binance_ask: str = "101.5") -> tuple[Engine, list[Book]]:
    """Return the books of BTC on three venues, of which Kraken sent nothing."""
    engine = Engine()
    books = [
        engine.add_instrument(listed_instrument(listing))
        for listing in SimulatedSession(1).metadata()
        if listing.symbol == "BTC-USDT"
    ]
    engine.open_feed("binance").on_snapshot("BTCUSDT", BINANCE_BOOK % binance_ask.encode(), 1)
    engine.open_feed("coinbase").on_frame(COINBASE_BOOK, 1)
    return engine, books


def block(binance_ask: str = "101.5", *, depth: int = 3, width: int = 39) -> list[str]:
    made, books = engine(binance_ask)
    merged = made.consolidated(books[0].instrument.asset, depth)
    lines = merged_lines("BTC-USDT", books, merged, depth=depth, width=width)
    assert {line.cell_len for line in lines} == {width}
    assert len(lines) == 2 * depth + ROWS_AROUND
    return [line.plain for line in lines]


def test_asks_stand_above_the_spread_and_bids_below_with_each_venues_size() -> None:
    assert block() == [
        "BTC-USDT ────────────────────────── ●●○",
        "    price   all binance coinbase kraken",
        "                                       ",
        "   102.00 0.500       ·    0.500      ·",
        "   101.50 3.000   3.000        ·      ·",
        "spread 0.50 = 49.4 bps      mid 101.250",
        "   101.00 0.250       ·    0.250      ·",
        "   100.50 6.000   2.000    4.000      ·",
        "    99.00 1.000   1.000        ·      ·",
    ]


@pytest.mark.parametrize(
    ("ask", "says"),
    [("100.75", "crossed by 0.25 = 24.8 bps  mid 100.875"), ("101", "locked")],
)
def test_prices_that_cross_are_named(ask: str, says: str) -> None:
    assert block(ask)[5].startswith(says)


def test_crossed_levels_are_marked() -> None:
    made, books = engine("100.75")
    merged = made.consolidated(books[0].instrument.asset, 3)
    lines = merged_lines("BTC-USDT", books, merged, depth=3, width=39)
    marked = [
        line.plain.split()[0]
        for line in lines
        if any("reverse" in str(span.style) for span in line.spans)
    ]
    # The bid at 101 meets the ask at 100.75; nothing else does.
    assert marked == ["100.75", "101.00"]


def test_where_there_is_room_a_bar_shows_the_shares() -> None:
    rows = block(width=60)
    assert rows[7].count("█") > rows[6].count("█") > 0
    assert "█" not in rows[5]


def test_a_long_title_is_cut_before_the_states() -> None:
    made, books = engine()
    merged = made.consolidated(books[0].instrument.asset, 1)
    title = "A question that is longer than the block is wide"
    first = merged_lines(title, books, merged, depth=1, width=39)[0].plain
    assert first == "A question that is longer than th… ─ ●●○".replace("th… ─", "t… ─")


def test_a_book_without_live_venues_is_empty() -> None:
    made = Engine()
    books = [
        made.add_instrument(listed_instrument(listing))
        for listing in SimulatedSession(1, venues=["kraken"]).metadata()[:1]
    ]
    merged = made.consolidated(books[0].instrument.asset, 2)
    lines = merged_lines("BTC-USDT", books, merged, depth=2, width=39)
    assert lines[4].plain.strip() == "no two sides"
    assert not "".join(line.plain for line in [*lines[2:4], *lines[5:]]).strip()
