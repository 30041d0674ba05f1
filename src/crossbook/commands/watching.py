"""How a command shows a feed while it runs: a screen, a line now and then, or nothing."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Final

import click
from rich.console import Console
from rich.live import Live

from crossbook.clock import Clock
from crossbook.dashboard import Screen, progress_line
from crossbook.services.feed import FeedView

__all__ = ["is_terminal", "watching"]

_LINE_EVERY_S: Final = 2.0
_DRAW_EVERY_S: Final = 0.1


def is_terminal(console: Console) -> bool:
    """Return whether a screen can be shown."""
    # Rich can be told by the environment to write colours into a pipe: no screen belongs there.
    return console.is_terminal and not console.is_dumb_terminal and sys.stdout.isatty()


@contextlib.asynccontextmanager
async def watching(
    view: FeedView, console: Console, clock: Clock, *, is_screen: bool, is_silent: bool
) -> AsyncIterator[None]:
    """Show a feed as long as the context lasts.

    Args:
        view: what is shown.
        console: where.
        clock: what rates are measured by.
        is_screen: draw a screen; else print lines.
        is_silent: show nothing at all.
    """
    if is_silent:
        yield
    elif is_screen:
        screen = Screen(view, clock)
        with Live(screen, console=console, screen=True, auto_refresh=False) as live:
            async with _beside(_draw(screen, live)):
                yield
    else:
        async with _beside(_say(view)):
            yield


async def _draw(screen: Screen, live: Live) -> None:
    while True:
        screen.update()
        live.refresh()
        await asyncio.sleep(_DRAW_EVERY_S)


async def _say(view: FeedView) -> None:
    while True:
        await asyncio.sleep(_LINE_EVERY_S)
        click.echo(progress_line(view))


@contextlib.asynccontextmanager
async def _beside(coroutine: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run something as long as the context lasts."""
    task = asyncio.create_task(coroutine)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()
