"""A circuit breaker opens, probes and closes."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from crossbook.live.rest.breaker import Breaker, BreakerRules, BreakerState, Pass

S = 10**9
RULES = BreakerRules(failures_max=3, open_s_min=1.0, open_s_max=8.0)


def passed(breaker: Breaker, now_ns: int) -> Pass:
    entry = breaker.enter(now_ns)
    assert entry is not None
    return entry


def opened() -> Breaker:
    breaker = Breaker(Random(1), RULES)
    assert [breaker.fail(passed(breaker, 0), 0) for _ in range(3)] == [False, False, True]
    return breaker


def test_failures_in_a_row_open_it() -> None:
    breaker = opened()
    assert breaker.state(0) is BreakerState.OPEN
    assert breaker.enter(0) is None
    assert 0.5 <= breaker.remaining_s(0) <= 1.0


def test_a_success_in_between_starts_the_count_anew() -> None:
    breaker = Breaker(Random(1), RULES)
    for _ in range(10):
        breaker.fail(passed(breaker, 0), 0)
        breaker.fail(passed(breaker, 0), 0)
        breaker.succeed()
    assert breaker.state(0) is BreakerState.CLOSED


def test_half_open_lets_one_probe_pass() -> None:
    breaker = opened()
    assert breaker.state(S) is BreakerState.HALF_OPEN
    assert passed(breaker, S).is_probe
    assert breaker.enter(S) is None
    breaker.succeed()
    assert breaker.state(S) is BreakerState.CLOSED
    assert not passed(breaker, S).is_probe


def test_a_failed_probe_opens_it_for_twice_as_long_up_to_a_limit() -> None:
    breaker = opened()
    now_ns, spans = 0, []
    for _ in range(6):
        now_ns += round(breaker.remaining_s(now_ns) * S)
        assert breaker.fail(passed(breaker, now_ns), now_ns)
        spans.append(breaker.remaining_s(now_ns))
    for span_s, longest_s in zip(spans, (2, 4, 8, 8, 8, 8), strict=True):
        assert longest_s / 2 <= span_s <= longest_s
    assert breaker.opened == 7


def test_a_probe_that_nobody_waited_for_makes_room_for_another() -> None:
    breaker = opened()
    breaker.abandon(passed(breaker, S))
    assert passed(breaker, S).is_probe


def test_what_was_sent_before_it_opened_neither_probes_nor_prolongs() -> None:
    breaker = Breaker(Random(1), RULES)
    late = [passed(breaker, 0) for _ in range(5)]
    for entry in late[:3]:
        breaker.fail(entry, 0)
    remaining_s = breaker.remaining_s(0)
    assert not breaker.fail(late[3], S // 10)
    probe = passed(breaker, S)
    breaker.abandon(late[4])
    assert breaker.enter(S) is None
    assert probe.is_probe
    assert remaining_s <= 1.0
    assert breaker.opened == 1


@given(st.lists(st.tuples(st.sampled_from("sfa"), st.integers(0, 3 * S)), max_size=60))
def test_whatever_happens_a_probe_is_let_through_within_the_longest_span(
    steps: list[tuple[str, int]],
) -> None:
    breaker, now_ns = Breaker(Random(1), RULES), 0
    for outcome, gap_ns in steps:
        now_ns += gap_ns
        entry = breaker.enter(now_ns)
        if entry is None:
            continue
        if outcome == "s":
            breaker.succeed()
        elif outcome == "f":
            breaker.fail(entry, now_ns)
        else:
            breaker.abandon(entry)
    assert breaker.is_passable(now_ns + 8 * S)
