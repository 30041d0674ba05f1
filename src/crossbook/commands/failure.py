"""How a command ends that cannot do what it was asked for."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from crossbook.errors import CrossbookError

__all__ = ["EXIT_FAILURE", "EXIT_PARTIAL", "failures_in_one_line"]

EXIT_FAILURE = 1
"""The input cannot be used. (2: the command line cannot, and 0: all went well.)"""
EXIT_PARTIAL = 3
"""Some of what was asked for was done, and some could not be."""


@contextmanager
def failures_in_one_line() -> Iterator[None]:
    """Print an error of this package as one line on stderr and end with `EXIT_FAILURE`."""
    try:
        yield
    except CrossbookError as error:
        click.echo(f"error: {' '.join(str(error).split())}", err=True)
        raise SystemExit(EXIT_FAILURE) from error
