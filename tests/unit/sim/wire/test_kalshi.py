import json

from crossbook.sim.wire import kalshi

MARKET = kalshi.Ticker("KXA-26-B", "9b0f")


def test_a_snapshot_is_written_as_the_venue_writes_it() -> None:
    frame = kalshi.snapshot(
        MARKET,
        envelope=kalshi.Envelope(4, 1),
        yes=[(8, 30000), (22, 33300)],
        no=[(54, 2000), (56, 14600)],
    )
    assert frame == (
        b'{"type":"orderbook_snapshot","sid":4,"seq":1,"msg":{"market_ticker":"KXA-26-B",'
        b'"market_id":"9b0f","yes_dollars_fp":[["0.0800","300.00"],["0.2200","333.00"]],'
        b'"no_dollars_fp":[["0.5400","20.00"],["0.5600","146.00"]]}}'
    )


def test_an_empty_side_is_left_out() -> None:
    frame = kalshi.snapshot(
        MARKET, envelope=kalshi.Envelope(1, 1), yes=[], no=[(1, 100)], request=9
    )
    message = json.loads(frame)
    assert message["id"] == 9
    assert "yes_dollars_fp" not in message["msg"]


def test_a_delta_is_signed() -> None:
    frame = kalshi.delta(
        MARKET,
        envelope=kalshi.Envelope(4, 2),
        is_no=True,
        price=56,
        change=-5400,
        ts_ns=1_767_225_600_123_000_000,
    )
    assert frame == (
        b'{"type":"orderbook_delta","sid":4,"seq":2,"msg":{"market_ticker":"KXA-26-B",'
        b'"market_id":"9b0f","price_dollars":"0.5600","delta_fp":"-54.00","side":"no",'
        b'"ts":"2026-01-01T00:00:00.123000Z","ts_ms":1767225600123}}'
    )


def test_a_trade_tells_both_prices() -> None:
    frame = kalshi.trade(
        MARKET,
        envelope=kalshi.Envelope(5, 1),
        trade_id="d91b",
        yes_price=44,
        size=5400,
        taker_buys_yes=True,
        ts_ns=1_767_225_600_123_000_000,
    )
    body = json.loads(frame)["msg"]
    assert (body["yes_price_dollars"], body["no_price_dollars"]) == ("0.4400", "0.5600")
    assert (body["count_fp"], body["taker_outcome_side"]) == ("54.00", "yes")


def test_control_frames_are_written_as_the_venue_writes_them() -> None:
    assert kalshi.subscribed("orderbook_delta", sid=4, request=1) == (
        b'{"type":"subscribed","id":1,"msg":{"channel":"orderbook_delta","sid":4}}'
    )
    assert kalshi.ok(["A", "B"], envelope=kalshi.Envelope(4, 3), request=2) == (
        b'{"type":"ok","id":2,"sid":4,"seq":3,"msg":{"market_tickers":["A","B"]}}'
    )
