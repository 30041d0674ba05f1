import itertools

from crossbook.sim.chaos.calendar import Calendar
from crossbook.sim.chaos.log import ENTRIES_KEPT, Entry, FaultLog
from crossbook.sim.chaos.plan import Disconnect, Drop, Freeze, Halt, Storm

SECOND_NS = 1_000_000_000


def calendar() -> Calendar:
    return Calendar("okx", 1, FaultLog(), itertools.count(1).__next__)


def turns(found: Calendar, now_s: float) -> list[tuple[str, bool]]:
    made = found.turn(int(now_s * SECOND_NS))
    return [(standing.kind, is_begin) for standing, is_begin in made]


def test_a_fault_begins_and_ends_in_its_time() -> None:
    found = calendar()
    found.add(Drop(begin_s=1, duration_s=2), SECOND_NS)
    assert turns(found, 1.9) == []
    assert not found.frames
    assert turns(found, 2) == [("drop", True)]
    assert [standing.kind for standing in found.frames] == ["drop"]
    assert turns(found, 3.9) == []
    assert turns(found, 4) == [("drop", False)]
    assert not found.frames
    assert not found.standing


def test_a_fault_without_an_end_lasts_until_it_is_removed() -> None:
    found = calendar()
    found.add(Halt(), 0)
    found.add(Storm(begin_s=50), 0)
    assert turns(found, 0) == [("halt", True)]
    found.clear(20 * SECOND_NS)
    assert turns(found, 20) == [("halt", False)]
    assert turns(found, 100) == []


def test_what_happens_in_a_moment_is_over_at_once() -> None:
    found = calendar()
    found.add(Disconnect(begin_s=1), 0)
    assert turns(found, 1) == [("disconnect", True), ("disconnect", False)]


def test_turns_come_in_the_order_in_which_they_were_due() -> None:
    found = calendar()
    found.add(Halt(begin_s=3, duration_s=1), 0)
    found.add(Drop(begin_s=1, duration_s=2.5), 0)
    assert turns(found, 10) == [("drop", True), ("halt", True), ("drop", False), ("halt", False)]


def test_faults_in_force_are_found_by_their_kind() -> None:
    found = calendar()
    found.add(Freeze(), 0)
    found.add(Freeze(begin_s=9), 0)
    found.add(Storm(), 0)
    found.turn(0)
    assert len(found.active(Freeze)) == 1
    assert [standing.kind for standing in found.rest] == ["storm"]


def test_begin_and_end_are_in_the_log_but_not_in_the_counts() -> None:
    found = calendar()
    standing = found.add(Drop(duration_s=1), 0)
    found.turn(0)
    found.note(standing, 5, native="BTC", client=3)
    found.turn(SECOND_NS)
    assert [entry.detail for entry in found.log.entries] == ["begin", "", "end"]
    assert found.log.entries[1] == Entry(5, "okx", "drop", 1, "BTC", 3)
    assert found.log.counts == {"drop": 1}


def test_the_log_is_bounded_and_still_counts_all() -> None:
    log = FaultLog()
    for number in range(ENTRIES_KEPT + 5):
        log.add(Entry(number, "okx", "drop", 1))
    assert len(log.entries) == ENTRIES_KEPT
    assert log.counts["drop"] == ENTRIES_KEPT + 5
