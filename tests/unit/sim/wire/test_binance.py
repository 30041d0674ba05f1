from crossbook.sim.wire import binance
from crossbook.sim.wire.scale import Scale

SCALE = Scale(2, 5)


def test_a_diff_is_written_as_the_venue_writes_it() -> None:
    frame = binance.depth_update(
        "BTCUSDT",
        event_ms=1723161255308,
        first_id=50093239203,
        last_id=50093239207,
        sides=([(5565387, 0)], [(6183804, 32332), (6184430, 40163)]),
        scale=SCALE,
    )
    assert frame == (
        b'{"e":"depthUpdate","E":1723161255308,'
        b'"s":"BTCUSDT","U":50093239203,"u":50093239207,"b":[["55653.87000000","0.00000000"]],'
        b'"a":[["61838.04000000","0.32332000"],["61844.30000000","0.40163000"]]}'
    )


def test_best_prices_are_written_as_the_venue_writes_them() -> None:
    frame = binance.book_ticker(
        "BTCUSDT", update_id=50093239212, bid=(6183763, 378826), ask=(6183764, 154698), scale=SCALE
    )
    assert frame == (
        b'{"u":50093239212,"s":"BTCUSDT",'
        b'"b":"61837.63000000","B":"3.78826000","a":"61837.64000000","A":"1.54698000"}'
    )


def test_a_trade_is_written_as_the_venue_writes_it() -> None:
    frame = binance.trade(
        "BTCUSDT",
        event_ms=1723161255343,
        number=3735683259,
        price=6183763,
        size=2000,
        taker_buys=False,
        scale=SCALE,
    )
    assert frame == (
        b'{"e":"trade","E":1723161255343,"s":"BTCUSDT",'
        b'"t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255343,'
        b'"m":true,"M":true}'
    )


def test_a_snapshot_has_neither_symbol_nor_time() -> None:
    body = binance.depth(last_id=7, sides=([(1, 2)], []), scale=Scale(8, 0))
    assert body == b'{"lastUpdateId":7,"bids":[["0.00000001","2.00000000"]],"asks":[]}'


def test_an_aggregate_trade_names_its_trades() -> None:
    frame = binance.aggregate_trade(
        "BTCUSDT",
        event_ms=1723161255343,
        number=9,
        trades=(41, 42),
        price=6183763,
        size=2000,
        taker_buys=True,
        scale=SCALE,
    )
    assert frame == (
        b'{"e":"aggTrade","E":1723161255343,"s":"BTCUSDT","a":9,"p":"61837.63000000",'
        b'"q":"0.02000000","f":41,"l":42,"T":1723161255343,"m":false,"M":true}'
    )


def test_a_combined_stream_wraps_the_event() -> None:
    frame = binance.combined("btcusdt@trade", b'{"e":"trade"}')
    assert frame == b'{"stream":"btcusdt@trade","data":{"e":"trade"}}'


def test_a_sum_of_money_is_cut_to_eight_decimals() -> None:
    assert binance.notional_text(123_456_789, SCALE) == "12.34567890"
    assert binance.notional_text(19, Scale(8, 2)) == "0.00000000"
