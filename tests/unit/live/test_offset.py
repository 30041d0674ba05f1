from hypothesis import given
from hypothesis import strategies as st

from crossbook.live.offset import ClockOffset

_S = 1_000_000_000
_MS = 1_000_000


def test_without_an_answer_nothing_is_known() -> None:
    offset = ClockOffset()
    assert (offset.offset_ns, offset.error_ns, offset.least_ns) == (None, None, 0)


@given(
    true_ns=st.integers(-10 * _S, 10 * _S),
    resolution_ns=st.sampled_from([1, 1_000, _MS, _S]),
    answers=st.lists(
        st.tuples(st.integers(_S, 100 * _S), st.integers(0, 300 * _MS), st.integers(0, 300 * _MS)),
        min_size=1,
        max_size=40,
    ),
)
def test_the_truth_lies_within_the_error(
    true_ns: int, resolution_ns: int, answers: list[tuple[int, int, int]]
) -> None:
    offset = ClockOffset()
    for sent_ns, there_ns, back_ns in answers:
        venue_ns = sent_ns + there_ns + true_ns
        told_ns = venue_ns - venue_ns % resolution_ns
        offset.add(sent_ns, told_ns, sent_ns + there_ns + back_ns)
    assert offset.offset_ns is not None
    assert offset.error_ns is not None
    assert abs(offset.offset_ns - true_ns) <= offset.error_ns
    assert abs(offset.least_ns) <= abs(true_ns)


def test_one_quick_answer_counts_more_than_slow_ones() -> None:
    offset = ClockOffset()
    for delay_ns in (400, 300, 2, 500):
        # The way back takes all the time: half of it would be the guess of each alone.
        offset.add(1, 10_000_000_003, 1 + delay_ns)
    assert offset.error_ns == 1


def test_whole_seconds_are_refined_by_answers_at_other_parts_of_the_second() -> None:
    offset = ClockOffset()
    for tenth in range(10):
        now_ns = 100 * _S + tenth * _S // 10
        offset.add(now_ns, (now_ns + 300 * _MS) // _S * _S, now_ns + 1)
    assert offset.offset_ns is not None
    assert abs(offset.offset_ns - 300 * _MS) <= 50 * _MS
    assert offset.error_ns is not None
    assert offset.error_ns <= 50 * _MS + 1


def test_a_clock_that_was_set_is_followed_at_once() -> None:
    offset = ClockOffset()
    for number in range(20):
        offset.add(number * _S + 1, number * _S + 6, number * _S + 3)
    offset.add(50 * _S + 1, 58 * _S + 2, 50 * _S + 3)
    assert offset.count == 1
    assert offset.offset_ns is not None
    assert abs(offset.offset_ns - 8 * _S) < 10


def test_clocks_that_agree_are_not_corrected() -> None:
    offset = ClockOffset()
    offset.add(_S + 1, _S, _S + 400_001)
    assert offset.offset_ns != 0
    assert offset.least_ns == 0
