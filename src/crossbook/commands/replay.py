"""`crossbook replay`: recorded frames in; proven books, merged events and a digest out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from crossbook.backtest import Replay, ReplayReport, SnapshotChoice, gather
from crossbook.commands.failure import failures_in_one_line
from crossbook.commands.replay_table import print_report
from crossbook.errors import UnknownVenueError
from crossbook.storage.content import OnRead, ignore
from crossbook.storage.event_lines import EventWriter
from crossbook.venues.registry import venue

__all__ = ["replay"]

_FILE = click.Path(path_type=Path)
_PAGE_CHARS = 160
"""Width of the table where no terminal says how wide it is."""


def _venue_name(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Return the id that a name or an alias means."""
    try:
        return None if value is None else venue(value).name
    except UnknownVenueError as error:
        raise click.BadParameter(str(error)) from error


def _choices(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[SnapshotChoice, ...]:
    """Read `SYMBOL=FILE` and `VENUE:SYMBOL=FILE`."""
    return tuple(map(_choice, values))


def _choice(text: str) -> SnapshotChoice:
    symbol, _, file = text.partition("=")
    if not symbol or not file:
        raise click.BadParameter(f"{text!r} is not SYMBOL=FILE or VENUE:SYMBOL=FILE")
    prefix, colon, rest = symbol.partition(":")
    if colon and rest:
        try:
            return SnapshotChoice(Path(file), rest, venue(prefix).name)
        except UnknownVenueError:
            # The colon is the symbol's own.
            pass
    return SnapshotChoice(Path(file), symbol)


@click.command()
@click.argument("files", nargs=-1, metavar="FILE...", type=_FILE)
@click.option(
    "--snapshot",
    "snapshots",
    multiple=True,
    metavar="SYMBOL=FILE",
    callback=_choices,
    help="A REST order book answer, and the venue's symbol that was asked for; "
    "VENUE:SYMBOL=FILE where files of several venues are given.",
)
@click.option(
    "--metadata", multiple=True, metavar="FILE", type=_FILE, help="A venue's list of instruments."
)
@click.option(
    "--venue",
    "venue_name",
    metavar="NAME",
    callback=_venue_name,
    help="The venue of all files, where manifest.json and the folder's name do not tell.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
@click.option(
    "--events",
    metavar="FILE",
    type=_FILE,
    help="Write every event to this file, one JSON object a line; .zst compresses.",
)
def replay(
    files: tuple[Path, ...],
    snapshots: tuple[SnapshotChoice, ...],
    metadata: tuple[Path, ...],
    venue_name: str | None,
    *,
    as_json: bool,
    events: Path | None,
) -> None:
    """Play recorded frames through the books, and say what came of them.

    FILEs are streams (.tsv, .tsv.zst, .hex.tsv) of any venues; they are merged by the time at
    which each frame was received. A stream that begins after another one of its venue ended
    continues it. Documents (.json, .ndjson) that are lists of instruments or order book answers
    may stand among them. A folder stands for all of these in it and below it.

    The same input always gives the same digest.
    """
    if not files and not snapshots:
        raise click.UsageError("name at least one FILE or --snapshot")
    with failures_in_one_line():
        inputs = gather(files, snapshots=snapshots, metadata=metadata, venue_name=venue_name)
        with _progress(2 * inputs.stream_bytes) as on_read:
            played = Replay(inputs, on_read=on_read)
            report = _run(played, events)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(report), indent=2))
    else:
        console = Console()
        print_report(report, console if console.is_terminal else Console(width=_PAGE_CHARS))


def _run(played: Replay, events: Path | None) -> ReplayReport:
    if events is None:
        return played.run()
    with EventWriter(events, played.instruments) as writer:
        return played.run(writer.write)


@contextmanager
def _progress(total_bytes: int) -> Iterator[OnRead]:
    """Show a bar on stderr, if somebody sits there."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield ignore
        return
    columns = (TextColumn("replay"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("replay", total=total_bytes or None)
        yield lambda read: progress.update(task, advance=read)
