"""`crossbook run` and `crossbook record`: live books of the configured venues."""

import asyncio
import logging
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
from typing import Any

import click
import msgspec
from rich.console import Console

from crossbook.clock import SystemClock
from crossbook.commands.failure import EXIT_FAILURE, failures_in_one_line
from crossbook.commands.loop import run_in_loop, stop_on_signals
from crossbook.commands.options import FILE, as_json_option, overrides_option, print_json
from crossbook.commands.watching import is_terminal, watching
from crossbook.config import runtime_folder
from crossbook.dashboard import feed_lines
from crossbook.services.feed import FeedService, FeedSummary, FeedView, summarise_feed
from crossbook.services.log import open_log
from crossbook.services.settings import Settings, load_settings
from crossbook.storage.recorder import Recorder, RecorderConfig

__all__ = ["record", "run"]

_seconds_option = click.option(
    "--seconds",
    type=click.FloatRange(min=0.1),
    help="End after so long. Default: run until Ctrl-C.",
)
_headless_option = click.option(
    "--headless", is_flag=True, help="Print lines instead of showing a screen."
)


@click.command()
@click.argument("file", type=FILE, metavar="CONFIG")
@overrides_option
@_seconds_option
@_headless_option
@as_json_option
def run(file: Path, overrides: tuple[str, ...], **options: Any) -> None:
    """Keep books of the configured venues live, merged and watched for what crosses.

    CONFIG is a YAML document; see config/ for examples. A venue that cannot be reached is tried
    again for ever, and never disturbs the others. With --json one object is printed at the end.

    Ends with 0, or with 1 if the configuration cannot be used or no book was live at the end.
    """
    with failures_in_one_line():
        settings = load_settings(file, overrides=overrides)
        _finish(_watch(settings, settings.recorder, **options), as_json=options["as_json"])


@click.command()
@click.argument("file", type=FILE, metavar="CONFIG")
@click.option("--out", "folder", type=FILE, metavar="FOLDER", help="Where to; else as configured.")
@overrides_option
@_seconds_option
@_headless_option
@as_json_option
def record(file: Path, folder: Path | None, overrides: tuple[str, ...], **options: Any) -> None:
    """Record every frame of the configured venues, with the time at which it came.

    FOLDER gets a folder for each venue, with a compressed file for each connection and hour; a
    kill costs a second at most. `crossbook replay FOLDER` reads them.

    Ends as `crossbook run` does, and with 1 if something was not written.
    """
    with failures_in_one_line():
        settings = load_settings(file, overrides=overrides)
        config = settings.recorder
        if folder is not None:
            base = config or RecorderConfig(folder=folder)
            config = msgspec.structs.replace(base, folder=folder)
        if config is None:
            raise click.UsageError("say --out FOLDER, or set recorder.folder in the configuration")
        _finish(_watch(settings, config, **options), as_json=options["as_json"])


def _watch(
    settings: Settings,
    recording: RecorderConfig | None,
    *,
    seconds: float | None,
    headless: bool,
    as_json: bool,
) -> FeedSummary:
    console = Console(highlight=False)
    is_screen = not headless and not as_json and is_terminal(console)
    with ExitStack() as stack:
        # On a screen, a line of the log would stand in the middle of a book.
        log = logging.NullHandler() if is_screen else open_log(settings.log)
        logging.getLogger().addHandler(log)
        stack.callback(logging.getLogger().removeHandler, log)
        recorder = None if recording is None else stack.enter_context(Recorder(recording))
        main = _run(settings, recorder, console, seconds, is_screen=is_screen, is_silent=as_json)
        summary = run_in_loop(main)
        if recorder is not None:
            recorder.close()
            if recorder.failure is not None:
                raise recorder.failure
    return summary


async def _run(
    settings: Settings,
    recorder: Recorder | None,
    console: Console,
    seconds: float | None,
    *,
    is_screen: bool,
    is_silent: bool,
) -> FeedSummary:
    clock = SystemClock()
    feed = FeedService(
        settings,
        clock=clock,
        random=Random(settings.seed),
        runtime=settings.runtime_folder or runtime_folder(),
        recorder=recorder,
    )
    duration_ns = None if seconds is None else round(seconds * 1e9)
    view = FeedView(feed, clock, heading="crossbook run", duration_ns=duration_ns)
    stopped = asyncio.Event()
    stop_on_signals(stopped)
    running = asyncio.create_task(feed.run(), name="feed")
    running.add_done_callback(lambda _: stopped.set())
    async with watching(view, console, clock, is_screen=is_screen, is_silent=is_silent):
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await stopped.wait()
    summary = await summarise_feed(feed, view, recorder)
    feed.stop()
    await running
    return summary


def _finish(summary: FeedSummary, *, as_json: bool) -> None:
    if as_json:
        print_json(summary)
    else:
        click.echo("\n".join(feed_lines(summary)))
    lost = summary.recorded.lost_messages if summary.recorded else 0
    if lost:
        click.echo(f"error: {lost} messages were not recorded", err=True)
    if lost or not summary.books.get("live"):
        raise SystemExit(EXIT_FAILURE)
