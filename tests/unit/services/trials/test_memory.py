import os

import pytest

from crossbook.services.trials.memory import growth, resident_bytes


def test_a_process_holds_what_it_took() -> None:
    before = resident_bytes()
    taken = b"x" * (64 << 20)
    assert len(taken) * 0.9 < resident_bytes(os.getpid()) - before < len(taken) * 1.5


@pytest.mark.parametrize(
    ("samples", "expected"),
    [([1, 2, 100, 100, 100, 100], 0.0), ([100, 100, 100, 100, 110, 110], 0.1), ([9, 10, 5], -0.5)],
)
def test_growth_is_the_last_third_over_the_middle_one(samples: list[int], expected: float) -> None:
    assert growth(samples) == pytest.approx(expected)
