from pathlib import Path

import pytest

from crossbook.backtest.connections import connections
from crossbook.backtest.inputs import StreamFile
from crossbook.backtest.survey import Extent, Survey

MINUTE_NS = 60 * 1_000_000_000
START_NS = 1_700_000_000 * 1_000_000_000


def survey(
    name: str,
    span: tuple[int, int] | None,
    symbols: str = "A",
    *,
    is_opening: bool = False,
    venue: str = "kalshi",
) -> Survey:
    """A stream between two minutes that speaks of symbols of one letter."""
    begin, end = (0, 0) if span is None else (START_NS + minute * MINUTE_NS for minute in span)
    return Survey(
        file=StreamFile(Path(name), venue),
        begin_ns=begin,
        end_ns=end,
        is_opening=is_opening,
        messages=1,
        frame_bytes_max=1,
        extents={(symbol, side): Extent(messages=1) for symbol in symbols for side in (1, 2)},
    )


def grouped(*surveys: Survey) -> list[str]:
    found = connections(surveys)
    return ["".join(file.file.path.name for file in each.files) for each in found]


@pytest.mark.parametrize(
    ("surveys", "expected"),
    [
        ([survey("a", (0, 5)), survey("b", (5, 9))], ["ab"]),
        ([survey("b", (5, 9)), survey("a", (0, 5))], ["ab"]),
        ([survey("a", (0, 5)), survey("b", (4, 9))], ["a", "b"]),
        ([survey("a", (0, 5)), survey("b", (4, 9)), survey("c", (9, 9))], ["a", "bc"]),
        ([survey("a", (0, 5)), survey("b", (5, 9), venue="okx")], ["a", "b"]),
        # A piece may speak of other symbols, or of none.
        ([survey("a", (0, 5)), survey("b", (6, 9), "B")], ["ab"]),
        ([survey("a", (0, 5)), survey("b", (900, 999), "")], ["ab"]),
        ([survey("a", (0, 5), ""), survey("b", (900, 999))], ["ab"]),
        # Another time and other symbols: another recording.
        ([survey("a", (0, 5)), survey("b", (900, 999), "B")], ["a", "b"]),
        ([survey("a", (0, 5)), survey("b", (900, 999), "AB")], ["ab"]),
        # A connection that opens again for the same symbols is the same one.
        ([survey("a", (0, 5)), survey("b", (6, 9), is_opening=True)], ["ab"]),
        ([survey("a", (0, 5)), survey("b", (6, 9), "B", is_opening=True)], ["a", "b"]),
        # Files without times follow one another, and no file with times.
        ([survey("a", None), survey("b", None)], ["ab"]),
        ([survey("b", None), survey("a", None)], ["ba"]),
        ([survey("a", None), survey("b", (0, 5))], ["a", "b"]),
        ([survey("b", (0, 5)), survey("a", None)], ["a", "b"]),
    ],
)
def test_files_are_of_one_connection(surveys: list[Survey], expected: list[str]) -> None:
    assert grouped(*surveys) == expected


def test_a_connection_counts_the_messages_of_a_symbol() -> None:
    (found,) = connections([survey("a", (0, 5), "AB"), survey("b", (5, 9), "A")])
    assert found.messages_of("A") == 4
    assert found.messages_of("B") == 2
    assert found.messages_of("C") == 0
    assert found.natives == {"A", "B"}
    assert found.end_ns == START_NS + 9 * MINUTE_NS
