"""The `crossbook` command."""

import click

from crossbook import __version__
from crossbook.commands.config import config
from crossbook.commands.demo import demo
from crossbook.commands.doctor import doctor
from crossbook.commands.markets import markets
from crossbook.commands.replay import replay
from crossbook.commands.run import record, run
from crossbook.commands.sim import sim
from crossbook.commands.venues import venues


@click.group()
@click.version_option(__version__, prog_name="crossbook")
def main() -> None:
    """One live, proven order book for everything that trades on more than one venue."""


main.add_command(config)
main.add_command(demo)
main.add_command(doctor)
main.add_command(markets)
main.add_command(record)
main.add_command(replay)
main.add_command(run)
main.add_command(sim)
main.add_command(venues)
