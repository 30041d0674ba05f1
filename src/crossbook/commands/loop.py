"""The event loop of a command that runs until it is told to stop."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

__all__ = ["run_in_loop", "stop_on_signals"]

T = TypeVar("T")

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def run_in_loop(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the fastest event loop that there is."""
    try:
        import uvloop  # noqa: PLC0415 -- it is not there on Windows
    except ImportError:
        make = None
    else:
        make = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=make) as runner:
        return runner.run(main)


def stop_on_signals(event: asyncio.Event) -> None:
    """Let the first Ctrl-C or SIGTERM set an event; the second one ends the process at once."""
    loop = asyncio.get_running_loop()

    def stop(number: signal.Signals) -> None:
        event.set()
        loop.remove_signal_handler(number)

    for number in _SIGNALS:
        # A loop that cannot do this (Windows) ends by KeyboardInterrupt.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop, number)
