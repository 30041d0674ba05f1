import json

from crossbook.sim.wire import coinbase
from crossbook.sim.wire.scale import Scale

SCALE = Scale(2, 8)


def test_an_update_is_written_as_the_venue_writes_it() -> None:
    frame = coinbase.level2(
        "BTC-USD",
        kind="update",
        ts_ns=1_787_610_853_823_100_970,
        event_ns=1_787_610_853_788_063_999,
        sequence=7,
        sides=([(7885580, 239740), (7885448, 0)], [(7885606, 18983151)]),
        scale=SCALE,
    )
    row = (
        '{{"side":"{}","event_time":"2026-08-24T22:34:13.788063Z",'
        '"price_level":"{}","new_quantity":"{}"}}'
    )
    rows = ",".join(
        row.format(*values)
        for values in (
            ("bid", "78855.8", "0.0023974"),
            ("bid", "78854.48", "0"),
            ("offer", "78856.06", "0.18983151"),
        )
    )
    assert frame.decode() == (
        '{"channel":"l2_data","timestamp":"2026-08-24T22:34:13.82310097Z","sequence_num":7,'
        f'"events":[{{"type":"update","product_id":"BTC-USD","updates":[{rows}]}}]}}'
    )


def test_an_update_may_be_empty() -> None:
    frame = coinbase.level2(
        "A", kind="update", ts_ns=0, event_ns=0, sequence=1, sides=([], []), scale=SCALE
    )
    assert json.loads(frame)["events"] == [{"type": "update", "product_id": "A", "updates": []}]


def test_subscriptions_are_listed_by_channel() -> None:
    frame = coinbase.subscriptions(
        {"level2": ["BTC-USD"], "heartbeats": ["heartbeats"]}, ts_ns=0, sequence=3
    )
    assert frame == (
        b'{"channel":"subscriptions","timestamp":"1970-01-01T00:00:00Z","sequence_num":3,'
        b'"events":[{"subscriptions":{"level2":["BTC-USD"],"heartbeats":["heartbeats"]}}]}'
    )


def test_the_side_of_a_trade_is_the_makers() -> None:
    frame = coinbase.market_trades(
        "A", [(1, 100, 5, True, 0), (2, 99, 5, False, 0)], ts_ns=0, sequence=0, scale=SCALE
    )
    (event,) = json.loads(frame)["events"]
    assert [trade["side"] for trade in event["trades"]] == ["SELL", "BUY"]
    assert event["trades"][0]["price"] == "1"


def test_a_heartbeat_counts_in_text() -> None:
    (event,) = json.loads(coinbase.heartbeat(ts_ns=0, sequence=0, counter=3049))["events"]
    assert event["heartbeat_counter"] == "3049"
