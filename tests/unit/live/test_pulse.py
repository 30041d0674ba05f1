from hypothesis import given
from hypothesis import strategies as st

from crossbook.live.pulse import Pulse

_S = 1_000_000_000


def pulse() -> Pulse:
    return Pulse(factor=20, floor_ns=5 * _S, ceiling_ns=600 * _S)


def beaten(every_ns: int, count: int = 50) -> Pulse:
    made = pulse()
    for number in range(1, count + 1):
        made.beat(number * every_ns)
    return made


def test_what_never_came_is_never_missed() -> None:
    assert not pulse().is_silent(10**18)


def test_what_came_once_is_missed_after_the_ceiling() -> None:
    made = pulse()
    made.beat(_S)
    assert not made.is_silent(601 * _S)
    assert made.is_silent(602 * _S)


def test_silence_is_measured_by_the_usual_interval() -> None:
    for every_s, limit_s in [(0.01, 5), (0.25, 5), (1, 20), (10, 200), (60, 600)]:
        assert beaten(int(every_s * _S)).limit_ns == limit_s * _S


def test_silence_that_was_real_makes_it_patient() -> None:
    made = beaten(_S)
    made.relax(60 * _S)
    assert not made.is_silent(61 * _S)
    assert made.limit_ns == 40 * _S


def test_forgiveness_starts_anew() -> None:
    made = beaten(_S)
    assert made.is_silent(100 * _S)
    made.forgive(100 * _S)
    assert not made.is_silent(110 * _S)


@given(st.lists(st.integers(-5 * _S, 1_000 * _S), max_size=50))
def test_the_limit_is_always_between_floor_and_ceiling(steps: list[int]) -> None:
    made, now_ns = pulse(), 0
    for step in steps:
        now_ns += step
        made.beat(now_ns)
        assert 5 * _S <= made.limit_ns <= 600 * _S
