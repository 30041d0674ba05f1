"""`crossbook venues`: what is built in."""

from collections.abc import Mapping

import click
import msgspec
from rich.console import Console
from rich.table import Table

from crossbook.commands.options import as_json_option, print_json
from crossbook.model.fees import FeeSchedule
from crossbook.venues.base import Venue
from crossbook.venues.registry import VENUES
from crossbook.venues.requests import Group, Window

__all__ = ["venues"]

_WIDTH = 120
"""Width of the table where no terminal says how wide it is."""


class _Sheet(msgspec.Struct, frozen=True):
    """A venue, as this command prints it."""

    name: str
    title: str
    capabilities: list[str]
    rest: str
    """Base address of its public REST."""
    hosts: Mapping[str, str]
    """Further ones by name."""
    budgets: tuple[Group, ...]
    """Its limits on requests."""
    instruments_max: int
    """Instruments on one socket, with the channels that are the default."""
    connects: Window
    """Its limit on new connections."""
    fee: FeeSchedule
    """What it takes of a trade at its published entry tier."""


@click.command()
@as_json_option
def venues(*, as_json: bool) -> None:
    """List the venues that are built in, what they offer and what they allow.

    Nothing is asked of them. Ends with 0.
    """
    sheets = [_sheet(each) for each in VENUES.values()]
    if as_json:
        print_json({"venues": sheets})
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDTH)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("venue", "name", "offers", "instruments a socket", "requests"):
        table.add_column(name, overflow="fold")
    for sheet in sheets:
        table.add_row(
            sheet.name,
            sheet.title,
            ", ".join(sheet.capabilities),
            f"{sheet.instruments_max:,}",
            ", ".join(map(_limit, sheet.budgets)),
        )
    console.print(table)


def _sheet(venue: Venue) -> _Sheet:
    rules = venue.rules(venue.config())
    return _Sheet(
        name=venue.name,
        title=venue.title,
        capabilities=sorted(each.value for each in venue.capabilities),
        rest=venue.rest.URL,
        hosts=venue.rest.HOSTS,
        budgets=venue.rest.GROUPS,
        instruments_max=rules.instruments_max,
        connects=rules.connects,
        fee=venue.symbols.DEFAULT_FEE,
    )


def _limit(group: Group) -> str:
    return " ".join(
        (group.name, *(f"{window.count:,}/{window.span_s:g}s" for window in group.windows))
    )
