"""What several commands take, and how they print."""

from pathlib import Path
from typing import Any, Final

import click
import msgspec

from crossbook.errors import UnknownVenueError
from crossbook.venues.registry import venue

__all__ = ["FILE", "as_json_option", "overrides_option", "print_json", "venue_names"]

FILE: Final = click.Path(path_type=Path)

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")

overrides_option = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="PATH=VALUE",
    help="Set something, as in venues.kraken.depth=25. It wins over the file and the environment.",
)


def venue_names(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the ids that names or aliases of venues mean."""
    try:
        return tuple(dict.fromkeys(venue(value).name for value in values))
    except UnknownVenueError as error:
        raise click.BadParameter(str(error)) from error


def print_json(value: Any) -> None:
    """Print a value as indented JSON."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))
