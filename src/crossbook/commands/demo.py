"""`crossbook demo`: simulated venues on real sockets, and crossbook at work on them."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from functools import partial
from typing import Final

import click
from rich.console import Console

from crossbook.clock import SystemClock
from crossbook.commands.failure import EXIT_FAILURE
from crossbook.commands.loop import run_in_loop, stop_on_signals
from crossbook.commands.options import print_json
from crossbook.commands.watching import is_terminal, watching
from crossbook.dashboard import summary_lines
from crossbook.services.demo import Demo, Summary
from crossbook.services.feed import FeedView

__all__ = ["demo"]

_UNWATCHED_S: Final = 20.0
_LOOK_EVERY_S: Final = 0.05


@click.command()
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.1, max=86_400),
    help="Close the market after so long. Default: 20; on a terminal, run until Ctrl-C.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Which market is simulated.")
@click.option("--calm", "is_calm", is_flag=True, help="Let nothing go wrong with connections.")
@click.option("--headless", is_flag=True, help="Print lines instead of showing a screen.")
@click.option("--json", "as_json", is_flag=True, help="Print only the summary, as JSON.")
def demo(*, seconds: float | None, seed: int, is_calm: bool, headless: bool, as_json: bool) -> None:
    """Show crossbook at work on simulated venues: no account, no network.

    Exchanges and prediction markets serve their real protocols on sockets of this machine, some
    connections break and some frames get lost; crossbook connects, proves its books, heals them
    and finds what crosses after fees. At the end every book is compared with the simulator's own.

    The same seed and seconds end with the same books, hence the same digest.
    """
    clock = SystemClock()
    console = Console(highlight=False)
    is_screen = not headless and not as_json and is_terminal(console)
    if seconds is None and not is_screen:
        seconds = _UNWATCHED_S
    show = partial(watching, console=console, clock=clock, is_screen=is_screen, is_silent=as_json)
    summary = run_in_loop(_run(Demo.open(seed, seconds, clock, is_calm=is_calm), show))
    _finish(summary, as_json=as_json)


async def _run(
    opening: AbstractAsyncContextManager[Demo],
    show: Callable[[FeedView], AbstractAsyncContextManager[None]],
) -> Summary:
    stopped = asyncio.Event()
    stop_on_signals(stopped)
    async with opening as shown:
        async with show(shown.view):
            while not (stopped.is_set() or shown.is_over):
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_EVERY_S):
                        await stopped.wait()
        return await shown.finish()


def _finish(summary: Summary, *, as_json: bool) -> None:
    """Print the summary; fail if a book is wrong, or did not heal."""
    if as_json:
        print_json(summary)
    else:
        click.echo("\n".join(summary_lines(summary)))
    lost = summary.books - summary.books_live
    if summary.books_wrong or lost or summary.events_dropped:
        click.echo(
            f"error: {summary.books_wrong} books wrong, {lost} not live, "
            f"{summary.events_dropped} events lost",
            err=True,
        )
        raise SystemExit(EXIT_FAILURE)
