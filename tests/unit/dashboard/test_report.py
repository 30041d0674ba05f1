"""Text for people where there is no screen."""

import msgspec
import pytest

from crossbook.clock import ManualClock
from crossbook.dashboard import progress_line, summary_lines
from crossbook.services.demo import DemoRun, Summary, summarise
from crossbook.sim import SessionConfig, SimulatedSession

SECOND_NS = 1_000_000_000


@pytest.fixture(scope="module")
def summary() -> Summary:
    """Return the summary of a run that saw opportunities."""
    session = SimulatedSession(3, config=SessionConfig(duration_ns=6 * SECOND_NS))
    run = DemoRun(session, ManualClock())
    run.advance(6 * SECOND_NS)
    return summarise(run, 6 * SECOND_NS)


def test_a_line_says_how_it_stands(summary: Summary) -> None:
    line = progress_line(summary)
    assert line.startswith("  6.0 s  21/21 books live  ")
    assert f"{summary.messages:,} messages" in line
    assert f"{summary.opportunities} opportunities" in line
    assert line.endswith(" USDT")
    assert line.isascii()


def test_a_line_counts_faults(summary: Summary) -> None:
    faulty = msgspec.structs.replace(
        summary, gaps=2, decode_errors={"malformed": 3}, unknown_symbols=1
    )
    assert ", 0 faults" in progress_line(summary)
    assert ", 6 faults" in progress_line(faulty)


def test_the_summary_fits_eighty_columns_and_any_encoding(summary: Summary) -> None:
    lines = summary_lines(summary)
    assert max(map(len, lines)) <= 80
    assert "\n".join(lines).isascii()
    assert [line for line in lines if line != line.rstrip()] == []


def test_the_summary_says_what_was_shown(summary: Summary) -> None:
    lines = dict(line.split(maxsplit=1) for line in summary_lines(summary))
    assert lines["market"] == "6 s of seed 3"
    assert lines["books"].startswith("21 of 21 live, 0 wrong, ")
    assert lines["digest"] == summary.digest
    assert summary.best_opportunity is not None
    assert lines["buy"].startswith(summary.best_opportunity.buy)


def test_without_an_opportunity_there_is_no_best(summary: Summary) -> None:
    poor = msgspec.structs.replace(summary, best_opportunity=None, opportunities=0)
    assert not [line for line in summary_lines(poor) if line.startswith(("best", "  buy"))]
    assert not progress_line(poor).endswith(" USDT")
