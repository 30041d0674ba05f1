from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossbook import Engine, Feed
from crossbook.backtest.merging import Step, merged, steps
from crossbook.storage.stream import Row


@pytest.fixture(scope="module")
def feed() -> Feed:
    return Engine().open_feed("binance")


def frame(time: int, payload: bytes = b"x") -> Row:
    return (time, b"R", payload)


def shown(found: Sequence[Step]) -> list[tuple[int, bytes | str]]:
    """Time and payload of each frame; `act` for anything else."""
    return [(moment, one[1] if one else "act") for moment, one, _ in found]


def test_rows_become_steps(feed: Feed) -> None:
    blocks = [[(5, b"C", b"url"), (6, b"S", b"{}")], [(7, b"R", b"one"), (8, b"R", b"two")]]
    found = list(steps(blocks, feed))
    assert shown(found) == [(5, "act"), (7, b"one"), (8, b"two")]
    assert [one[2] for _, one, _ in found if one] == [7, 8]


def test_order_never_goes_back_but_times_are_as_kept(feed: Feed) -> None:
    found = list(steps([[frame(0), frame(9), frame(0), frame(3)]], feed))
    assert [moment for moment, _, _ in found] == [0, 9, 9, 9]
    assert [one[2] for _, one, _ in found if one] == [0, 9, 0, 3]


def test_what_waits_comes_before_the_first_frame(feed: Feed) -> None:
    done: list[str] = []
    acts = [lambda: done.append("a"), lambda: done.append("b")]
    found = list(steps([[(5, b"C", b"url"), frame(7)]], feed, acts))
    assert shown(found) == [(5, "act"), (7, "act"), (7, "act"), (7, b"x")]
    for _, _, act in found[1:3]:
        assert act is not None
        act()
    assert done == ["a", "b"]
    assert len(acts) == 2


def test_what_waits_comes_at_the_end_of_a_stream_without_frames(feed: Feed) -> None:
    assert shown(list(steps([[(5, b"C", b"url")]], feed, [list]))) == [(5, "act"), (5, "act")]


@given(st.lists(st.lists(st.integers(0, 9).map(frame), max_size=8), max_size=4))
def test_sources_are_merged_as_a_stable_sort_would(sources: list[list[Row]]) -> None:
    one = Engine().open_feed("binance")
    named = [
        [(time, b"R", b"%d.%d" % (source, number)) for number, (time, _, _) in enumerate(rows)]
        for source, rows in enumerate(sources)
    ]
    listed = [list(steps([rows], one)) for rows in named]
    expected = sorted((step for each in listed for step in each), key=lambda step: step[0])
    assert shown(list(merged([iter(each) for each in listed]))) == shown(expected)
