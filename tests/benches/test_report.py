"""The table of the benchmark, and the numbers in it."""

from decimal import Decimal

from benches.memory import Weight
from benches.report import (
    Result,
    lateness_table,
    memory_table,
    page,
    sustained_table,
    timing_table,
)
from benches.sessions import BookSpec, Frame, Session, Top
from benches.sockets.race import Lateness, Sustained
from benches.timing import Plan, Samples

ONE = Decimal(1)
SESSION = Session(
    name="Venue book",
    channel="venue.book",
    books={"X": BookSpec("X", 2, 2)},
    snapshots=(),
    frames=(Frame(b"0123456789", 0, "X"), Frame(b"0123456789", 0, "X")),
    expected={"X": Top(ONE, ONE, ONE, ONE)},
    level_count=3,
)
SAMPLES = [
    Samples("crossbook", [100.0, 300.0, 200.0], [[10, 100], [90, 10], [20, 100]]),
    Samples("(a) careful Python", [2000.0], [[100, 2500]]),
]
RESULT = Result(SESSION, Plan(2, 3, 1), SAMPLES, "(a) careful Python")
WEIGHT = Weight("Venue book", "crossbook", 4000.0, 100.0)


def test_the_median_is_over_repetitions_and_the_p99_over_the_messages_medians() -> None:
    assert (SAMPLES[0].median_ns, SAMPLES[0].p99_ns) == (200.0, 100)


def test_a_ratio_is_the_time_of_the_reference_over_that_of_the_contender() -> None:
    crossbook, reference = timing_table([RESULT]).splitlines()[2:]
    cells = [[cell.strip() for cell in row.split("|")[1:-1]] for row in (crossbook, reference)]
    assert cells == [
        ["Venue book (1.5 levels, 10 bytes per frame)", "crossbook", "200", "100", "10.00"],
        ["", "(a) careful Python", "2,000", "2,500", "1.00"],
    ]


def test_without_the_reference_there_is_no_ratio() -> None:
    alone = Result(SESSION, Plan(2, 3, 1), SAMPLES[:1], "(a) careful Python")
    assert timing_table([alone]).splitlines()[2].endswith("|     - |")


def test_memory_is_shared_out_to_levels() -> None:
    cells = [cell.strip() for cell in memory_table([WEIGHT]).splitlines()[2].split("|")[1:-1]]
    assert cells == ["Venue book", "crossbook", "100", "4,000", "40"]


def test_the_page_names_command_contenders_and_what_was_left_out() -> None:
    text = page(
        [("command", "`make bench`")],
        [RESULT],
        [WEIGHT],
        {"crossbook": "this library"},
        ["ccxt: not installed"],
    )
    for line in ("- command: `make bench`", "- crossbook: this library.", "- ccxt: not installed"):
        assert line in text.splitlines()


def test_short_sessions_are_repeated_more_often() -> None:
    assert Plan.of(SESSION, is_quick=False) == Plan(runs=20, repetitions=40, passes=5)


def cells(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines()[2:]]


def test_lateness_is_compared_with_the_bare_loop_at_the_same_rate() -> None:
    late = [
        Lateness("bare picows", 1_000, 50_000, 100_000, 200_000),
        Lateness("crossbook", 1_000, 60_000, 150_000, 1_234_567),
        Lateness("bare picows", 10_000, 10_000, 20_000, 30_000),
    ]
    assert cells(lateness_table(late)) == [
        ["1,000", "bare picows", "50.0", "100.0", "200.0", "1.00", "1.00"],
        ["", "crossbook", "60.0", "150.0", "1,234.6", "1.20", "1.50"],
        ["10,000", "bare picows", "10.0", "20.0", "30.0", "1.00", "1.00"],
    ]


def test_rates_are_compared_with_the_slow_design() -> None:
    flood = [Sustained("crossbook", 900_000.0), Sustained("websockets + (a)", 90_000.0)]
    assert cells(sustained_table(flood, "websockets + (a)")) == [
        ["crossbook", "900,000", "10.0"],
        ["websockets + (a)", "90,000", "1.0"],
    ]
