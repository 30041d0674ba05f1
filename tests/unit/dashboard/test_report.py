"""Text for people where there is no screen."""

from collections.abc import Callable

import msgspec
import pytest

from crossbook.dashboard import feed_lines, progress_line, summary_lines
from crossbook.services.demo import Best, Summary
from crossbook.services.feed import FeedSummary, LatencyUs, Proofs
from crossbook.sim import SessionConfig, SimulatedSession
from crossbook.storage.recorder import RecorderStats
from tests.unit.dashboard.played import Played

SECOND_NS = 1_000_000_000
BEST = Best(
    buy="BTC-USDT.COINBASE",
    sell="BTC-USDT.KRAKEN",
    size="0.5",
    buy_limit="61000.1",
    sell_limit="62000",
    profit="12.345",
    quote="USDT",
)
SUMMARY = Summary(
    seed=3, seconds=6.0, venues=["binance", "coinbase", "kraken", "polymarket", "kalshi"],
    frames=8_000, messages=9_000, trades=70, books=33, books_live=33, books_wrong=0,
    levels=2_500, opportunities=12, best_opportunity=BEST, checksums=Proofs(400, 0),
    bbo_checks=Proofs(800, 0), faults=7, reconnects=2, gaps=3, resyncs=1, audits=9,
    audit_mismatches=0, decode_errors={}, events_dropped=0, digest="9f06" * 16,
    memory_bytes=200_000, venue_to_arrival_us=LatencyUs(1.0, 2.0, 3.0),
    arrival_to_book_us=LatencyUs(3.1, 20.5, 90.0),
    arrival_to_event_us=LatencyUs(900.0, 5_000.0, 6_000.0), by_venue={},
)  # fmt: skip
FEED = FeedSummary(
    seconds=6.0, frames=8_000, messages=9_000, trades=70, books={"live": 30, "stale": 3},
    opportunities=12, reconnects=2, gaps=3, resyncs=1, audits=9, audit_mismatches=0,
    decode_errors={}, events_dropped=0, unknown={"kraken": ["FOO-BAR"]},
    unreachable={"okx": "cannot connect to http://127.0.0.1:1: refused"},
    venue_to_arrival_us=LatencyUs(1.0, 2.0, 3.0), arrival_to_book_us=LatencyUs(3.1, 20.5, 90.0),
    arrival_to_event_us=LatencyUs(900.0, 5_000.0, 6_000.0), by_venue={},
    rest={},
        recorded=RecorderStats(messages=8_000, files=9),
)  # fmt: skip


@pytest.fixture
def played() -> Played:
    """Return what saw six seconds of a market, and opportunities in it."""
    session = SimulatedSession(3, config=SessionConfig(duration_ns=6 * SECOND_NS))
    shown = Played(session)
    shown.advance(6 * SECOND_NS)
    return shown


def test_a_line_says_how_it_stands(played: Played) -> None:
    line = progress_line(played)
    assert line.startswith("  6.0 s  21/21 books live  ")
    messages = sum(venue.messages for venue in played.venues().values())
    assert f"{messages:,} messages" in line
    assert f"{played.opportunities.opened} opportunities" in line
    assert line.endswith(" USDT")
    assert line.isascii()


def test_before_anything_crosses_a_line_names_no_best() -> None:
    assert not progress_line(Played(SimulatedSession(1))).endswith(" USDT")


Lines = Callable[[], list[str]]


@pytest.mark.parametrize(
    "lines", [lambda: summary_lines(SUMMARY), lambda: feed_lines(FEED)], ids=["demo", "feed"]
)
def test_a_summary_fits_eighty_columns_and_any_encoding(lines: Lines) -> None:
    found = lines()
    assert max(map(len, found)) <= 80
    assert "\n".join(found).isascii()
    assert [line for line in found if line != line.rstrip()] == []


def test_the_summary_says_what_was_shown() -> None:
    lines = dict(line.split(maxsplit=1) for line in summary_lines(SUMMARY))
    assert lines["market"] == "6 s of seed 3"
    assert lines["books"] == "33 of 33 live, 0 wrong, 2,500 levels in 200,000 bytes"
    assert lines["trouble"] == "7 faults made: 2 reconnects, 3 gaps seen, 1 resyncs"
    assert lines["digest"] == SUMMARY.digest
    assert lines["buy"] == "BTC-USDT.COINBASE up to 61000.1"


def test_without_an_opportunity_there_is_no_best() -> None:
    poor = msgspec.structs.replace(SUMMARY, best_opportunity=None, opportunities=0)
    assert not [line for line in summary_lines(poor) if line.startswith(("best", "  buy"))]


def test_a_feed_says_what_it_did_not_get() -> None:
    lines = feed_lines(FEED)
    assert "books          30 live, 3 stale" in lines
    assert "not listed     kraken: FOO-BAR" in lines
    assert "not reached    okx: cannot connect to http://127.0.0.1:1: refused" in lines
    assert "recorded       8,000 messages in 9 files" in lines
