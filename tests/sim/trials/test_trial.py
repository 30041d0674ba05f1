import pytest
import uvloop

from crossbook.services.trials.trial import Setting, run


def check(seed: int) -> None:
    outcome = uvloop.run(run(Setting.of(seed)))
    assert (outcome.wrong, outcome.problems) == ([], []), f"make sim SEED={seed}"
    assert outcome.checks > 50


def test_books_under_random_faults_are_right_or_say_that_they_are_not() -> None:
    check(3)


# Bybit's base is cut and its socket opens anew; nothing that was kept joins what comes then.
@pytest.mark.slow
@pytest.mark.parametrize("seed", [8, 11, 17])
def test_books_under_more_random_faults(seed: int) -> None:
    check(seed)
