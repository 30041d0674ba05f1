"""`crossbook markets`: search what venues list right now."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Final

import click
import msgspec
from rich.console import Console
from rich.table import Table

from crossbook.clock import SystemClock
from crossbook.commands.failure import EXIT_FAILURE, EXIT_PARTIAL, failures_in_one_line
from crossbook.commands.options import (
    FILE,
    as_json_option,
    overrides_option,
    print_json,
    venue_names,
)
from crossbook.config import VenueConfig
from crossbook.model import Instrument
from crossbook.services.listings import Listing, Search, listings, search
from crossbook.services.settings import Settings, load_settings, located
from crossbook.venues.registry import VENUES

__all__ = ["markets"]

_WIDTH: Final = 160
"""Width of the table where no terminal says how wide it is."""


class _Asked(msgspec.Struct, frozen=True):
    """A venue, as this command prints it."""

    instruments: int
    """Instruments that it lists."""
    problems: int
    """Rows of its list that could not be read."""
    error: str | None
    """Why there is no list."""


class _Found(msgspec.Struct, frozen=True):
    """An instrument, as this command prints it. Decimal numbers are texts."""

    id: str
    venue: str
    native: str
    kind: str
    base: str
    quote: str
    status: str
    tradable: bool
    tick: str | None
    lot: str | None
    min_size: str | None
    taker_ppm: int
    aggregate: str
    market: str
    outcome: str | None
    label: str
    title: str


class _Answer(msgspec.Struct, frozen=True):
    query: str
    venues: dict[str, _Asked]
    found: int
    """How many instruments match, those left out included."""
    instruments: list[_Found]


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option(
    "--venue",
    "names",
    multiple=True,
    metavar="NAME",
    callback=venue_names,
    help="Ask this one; may come several times. Default: those of the configuration, or all.",
)
@click.option("--config", "file", type=FILE, metavar="FILE", help="A configuration.")
@overrides_option
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=50,
    show_default=True,
    help="Print so many at most.",
)
@click.option(
    "--deadline",
    "deadline_s",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="A venue that takes longer, in seconds, has failed.",
)
@as_json_option
def markets(
    query: tuple[str, ...],
    names: tuple[str, ...],
    file: Path | None,
    overrides: tuple[str, ...],
    limit: int,
    deadline_s: float,
    *,
    as_json: bool,
) -> None:
    """Search what venues list right now: all words of QUERY, in any of an instrument's names.

    Their REST is asked, within their limits. What trades comes first.

    Ends with 0 if all venues answered, whatever was found; with 3 if some did not; with 1 if none
    did.
    """
    with failures_in_one_line():
        settings = load_settings(file, overrides=overrides)
        settings, sections = _sections(settings, names)
    listed = asyncio.run(
        listings(sections, settings, clock=SystemClock(), random=Random(), deadline_s=deadline_s)
    )
    found = search(listed, Search.of(query))
    if as_json:
        print_json(_answer(" ".join(query), listed, found, limit))
    else:
        _print(found[:limit])
        _print_sum(listed, len(found), limit)
    _finish(listed)


def _sections(
    settings: Settings, names: Sequence[str]
) -> tuple[Settings, Mapping[str, VenueConfig]]:
    """Return which venues are asked: those that are named, with the defaults where needed."""
    configured = settings.by_venue()
    wanted = names or tuple(configured) or tuple(VENUES)
    added = {name: VENUES[name].config() for name in wanted if name not in configured}
    venues = msgspec.structs.replace(settings.venues, **added)
    settings = located(msgspec.structs.replace(settings, venues=venues))
    sections = settings.by_venue()
    return settings, {name: sections[name] for name in wanted}


def _answer(
    query: str, listed: Sequence[Listing], found: Sequence[Instrument], limit: int
) -> _Answer:
    asked = {
        each.venue: _Asked(
            len(each.catalogue.instruments),
            len(each.catalogue.problems),
            str(each.error) if each.error is not None else None,
        )
        for each in listed
    }
    return _Answer(query, asked, len(found), [_row(each) for each in found[:limit]])


def _row(instrument: Instrument) -> _Found:
    return _Found(
        id=str(instrument.id),
        venue=instrument.venue,
        native=instrument.native,
        kind=instrument.kind.value,
        base=instrument.base,
        quote=instrument.quote,
        status=instrument.status.value,
        tradable=instrument.is_tradable,
        tick=_text(instrument.tick),
        lot=_text(instrument.lot),
        min_size=_text(instrument.min_size),
        taker_ppm=instrument.fee.taker_ppm,
        aggregate=instrument.asset.aggregate_id,
        market=instrument.asset.market_id,
        outcome=instrument.outcome.value if instrument.outcome is not None else None,
        label=instrument.outcome_label,
        title=instrument.title,
    )


def _text(number: object) -> str | None:
    return None if number is None else f"{number:f}"


def _print(found: Sequence[Instrument]) -> None:
    if not found:
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDTH)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("instrument", "native", "what", "side", "status", "tick", "lot"):
        table.add_column(name, no_wrap=name not in ("instrument", "what"), overflow="fold")
    for instrument in found:
        row = _row(instrument)
        is_pair = row.outcome is None
        table.add_row(
            row.id,
            "" if row.native == instrument.symbol else row.native,
            "" if is_pair else row.title or row.aggregate,
            "" if is_pair else row.label or row.outcome,
            row.status,
            row.tick or "-",
            row.lot or "-",
        )
    console.print(table)


def _print_sum(listed: Sequence[Listing], found: int, limit: int) -> None:
    total = sum(len(each.catalogue.instruments) for each in listed)
    cut = f", {limit:,} shown" if found > limit else ""
    click.echo(f"{found:,} of {total:,} instruments{cut}", err=True)


def _finish(listed: Sequence[Listing]) -> None:
    failed = [each for each in listed if each.error is not None]
    for each in failed:
        click.echo(f"error: {each.venue}: {each.error}", err=True)
    if failed:
        raise SystemExit(EXIT_PARTIAL if len(failed) < len(listed) else EXIT_FAILURE)
