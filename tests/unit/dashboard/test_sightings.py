"""The list of what pays, and what did."""

import pytest

from crossbook.dashboard.sightings import asset_name, sighting_lines
from crossbook.sim import SessionConfig, SimulatedSession
from tests.unit.dashboard.played import Played

SECOND_NS = 1_000_000_000


def played(seconds: int) -> Played:
    session = SimulatedSession(3, config=SessionConfig(duration_ns=seconds * SECOND_NS))
    run = Played(session)
    run.advance(seconds * SECOND_NS)
    return run


@pytest.fixture(scope="module")
def run() -> Played:
    """Return a run that saw several opportunities; no test changes it."""
    return played(8)


@pytest.mark.parametrize("width", [60, 80, 99, 100, 160])
@pytest.mark.parametrize("rows", [2, 4, 30])
def test_the_lines_have_the_size_that_was_asked_for(run: Played, width: int, rows: int) -> None:
    lines = sighting_lines(run.opportunities, run.now_ns, rows=rows, width=width)
    assert [line.cell_len for line in lines] == [width] * rows


def test_open_ones_come_first_and_then_those_that_closed_last(run: Played) -> None:
    lines = sighting_lines(run.opportunities, run.now_ns, rows=30, width=120)
    shown = [line.plain[:1] for line in lines[1:] if line.plain.strip()]
    opened, closed = len(run.opportunities.open), len(run.opportunities.closed)
    assert opened > 0
    assert closed > 0
    assert shown == ["●"] * opened + ["○"] * closed


def test_a_line_says_what_to_buy_where_and_what_it_earns(run: Played) -> None:
    best = run.opportunities.open[0]
    line = sighting_lines(run.opportunities, run.now_ns, rows=3, width=120)[1].plain
    words = line.split()
    assert words[1] == asset_name(best.buy).split()[0]
    assert f"buy {best.buy.venue}" in line
    assert f"sell {best.sell.venue}" in line
    assert f"{best.profit:+,.2f} {best.buy.quote}" in line
    assert line.rstrip().endswith("s")


def test_in_eighty_columns_nothing_is_cut(run: Played) -> None:
    lines = sighting_lines(run.opportunities, run.now_ns, rows=30, width=80)
    shown = [line.plain.rstrip() for line in lines[1:] if line.plain.strip()]
    assert shown
    assert all(line.endswith((" s", " ms")) for line in shown)


def test_the_title_counts(run: Played) -> None:
    title = sighting_lines(run.opportunities, run.now_ns, rows=2, width=120)[0].plain
    log = run.opportunities
    assert f" {len(log.open)} open · {log.opened} seen · best +" in title


def test_before_anything_crosses_that_is_said() -> None:
    run = Played(SimulatedSession(1))
    lines = sighting_lines(run.opportunities, run.now_ns, rows=3, width=80)
    assert lines[0].plain.endswith(" 0 open · 0 seen")
    assert lines[1].plain.startswith("nothing crosses by more than the fees yet")


def test_an_outcome_is_called_by_its_question(run: Played) -> None:
    names = {asset_name(book.instrument) for book in run.engine}
    assert names == {
        "BTC-USDT", "ETH-USDT", "SOL-USDT", "cut-25 YES", "cut-25 NO", "above-100000 YES",
        "above-100000 NO", "rain YES", "rain NO",
    }  # fmt: skip
