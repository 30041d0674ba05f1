"""`crossbook config`: settings, checked before anything depends on them."""

from pathlib import Path
from typing import Any

import click
import msgspec

from crossbook.commands.failure import EXIT_FAILURE
from crossbook.commands.options import FILE, as_json_option, overrides_option, print_json
from crossbook.config import plain
from crossbook.errors import ConfigError
from crossbook.services.settings import Settings, load_settings

__all__ = ["config"]


class _Verdict(msgspec.Struct, omit_defaults=True):
    valid: bool
    file: str
    path: str = ""
    reason: str = ""
    settings: dict[str, Any] = {}


@click.group()
def config() -> None:
    """Look at settings."""


@config.command()
@click.argument("file", type=FILE, metavar="FILE")
@overrides_option
@as_json_option
def validate(file: Path, overrides: tuple[str, ...], *, as_json: bool) -> None:
    """Say whether a configuration can be used.

    FILE is read as every command reads it: environment variables and --set have their say. With
    --json the settings that result are printed, without secrets.

    Ends with 0 if they can be used, with 1 if not.
    """
    try:
        settings = load_settings(file, overrides=overrides)
    except ConfigError as error:
        if as_json:
            print_json(_Verdict(valid=False, file=str(file), path=error.path, reason=error.reason))
        click.echo(f"error: {error}", err=True)
        raise SystemExit(EXIT_FAILURE) from error
    if as_json:
        print_json(_Verdict(valid=True, file=str(file), settings=plain(settings)))
    else:
        click.echo(f"{file}: {_summary(settings)}")


def _summary(settings: Settings) -> str:
    sections = settings.by_venue()
    counts = [f"{name} {len(section.instruments)}" for name, section in sections.items()]
    return f"good; instruments: {', '.join(counts)}" if counts else "good; no venue is named"
