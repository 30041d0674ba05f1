"""`crossbook demo`: simulated venues through the real engine."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

import click
import msgspec
from rich.console import Console
from rich.live import Live

from crossbook.clock import Clock, SystemClock
from crossbook.commands.failure import EXIT_FAILURE
from crossbook.dashboard import Screen, progress_line, summary_lines
from crossbook.services.demo import DemoRun, RealTime, Sprint, Summary, play, summarise
from crossbook.sim import SessionConfig, SimulatedSession

__all__ = ["demo"]

_UNWATCHED_S: Final = 20.0
_LINE_EVERY_NS: Final = 2_000_000_000
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@click.command()
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True, max=86_400),
    help="End after so much of the market. Default: 20; on a terminal, run until Ctrl-C.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Which market is simulated.")
@click.option("--headless", is_flag=True, help="Print lines instead of showing a screen.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the summary as JSON, as fast as possible."
)
def demo(*, seconds: float | None, seed: int, headless: bool, as_json: bool) -> None:
    """Show crossbook at work on a simulated market: no account, no network.

    Three exchanges and two prediction markets send frames in their real wire formats. They go
    through the decoders, books and scanner that live venues go through. The same seed and
    seconds give the same frames, events and digest on every machine.

    The market is played at its own speed, except with --json.
    """
    console = Console(highlight=False)
    is_screen = not headless and not as_json and _is_terminal(console)
    if seconds is None and not is_screen:
        seconds = _UNWATCHED_S
    clock = SystemClock()
    with _interruptible() as is_stopped:
        begun_ns = clock.monotonic_ns()
        run = DemoRun(_session(seed, seconds), clock)
        if as_json:
            play(run, Sprint(), is_stopped=is_stopped, on_tick=lambda: None)
        elif is_screen:
            _show(run, clock, console, is_stopped)
        else:
            _print_lines(run, clock, is_stopped)
        summary = summarise(run, clock.monotonic_ns() - begun_ns)
    _finish(summary, as_json=as_json)


def _session(seed: int, seconds: float | None) -> SimulatedSession:
    duration_ns = None if seconds is None else round(seconds * 1e9)
    return SimulatedSession(seed, config=SessionConfig(duration_ns=duration_ns))


def _is_terminal(console: Console) -> bool:
    # Rich can be told by the environment to write colours into a pipe: no screen belongs there.
    return console.is_terminal and not console.is_dumb_terminal and sys.stdout.isatty()


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C into a question that is asked between two ticks, not inside of one."""
    asked: list[int] = []

    def ask(number: int, _frame: FrameType | None) -> None:
        asked.append(number)
        # Whoever asks twice does not want to wait.
        signal.signal(number, before[number])

    before = {int(number): signal.signal(number, ask) for number in _SIGNALS}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _sleep_ns(duration_ns: int) -> None:
    time.sleep(duration_ns / 1e9)


def _show(run: DemoRun, clock: Clock, console: Console, is_stopped: Callable[[], bool]) -> None:
    screen = Screen(run, clock)
    with Live(screen, console=console, screen=True, auto_refresh=False) as live:

        def on_tick() -> None:
            screen.update()
            live.refresh()

        play(run, RealTime(clock, _sleep_ns), is_stopped=is_stopped, on_tick=on_tick)


def _print_lines(run: DemoRun, clock: Clock, is_stopped: Callable[[], bool]) -> None:
    begun_ns = clock.monotonic_ns()
    next_ns = _LINE_EVERY_NS

    def on_tick() -> None:
        nonlocal next_ns
        if run.position_ns >= next_ns:
            next_ns += _LINE_EVERY_NS
            click.echo(progress_line(summarise(run, clock.monotonic_ns() - begun_ns)))

    play(run, RealTime(clock, _sleep_ns), is_stopped=is_stopped, on_tick=on_tick)


def _finish(summary: Summary, *, as_json: bool) -> None:
    """Print the summary; fail if what was shown is not right."""
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(summary), indent=2))
    else:
        click.echo("\n".join(summary_lines(summary)))
    # Nothing goes wrong on the simulated wire: what does is ours.
    if summary.books_wrong or summary.faults or summary.events_dropped:
        click.echo(
            f"error: {summary.books_wrong} books wrong, {summary.faults} faults, "
            f"{summary.events_dropped} events lost",
            err=True,
        )
        raise SystemExit(EXIT_FAILURE)
