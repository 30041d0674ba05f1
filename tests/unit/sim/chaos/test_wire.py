import itertools

import pytest

from crossbook.sim.chaos.calendar import Calendar
from crossbook.sim.chaos.log import FaultLog
from crossbook.sim.chaos.plan import (
    AnyFault,
    Corrupt,
    Delay,
    Drop,
    Duplicate,
    Freeze,
    Reorder,
    WrongChecksum,
)
from crossbook.sim.chaos.wire import Wire

MS = 1_000_000


def calendar(*faults: AnyFault, seed: int = 1) -> Calendar:
    found = Calendar("okx", seed, FaultLog(), itertools.count(1).__next__)
    for fault in faults:
        found.add(fault, 0)
    found.turn(0)
    return found


def carried(
    faults: Calendar, payloads: list[bytes], native: str = "BTC-USDT", number: int = 1
) -> list[bytes]:
    wire = Wire(faults, number, 0)
    out = []
    for index, payload in enumerate(payloads):
        out += wire.carry(index * MS, payload, native, is_binary=False)
    return [frame.payload for frame in out + wire.due(10**15)]


FRAMES = [b'{"n":%d}' % number for number in range(100)]


def test_without_faults_frames_go_through_as_they_are() -> None:
    assert Wire(calendar(), 1, 0).is_clear
    assert carried(calendar(), FRAMES) == FRAMES


def test_dropped_frames_never_arrive() -> None:
    out = carried(calendar(Drop(share=0.3)), FRAMES)
    assert 40 < len(out) < 90
    assert [frame for frame in FRAMES if frame in out] == out


def test_duplicated_frames_arrive_twice_in_a_row() -> None:
    out = carried(calendar(Duplicate(share=0.2)), FRAMES)
    assert 110 < len(out) < 135
    assert [frame for frame, _ in itertools.groupby(out)] == FRAMES


def test_reordered_frames_come_after_the_next_one() -> None:
    assert carried(calendar(Reorder()), FRAMES[:4]) == [FRAMES[n] for n in (1, 0, 3, 2)]
    out = carried(calendar(Reorder(share=0.2)), FRAMES)
    assert sorted(out) == sorted(FRAMES)
    assert out != FRAMES


def test_a_frame_that_nothing_overtakes_does_not_wait_for_ever() -> None:
    wire = Wire(calendar(Reorder()), 1, 0)
    assert wire.carry(0, b"only", "x", is_binary=False) == []
    assert not wire.is_idle
    assert wire.due(100 * MS) == []
    assert [frame.payload for frame in wire.due(1_000 * MS)] == [b"only"]
    assert wire.is_idle


def test_a_late_frame_holds_up_what_is_behind_it() -> None:
    faults = calendar(Delay(delay_s=0.5, native="BTC"))
    wire = Wire(faults, 1, 0)
    assert wire.carry(0, b"late", "BTC", is_binary=False) == []
    assert wire.carry(100 * MS, b"behind", "", is_binary=True) == []
    assert wire.due(499 * MS) == []
    assert [tuple(frame) for frame in wire.due(500 * MS)] == [(b"late", False), (b"behind", True)]
    assert [frame.payload for frame in wire.carry(600 * MS, b"next", "", is_binary=False)] == [
        b"next"
    ]


@pytest.mark.parametrize("mode", ["digit", "cut"])
def test_a_damaged_frame_has_one_wrong_digit_or_no_end(mode: str) -> None:
    payload = b'{"p":"61837.5","q":"0.25"}'
    faults = calendar(Corrupt(mode="digit" if mode == "digit" else "cut"))
    for out in carried(faults, [payload] * 50):
        assert out != payload
        if mode == "digit":
            assert sum(a != b for a, b in zip(out, payload, strict=True)) == 1
        else:
            assert payload.startswith(out)


@pytest.mark.parametrize(
    ("payload", "is_told"),
    [
        (b'{"checksum":3310070434,"p":5}', True),
        (b'{"checksum":-855196043}', True),
        (b'{"hash":"0f3bc","price":"1"}', True),
        (b'{"price":"1"}', False),
    ],
)
def test_only_the_checksum_is_wrong(payload: bytes, is_told: bool) -> None:
    faults = calendar(WrongChecksum())
    for out in carried(faults, [payload] * 20):
        assert (out != payload) == is_told
        assert sum(a != b for a, b in zip(out, payload, strict=True)) == is_told
        assert out.endswith(payload[-6:]) or b"-8" in payload or b"hash" not in payload
    assert faults.log.counts["wrong_checksum"] == (20 if is_told else 0)


def test_a_frozen_connection_answers_pings_and_nothing_else() -> None:
    frames = [b'{"bids":[]}', b'{"event":"pong"}', b"PONG", b'{"channel":"heartbeat"}']
    assert carried(calendar(Freeze()), frames, native="") == frames[1:3]
    assert carried(calendar(Freeze()), frames, native="BTC") == []


def test_one_instrument_may_freeze_alone() -> None:
    faults = calendar(Freeze(native="BTC"))
    assert carried(faults, [b"a"], native="ETH") == [b"a"]
    assert carried(faults, [b"a"], native="BTC") == []


def test_a_share_of_the_connections_freezes_and_each_stays_as_it_is() -> None:
    faults = calendar(Freeze(share=0.5))
    fates = [len(carried(faults, FRAMES[:10], number=number)) for number in range(1, 41)]
    assert set(fates) == {0, 10}
    assert 8 < fates.count(0) < 32


@pytest.mark.parametrize("is_contagious", [False, True])
def test_a_connection_that_is_opened_later_is_spared(is_contagious: bool) -> None:
    wire = Wire(calendar(Freeze(is_contagious=is_contagious)), 1, opened_ns=1)
    assert bool(wire.carry(5, b"a", "BTC", is_binary=False)) != is_contagious


def test_frames_about_no_instrument_are_left_alone() -> None:
    for fault in (Drop(), Duplicate(), Corrupt(), Reorder(), Delay()):
        assert carried(calendar(fault), FRAMES[:5], native="") == FRAMES[:5]


def test_faults_of_one_instrument_spare_the_others() -> None:
    faults = calendar(Drop(native="BTC"))
    assert carried(faults, FRAMES, native="ETH") == FRAMES
    assert carried(faults, FRAMES, native="BTC") == []


def test_several_faults_may_strike_one_frame() -> None:
    faults = calendar(Reorder(), Drop())
    assert carried(faults, FRAMES) == []
    faults = calendar(Duplicate(), Corrupt(mode="cut"))
    assert len(carried(faults, FRAMES)) == 200


def test_the_same_seed_strikes_the_same_frames() -> None:
    plan = (Drop(share=0.1), Duplicate(share=0.1), Corrupt(share=0.1))
    assert carried(calendar(*plan), FRAMES) == carried(calendar(*plan), FRAMES)
    assert carried(calendar(*plan), FRAMES) != carried(calendar(*plan, seed=2), FRAMES)
