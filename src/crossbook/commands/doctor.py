"""`crossbook doctor`: find out before trading what does not work."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Final

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crossbook.clock import SystemClock
from crossbook.commands.failure import EXIT_FAILURE, EXIT_PARTIAL
from crossbook.commands.options import FILE, as_json_option, overrides_option, print_json
from crossbook.errors import ConfigError
from crossbook.services.doctor import Finding, Grade, examine
from crossbook.services.settings import load_settings

__all__ = ["doctor"]

_WIDTH: Final = 140
"""Width of the table where no terminal says how wide it is."""
_STYLES: Final = {Grade.OK: "green", Grade.WARNING: "yellow", Grade.FAILURE: "red"}


class _Report(msgspec.Struct, frozen=True):
    healthy: bool
    """Nothing failed; warnings may stand."""
    failures: int
    warnings: int
    findings: Sequence[Finding]


@click.command()
@click.argument("file", type=FILE, metavar="[CONFIG]", required=False)
@overrides_option
@click.option(
    "--deadline",
    "deadline_s",
    type=click.FloatRange(min=0, min_open=True),
    default=15.0,
    show_default=True,
    help="What takes a venue longer, in seconds, has failed.",
)
@as_json_option
def doctor(
    file: Path | None, overrides: tuple[str, ...], deadline_s: float, *, as_json: bool
) -> None:
    """Look at everything that a configuration depends on.

    The settings, versions, folders, keys and limits of this machine; of each venue in CONFIG
    whether its REST answers, how far its clock is from ours, how much of its limits is used, and
    whether a websocket opens. Nothing is changed and nothing is subscribed to.

    Ends with 0 if nothing failed (there may be warnings), with 3 if something did, with 1 if the
    configuration cannot be used.
    """
    try:
        settings = load_settings(file, overrides=overrides)
    except ConfigError as error:
        _print([Finding("config", Grade.FAILURE, str(error))], as_json=as_json)
        raise SystemExit(EXIT_FAILURE) from error
    found = asyncio.run(
        examine(settings, clock=SystemClock(), random=Random(), deadline_s=deadline_s)
    )
    _print(found, as_json=as_json)
    if any(each.grade is Grade.FAILURE for each in found):
        raise SystemExit(EXIT_PARTIAL)


def _print(found: Sequence[Finding], *, as_json: bool) -> None:
    failures, warnings = (
        sum(each.grade is grade for each in found) for grade in (Grade.FAILURE, Grade.WARNING)
    )
    if as_json:
        print_json(_Report(not failures, failures, warnings, found))
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDTH)
    table = Table.grid(padding=(0, 2))
    for each in found:
        table.add_row(
            Text(each.grade.value, _STYLES[each.grade]), each.venue or "", each.subject, each.detail
        )
    console.print(table)
    click.echo(f"{failures} failures, {warnings} warnings")
