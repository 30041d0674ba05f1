import hashlib
import json
import re

import pytest

from crossbook.sim import SessionConfig, SimulatedSession
from crossbook.sim.wire import polymarket
from crossbook.sim.wire.scale import Scale

FIELDS = (
    "market asset_id timestamp hash bids asks min_order_size tick_size neg_risk last_trade_price"
)
BIDS = '[{"price":"0.3","size":"100"},{"price":"0.4","size":"100"}]'
ASKS = '[{"price":"0.6","size":"100"},{"price":"0.7","size":"100"}]'


@pytest.mark.parametrize(
    ("timestamp", "bids", "asks", "digest"),
    [
        ("123456789", BIDS, ASKS, "0458ea5755c9f73d64a14636fa5c36ed460ec394"),
        ("", "[]", "[]", "74c6a7c81c1d572f1c877b7d3e25b80c336d8a6e"),
    ],
)
def test_the_published_books_have_the_published_hash(
    timestamp: str, bids: str, asks: str, digest: str
) -> None:
    summary = polymarket.Summary(
        token=polymarket.Token("0xaabbcc", "100"),
        timestamp=timestamp,
        bids=bids,
        asks=asks,
        min_order_size="100",
        tick_size="0.01",
        neg_risk=False,
        last_trade_price="0.5",
    )
    assert summary.hash() == digest
    assert json.loads(summary.book())["hash"] == digest


def test_every_book_of_a_session_carries_its_hash() -> None:
    session = SimulatedSession(
        3, venues=["polymarket"], config=SessionConfig(duration_ns=2_000_000_000)
    )
    checked = 0
    for event in session:
        if event.kind != "frame":
            continue
        message = json.loads(event.payload)
        for part in message if isinstance(message, list) else [message]:
            if part["event_type"] != "book":
                continue
            covered = {name: part[name] for name in FIELDS.split()} | {"hash": ""}
            text = json.dumps(covered, separators=(",", ":"))
            assert part["hash"] == hashlib.sha1(text.encode()).hexdigest()
            checked += 1
    assert checked > 20


def test_levels_are_written_worst_first_without_trailing_zeros() -> None:
    assert polymarket.levels([(450, 61096), (400, 37200)], Scale(3, 2)) == (
        '[{"price":"0.4","size":"372"},{"price":"0.45","size":"610.96"}]'
    )


def test_a_price_change_is_written_as_the_venue_writes_it() -> None:
    entries = [
        polymarket.Entry("1", is_ask, price, 14637, digest, bid, ask)
        for is_ask, price, digest, bid, ask in (
            (False, 520, "3e", 540, 550),
            (True, 480, "1f", 450, 460),
        )
    ]
    frame = polymarket.price_change("0x9c", entries, ts_ms=1781254836830, scale=Scale(3, 2))
    assert frame == (
        b'{"market":"0x9c", "price_changes":['
        b'{"asset_id":"1", "price":"0.52", "size":"146.37", "side":"BUY", "hash":"3e", '
        b'"best_bid":"0.54", "best_ask":"0.55"}, '
        b'{"asset_id":"1", "price":"0.48", "size":"146.37", "side":"SELL", "hash":"1f", '
        b'"best_bid":"0.45", "best_ask":"0.46"}], '
        b'"timestamp":"1781254836830", "event_type":"price_change"}'
    )


def test_both_tokens_of_a_change_mirror_each_other() -> None:
    session = SimulatedSession(
        3, venues=["polymarket"], config=SessionConfig(duration_ns=1_000_000_000)
    )
    checked = 0
    for event in session:
        if b'"price_change"' not in event.payload:
            continue
        one, other = json.loads(event.payload)["price_changes"]
        thousandths = [round(1000 * float(row["price"])) for row in (one, other)]
        assert sum(thousandths) == 1000
        assert {one["side"], other["side"]} == {"BUY", "SELL"}
        assert one["size"] == other["size"]
        assert one["hash"] != other["hash"]
        assert re.fullmatch("[0-9a-f]{40}", one["hash"])
        checked += 1
    assert checked > 50
