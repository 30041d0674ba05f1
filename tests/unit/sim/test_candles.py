from crossbook.sim.candles import candles
from crossbook.sim.market import Trade

TRADES = [
    (105, Trade(100, 2, True, 1)),
    (119, Trade(104, 1, False, 2)),
    (141, Trade(90, 4, True, 3)),
]


def test_a_candle_holds_the_trades_of_its_span() -> None:
    first, *_ = candles(TRADES, 20, 150, price=7)
    assert first.open_ns == 100
    assert (first.open, first.high, first.low, first.close) == (100, 104, 100, 104)
    assert (first.volume, first.notional, first.trades) == (3, 304, 2)
    assert first.vwap == 304 // 3


def test_a_span_without_trades_stands_at_the_last_price() -> None:
    rows = candles(TRADES, 20, 199, price=7)
    assert [row.open_ns for row in rows] == [100, 120, 140, 160, 180]
    assert [row.close for row in rows] == [104, 104, 90, 90, 90]
    assert (rows[1].volume, rows[1].vwap) == (0, 0)


def test_without_trades_there_is_the_present_span_alone() -> None:
    (row,) = candles([], 60, 130, price=7)
    assert (row.open_ns, row.open, row.close, row.trades) == (120, 7, 7, 0)


def test_very_old_spans_are_left_out() -> None:
    rows = candles([(0, Trade(1, 1, True, 1))], 1, 1_000_000, price=7)
    assert len(rows) == 5_001
