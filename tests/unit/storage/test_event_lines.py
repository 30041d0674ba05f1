import json
from pathlib import Path

import pytest
import zstandard

from crossbook import Engine, EventKind, venue
from crossbook.errors import RecordingError
from crossbook.model import Instrument
from crossbook.model.events import (
    BookSide,
    ControlReceived,
    Event,
    FrameRefused,
    LevelChanged,
    OpportunityChanged,
    OpportunityPhase,
    ProofFailed,
    ProofKind,
    QuoteReported,
    TickChanged,
    TopChanged,
)
from crossbook.storage.event_lines import EventWriter, line_of

ANSWER = b'{"lastUpdateId":7,"bids":[["99.5","2"]],"asks":[["100.5","0.25"]]}'


def instrument(native: str = "BTCUSDT") -> Instrument:
    return venue("binance").symbols.instrument_from_native(
        native, price_decimals=2, size_decimals=3
    )


INSTRUMENTS = [instrument(), instrument("ETHUSDT")]
AT = (1, 5, None, 9)
HEAD = {"instrument": "ETH-USDT.BINANCE", "ts_recv_ns": 5, "ts_event_ns": None, "sequence": 9}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (
            LevelChanged(*AT, BookSide.ASK, 10_050, 250),
            {"kind": "level", "side": "ask", "price": "100.5", "size": "0.25"},
        ),
        (
            TopChanged(*AT, None, 0, 7, 1),
            {"kind": "top", "bid": None, "bid_size": "0", "ask": "0.07", "ask_size": "0.001"},
        ),
        (
            QuoteReported(*AT, 100, 0, 200, 3000),
            {"kind": "quote", "bid": "1", "bid_size": None, "ask": "2", "ask_size": "3"},
        ),
        (TickChanged(*AT, 1), {"kind": "tick", "tick": "0.01"}),
        (
            ProofFailed(*AT, ProofKind.BEST, 100, 99),
            {"kind": "proof_failed", "proof": "best", "theirs": "1", "ours": "0.99"},
        ),
        (
            ProofFailed(*AT, ProofKind.CHECKSUM, 100, 99),
            {"kind": "proof_failed", "proof": "checksum", "theirs": 100, "ours": 99},
        ),
        (
            OpportunityChanged(*AT, OpportunityPhase.OPENED, 0, 1, 2, 3, 2**70),
            {
                "kind": "opportunity",
                "phase": "opened",
                "sold": "BTC-USDT.BINANCE",
                "size": "0.001",
                "buy_limit": "0.02",
                "sell_limit": "0.03",
                "profit": "11805916207174113.03424",
            },
        ),
    ],
)
def test_a_line_has_ids_and_decimal_texts(event: Event, expected: dict[str, object]) -> None:
    assert line_of(event, INSTRUMENTS) == HEAD | expected


def test_a_line_of_a_connection_has_no_instrument() -> None:
    assert line_of(ControlReceived(None, 5, None, None, "pong", 3), INSTRUMENTS) == {
        "kind": "control",
        "instrument": None,
        "ts_recv_ns": 5,
        "ts_event_ns": None,
        "sequence": None,
        "control": "pong",
        "feed": 3,
    }
    refused = FrameRefused(None, 5, None, None, "malformed", 3, 17)
    assert line_of(refused, INSTRUMENTS)["frame_bytes"] == 17


@pytest.mark.parametrize(
    ("profit", "text"), [(0, "0"), (-150, "-0.0015"), (100_000, "1"), (-100_000, "-1")]
)
def test_money_is_plain_text(profit: int, text: str) -> None:
    event = OpportunityChanged(0, 5, None, 9, OpportunityPhase.CLOSED, 1, 1, 2, 3, profit)
    assert line_of(event, INSTRUMENTS)["profit"] == text


@pytest.mark.parametrize("name", ["events.jsonl", "events.jsonl.zst"])
def test_every_event_is_written(name: str, tmp_path: Path) -> None:
    engine = Engine()
    engine.add_instrument(instrument())
    engine.subscribe(*EventKind)
    engine.open_feed("binance").on_snapshot("BTCUSDT", ANSWER, 1)
    batch = engine.drain()
    path = tmp_path / name
    with EventWriter(path, [instrument()]) as writer:
        writer.write(batch)
        writer.write(engine.drain())
    content = path.read_bytes()
    if name.endswith(".zst"):
        with zstandard.ZstdDecompressor().stream_reader(content) as reader:
            content = reader.read()
    lines = [json.loads(line) for line in content.splitlines()]
    assert [line["kind"] for line in lines] == ["snapshot", "level", "level", "state", "top"]
    assert len(lines) == len(batch)
    assert lines[1]["price"] == "99.5"


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="it cannot be written: is a directory"):
        EventWriter(tmp_path, [])
