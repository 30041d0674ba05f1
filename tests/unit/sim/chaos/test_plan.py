from pathlib import Path
from typing import get_args

import msgspec
import pytest

from crossbook.config import load
from crossbook.errors import ConfigError
from crossbook.sim.chaos.plan import AnyFault, Delay, Fault, Halt, Plan
from tests.recordings import ROOT

KINDS = {
    "clock_skew", "corrupt", "delay", "disconnect", "drop", "duplicate", "endless", "freeze",
    "halt", "html", "lifetime", "maintenance", "new_market", "redirect", "reorder", "resolve",
    "slow_rest", "stale_snapshot", "storm", "tick_change", "trickle", "wrong_checksum",
}  # fmt: skip


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "plan.yaml"
    file.write_text(text)
    return file


def test_every_kind_has_a_name_in_plans() -> None:
    assert {kind.__struct_config__.tag for kind in get_args(AnyFault)} == KINDS
    for kind in KINDS:
        assert msgspec.convert({"kind": kind}, AnyFault)


def test_a_plan_is_read_from_yaml_or_json(tmp_path: Path) -> None:
    text = """
faults:
  - {kind: delay, venue: kraken, begin_s: 2, duration_s: 5, share: 0.1, delay_s: 0.25}
  - {kind: halt, venue: okx, native: BTC-USDT}
"""
    expected = (
        Delay(venue="kraken", begin_s=2, duration_s=5, share=0.1, delay_s=0.25),
        Halt(venue="okx", native="BTC-USDT"),
    )
    assert load(Plan, written(tmp_path, text), environment={}).faults == expected
    as_json = msgspec.json.encode(Plan(faults=expected)).decode()
    assert load(Plan, written(tmp_path, as_json), environment={}).faults == expected


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("faults: [{kind: explode}]", "$.faults[0]"),
        ("faults: [{kind: drop}, {kind: drop, share: 2}]", "$.faults[1].share"),
        ("faults: [{kind: drop, sahre: 1}]", "$.faults[0]"),
        ("faults: [{kind: storm, status: 99}]", "$.faults[0].status"),
        ("faults: [{kind: delay, begin_s: -1}]", "$.faults[0].begin_s"),
        ("fault: []", "$.fault"),
    ],
)
def test_a_mistake_in_a_plan_is_named_with_its_place(tmp_path: Path, text: str, path: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(Plan, written(tmp_path, text), environment={})
    assert path in str(caught.value)


def test_the_reference_lists_every_kind_with_its_own_settings() -> None:
    rows = {}
    for line in (ROOT / "docs" / "reference" / "faults.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 5 and cells[1].startswith("`"):
            rows[cells[1].strip("`")] = cells[3]
    assert set(rows) == KINDS
    for kind in get_args(AnyFault):
        own = set(kind.__struct_fields__) - set(Fault.__struct_fields__)
        assert all(f"`{name}`" in rows[kind.__struct_config__.tag] for name in own), kind
