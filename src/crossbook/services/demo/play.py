"""Play a market at a pace, and let somebody look at it."""

from collections.abc import Callable

from crossbook.services.demo.pace import Pace
from crossbook.services.demo.run import DemoRun

__all__ = ["play"]


def play(
    run: DemoRun, pace: Pace, *, is_stopped: Callable[[], bool], on_tick: Callable[[], None]
) -> None:
    """Play a run to its end, or until it is stopped.

    Args:
        run: the run.
        pace: how fast it goes on.
        is_stopped: asked after each tick, the only moments at which a run can be left.
        on_tick: called after each tick, a tenth of a second of the market at most.
    """
    while not run.is_finished and not is_stopped():
        run.advance(pace.due_ns(run.position_ns))
        on_tick()
        pace.rest()
    run.stop()
