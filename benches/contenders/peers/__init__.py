"""Peers (c): other libraries that keep order books, each an optional import.

They are driven at their own seams, without sockets and event loops: what a
library would spend there is left out, in its favour.
"""

from collections.abc import Callable, Sequence
from importlib import import_module

from benches.contenders.base import Contender, ContenderMissingError

LIBRARIES = ("cryptofeed", "nautilus", "ccxt")
"""Modules of this package, each with a `contenders()`."""


def load() -> tuple[list[Contender], list[ContenderMissingError]]:
    """Import every peer; one whose library is missing or does not load is reported, not raised."""
    found: list[Contender] = []
    missing: list[ContenderMissingError] = []
    for library in LIBRARIES:
        try:
            module = import_module(f"benches.contenders.peers.{library}")
        except ImportError as error:
            reason = f"{error}; install the extra `peers` (python 3.11 or newer)"
            missing.append(ContenderMissingError(library, reason))
            continue
        contenders: Callable[[], Sequence[Contender]] = module.contenders
        found += contenders()
    return found, missing
