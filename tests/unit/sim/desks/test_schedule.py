"""What is due at multiples of its period."""

from crossbook.sim.desks.schedule import Schedule


def test_a_late_call_does_not_shift_the_later_ones() -> None:
    schedule: Schedule[str] = Schedule()
    schedule.start("a", 100, 0)
    schedule.start("b", 40, 0)
    due = {now_ns: schedule.due(now_ns) for now_ns in (39, 95, 100, 119, 120, 350, 360, 400)}
    assert due == {
        39: [], 95: ["b"], 100: ["a"], 119: [], 120: ["b"], 350: ["a", "b"], 360: ["b"],
        400: ["a", "b"],
    }  # fmt: skip


def test_what_was_stopped_is_never_due() -> None:
    schedule: Schedule[str] = Schedule()
    schedule.start("a", 100, 0)
    assert "a" in schedule
    schedule.stop("a")
    schedule.stop("a")
    assert "a" not in schedule
    assert schedule.due(1_000) == []
