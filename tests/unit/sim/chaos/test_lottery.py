from collections import Counter

import msgspec
import pytest

from crossbook.sim.chaos.lottery import FAULTS_MAX, draw_plan
from crossbook.sim.chaos.plan import Corrupt, Drop, Freeze, NewMarket, Plan, Reorder
from crossbook.sim.config import WorldConfig
from crossbook.sim.world import World

SPAN_S = 10.0


@pytest.fixture(scope="module")
def plans() -> list[Plan]:
    world = World(1, config=WorldConfig(spot_assets=1, questions=1, steps_per_s=0))
    return [draw_plan(seed, world, SPAN_S) for seed in range(400)]


def test_what_goes_wrong_is_over_when_the_span_is(plans: list[Plan]) -> None:
    for plan in plans:
        assert 1 <= len(plan.faults) <= FAULTS_MAX
        for fault in plan.faults:
            assert fault.duration_s is not None or isinstance(fault, NewMarket)
            assert fault.begin_s + (fault.duration_s or 0) <= SPAN_S + 0.001


def test_every_plan_can_be_written_down_and_read_again(plans: list[Plan]) -> None:
    for plan in plans:
        assert msgspec.json.decode(msgspec.json.encode(plan), type=Plan) == plan


def test_frames_get_lost_only_where_a_client_can_tell(plans: list[Plan]) -> None:
    for fault in (fault for plan in plans for fault in plan.faults):
        if fault.venue in {"kraken", "polymarket"}:
            assert not isinstance(fault, Drop | Reorder | Corrupt)
            assert not isinstance(fault, Freeze) or fault.ends == "cut"
        assert not isinstance(fault, Corrupt) or fault.mode == "cut"


def test_all_kinds_and_venues_come(plans: list[Plan]) -> None:
    faults = [fault for plan in plans for fault in plan.faults]
    kinds = Counter(type(fault) for fault in faults)
    assert len(kinds) == 21
    assert min(kinds.values()) >= 5
    assert len({fault.venue for fault in faults}) == 9


def test_another_seed_is_another_plan() -> None:
    world = World(1, ["okx"])
    assert draw_plan(1, world, SPAN_S) == draw_plan(1, world, SPAN_S)
    assert draw_plan(1, world, SPAN_S) != draw_plan(2, world, SPAN_S)
