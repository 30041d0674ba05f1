"""The whole screen, in terminals of all sizes."""

import io

import pytest
from rich.console import Console

from crossbook.clock import ManualClock
from crossbook.dashboard import Screen
from crossbook.sim import SessionConfig, SimulatedSession
from tests.unit.dashboard.played import Played

SECOND_NS = 1_000_000_000


def screen(seconds: float = 3, *, duration_s: int | None = None) -> tuple[Screen, Played]:
    """Return a screen after some seconds in real time, and what it shows."""
    clock = ManualClock()
    duration_ns = None if duration_s is None else duration_s * SECOND_NS
    run = Played(SimulatedSession(3, config=SessionConfig(duration_ns=duration_ns)))
    shown = Screen(run, clock)
    for tick in range(round(seconds * 10)):
        clock.advance(SECOND_NS // 10)
        run.advance((tick + 1) * SECOND_NS // 10)
        shown.update()
    return shown, run


def text(shown: Screen, width: int, height: int) -> list[str]:
    return [line.plain for line in shown.lines(width, height)]


@pytest.mark.parametrize(
    ("width", "height"),
    [(80, 24), (120, 40), (200, 60), (240, 70), (79, 24), (100, 30), (40, 12), (20, 5), (1, 1)],
)
def test_the_screen_fills_the_terminal_and_no_more(width: int, height: int) -> None:
    shown, _ = screen(1)
    lines = shown.lines(width, height)
    assert [line.cell_len for line in lines] == [width] * height


def test_eighty_by_twenty_four_show_a_pair_and_a_question() -> None:
    shown, run = screen()
    lines = text(shown, 80, 24)
    assert lines[0].startswith("crossbook demo  seed 3  0:03 ")
    assert lines[0].endswith("Ctrl-C ends")
    assert lines[1].startswith("BTC-USDT ─")
    assert "│YES: Will the Federal Reserve" in lines[1]
    assert any(line.startswith("opportunities after fees ") for line in lines)
    assert lines[-2].startswith("21 of 21 live")
    assert f"{run.trades:,} trades" in lines[-1]


def test_a_hundred_and_twenty_by_forty_show_all_assets() -> None:
    shown, run = screen()
    lines = "\n".join(text(shown, 120, 40))
    for title in ("BTC-USDT ─", "ETH-USDT ─", "SOL-USDT ─", "YES: Will the Fed", "YES: Will Bit"):
        assert title in lines
    assert "NO: " not in lines
    assert f"{run.trades:,} trades · {run.events:,} events" in lines


def test_six_books_in_two_rows_are_three_and_three() -> None:
    shown, _ = screen(1)
    titles = [line for line in text(shown, 200, 60) if "●●●" in line and "USDT ─" in line]
    assert len(titles) == 1
    assert titles[0].count("USDT ─") == 3


def test_what_does_not_fit_takes_turns() -> None:
    shown, run = screen(1)
    first = text(shown, 80, 24)[1][:8]
    seen = [first]
    for seconds in (7, 13, 19):
        run.advance(seconds * SECOND_NS)
        shown.update()
        seen.append(text(shown, 80, 24)[1][:8])
    assert seen == ["BTC-USDT", "ETH-USDT", "SOL-USDT", "BTC-USDT"]


def test_the_end_is_shown_where_there_is_one() -> None:
    shown, _ = screen(1, duration_s=90)
    assert "seed 3  0:01 of 1:30 " in text(shown, 80, 24)[0]


def test_the_rates_are_those_of_the_clock() -> None:
    shown, run = screen(2)
    total = text(shown, 120, 40)[-2].split()
    assert total[6] == f"{sum(venue.frames for venue in run.venues().values()) / 2:,.0f}"


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_a_terminal_without_unicode_gets_none(encoding: str) -> None:
    shown, _ = screen(1)
    written = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    console = Console(file=written, width=80, height=24, force_terminal=True)
    console.print(shown)
    written.flush()
    written.seek(0)
    assert ("●" in written.read()) is (encoding == "utf-8")


def styles_of(shown: Screen, text: str) -> set[str]:
    """Return the styles in which a text stands on the screen."""
    console = Console(file=io.StringIO(), force_terminal=True, width=120, height=40)
    segments = console.render(shown, console.options.update_dimensions(120, 40))
    return {str(segment.style) for segment in segments if text in segment.text}


def test_blocks_beside_each_other_keep_their_own_styles() -> None:
    shown, _ = screen(3)
    assert styles_of(shown, "│") == {"dim"}
    assert styles_of(shown, "YES: Will") == {"bold"}
    assert "cyan" in styles_of(shown, "polymarket")


def test_a_style_of_a_whole_line_is_drawn() -> None:
    shown, _ = screen(3)
    assert styles_of(shown, "levels in") == {"dim"}


def test_without_colours_the_text_is_the_same() -> None:
    shown, _ = screen(1)
    plain = Console(file=io.StringIO(), width=80, height=24, no_color=True)
    with plain.capture() as capture:
        plain.print(shown)
    assert capture.get().splitlines() == text(shown, 80, 24)
