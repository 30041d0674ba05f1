import pytest
import uvloop

from crossbook.services.trials.recovery import recover
from crossbook.services.trials.soak import soak
from crossbook.services.trials.stage import FAST, FAST_REST
from crossbook.services.trials.trial import Setting, run
from crossbook.sim.chaos.plan import Disconnect


def check(seed: int) -> None:
    outcome = uvloop.run(run(Setting.of(seed)))
    assert (outcome.wrong, outcome.problems) == ([], []), f"make sim SEED={seed}"
    assert outcome.checks > 50


def test_books_under_random_faults_are_right_or_say_that_they_are_not() -> None:
    check(3)


# 8: Bybit's base is cut, and what follows must not be joined to the last connection's book.
@pytest.mark.slow
@pytest.mark.parametrize("seed", [8, 17])
def test_books_under_more_random_faults(seed: int) -> None:
    check(seed)


@pytest.mark.slow
def test_books_are_live_soon_after_a_fault() -> None:
    seconds = uvloop.run(recover(Disconnect(duration_s=0.2), FAST, FAST_REST))
    assert None not in seconds.values()


@pytest.mark.slow
def test_sockets_that_end_in_all_ways_leave_no_wrong_book(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert uvloop.run(soak(3.0, 1)), capsys.readouterr().out
