"""Each field of some instruments of the recorded lists is what a reader of the row expects."""

from pathlib import Path

import pytest

from crossbook.model import Instrument
from crossbook.venues.registry import VENUES
from tests.recorded.listed_others import OTHERS
from tests.recorded.listed_pairs import PAIRS
from tests.recorded.lists import LISTS, load

EXPECTED = [*PAIRS, *OTHERS]


@pytest.mark.parametrize(
    ("name", "expected"), EXPECTED, ids=[str(expected.id) for _, expected in EXPECTED]
)
def test_each_field_of_a_recorded_instrument(
    recordings: Path, name: str, expected: Instrument
) -> None:
    venue, _ = LISTS[name]
    catalogue = VENUES[venue].symbols.instruments(load(recordings / name))
    found = {i.id: i for i in catalogue.instruments}
    assert found[expected.id] == expected


def test_a_market_without_tokens_is_a_problem_and_costs_no_other(recordings: Path) -> None:
    body = load(recordings / "polymarket/single/rest_markets.json.zst")
    (problem,) = VENUES["polymarket"].symbols.instruments(body).problems
    assert problem.symbol == "0x5374183ab5a2925fda4e7ac2db4848499458224ce2d73c16d3f248951c80746e"
    assert (problem.field, problem.expected) == ("tokens", "two token ids")
