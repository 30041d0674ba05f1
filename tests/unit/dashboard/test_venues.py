"""A line for each venue, and their sum."""

import pytest

from crossbook.dashboard.rates import Rates
from crossbook.dashboard.venues import venue_lines
from crossbook.sim import SessionConfig, SimulatedSession
from tests.unit.dashboard.played import Played

SECOND_NS = 1_000_000_000


@pytest.fixture
def run() -> Played:
    """Return a run of two seconds."""
    session = SimulatedSession(1, config=SessionConfig(duration_ns=2 * SECOND_NS))
    run = Played(session)
    run.advance(2 * SECOND_NS)
    return run


def table(run: Played, width: int) -> list[str]:
    venues = run.venues()
    rates = Rates()
    rates.add(0, {})
    rates.add(
        SECOND_NS,
        {f"{name} {what}": 7 for name in venues for what in ("frames", "messages")},
    )
    lines = venue_lines(venues, run.latencies(), list(run.engine), rates, width=width)
    assert {line.cell_len for line in lines} == {width}
    return [line.plain.rstrip() for line in lines]


def test_a_wide_table_has_all_columns(run: Played) -> None:
    rows = table(run, 120)
    assert " ".join(rows[0].split()) == (
        "venue books frames messages frames/s msgs/s proved failed gaps bad µs p50 p99 p99.9"
    )
    kraken = rows[3].split()
    summary = run.venues()["kraken"]
    assert kraken[:4] == ["kraken", "●●●", str(summary.frames), str(summary.messages)]
    assert kraken[4:] == ["7", "7", str(summary.checksums.ok), *["0"] * 3, *["1.0"] * 3]


def test_eighty_columns_are_enough_for_the_narrow_one(run: Played) -> None:
    rows = table(run, 80)
    assert rows[0].endswith("µs p50   p99  p99.9")
    assert max(map(len, rows)) == 80


def test_the_last_line_is_the_sum(run: Played) -> None:
    total = table(run, 120)[-1].split()
    frames = sum(venue.frames for venue in run.venues().values())
    assert total[:4] == ["21", "of", "21", "live"]
    assert total[4] == f"{frames:,}"
    assert total[6] == "35"


def test_what_goes_wrong_is_counted_in_red(run: Played) -> None:
    run.feeds["kraken"].on_frame(b"{", run.now_ns)
    run.feeds["binance"].on_close(run.now_ns)
    rows = table(run, 80)
    assert rows[3].split()[-4] == "1"
    assert "◌◌◌" in rows[1]
    assert rows[-1].startswith("18 of 21 live")
    venues = run.venues()
    lines = venue_lines(venues, run.latencies(), list(run.engine), Rates(), width=80)
    assert any("red" in str(span.style) for span in lines[3].spans)
    assert not any("bold red" in str(span.style) for span in lines[2].spans)
