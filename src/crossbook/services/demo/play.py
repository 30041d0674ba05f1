"""Play a market at a pace, and let somebody look at it."""

from collections.abc import Callable
from typing import Final

from crossbook.services.demo.pace import Pace
from crossbook.services.demo.run import DemoRun

__all__ = ["TICK_NS", "play"]

TICK_NS: Final = 100_000_000
"""The market goes on by this much at once."""


def play(
    run: DemoRun, pace: Pace, *, is_stopped: Callable[[], bool], on_tick: Callable[[], None]
) -> None:
    """Play a run to its end, or until it is stopped.

    Args:
        run: the run.
        pace: how fast it goes on.
        is_stopped: asked before each tick: only there a run can be left.
        on_tick: called after each tick.
    """
    while not run.is_finished and not is_stopped():
        run.advance(run.position_ns + TICK_NS)
        on_tick()
        pace.wait(run.position_ns)
    run.stop()
