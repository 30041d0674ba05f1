"""A run is played in ticks, to its end or until it is stopped."""

from crossbook.clock import ManualClock
from crossbook.services.demo import TICK_NS, DemoRun, RealTime, Sprint, play
from crossbook.sim import SessionConfig, SimulatedSession


def make(duration_ns: int | None) -> DemoRun:
    config = SessionConfig(duration_ns=duration_ns)
    return DemoRun(SimulatedSession(1, venues=["kraken"], config=config), ManualClock())


def test_a_run_is_played_to_its_end() -> None:
    run, seen = make(5 * TICK_NS // 2), list[int]()
    play(
        run,
        Sprint(),
        is_stopped=lambda: False,
        on_tick=lambda: seen.append(run.position_ns),
    )
    assert seen == [TICK_NS, 2 * TICK_NS, 5 * TICK_NS // 2]
    assert run.is_finished


def test_a_run_without_end_is_played_until_it_is_stopped() -> None:
    run = make(None)
    play(run, Sprint(), is_stopped=lambda: run.position_ns >= 10 * TICK_NS, on_tick=lambda: None)
    assert 10 * TICK_NS <= run.position_ns < 11 * TICK_NS


def test_the_pace_sets_the_time() -> None:
    clock = ManualClock()
    run = make(7 * TICK_NS)
    play(run, RealTime(clock, clock.advance), is_stopped=lambda: False, on_tick=lambda: None)
    assert clock.monotonic_ns() == 7 * TICK_NS
