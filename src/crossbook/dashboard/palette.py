"""Colours and signs of the screen."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from crossbook.model.events import BookState

__all__ = ["ASCII", "STATE_SIGNS", "STATE_STYLES", "venue_style"]

VENUE_STYLES: Final = MappingProxyType(
    {
        "binance": "yellow",
        "coinbase": "bright_blue",
        "kraken": "magenta",
        "mexc": "green",
        "gateio": "red",
        "bybit": "bright_yellow",
        "okx": "white",
        "polymarket": "cyan",
        "kalshi": "bright_green",
    }
)

STATE_SIGNS: Final[Mapping[BookState, str]] = MappingProxyType(
    {
        BookState.EMPTY: "○",
        BookState.SYNCING: "◐",
        BookState.LIVE: "●",
        BookState.SUSPECT: "▲",
        BookState.STALE: "◌",
        BookState.BROKEN: "✕",
    }
)
"""One character for each state, so that it can be told without colours."""

STATE_STYLES: Final[Mapping[BookState, str]] = MappingProxyType(
    {
        BookState.EMPTY: "dim",
        BookState.SYNCING: "yellow",
        BookState.LIVE: "green",
        BookState.SUSPECT: "bold yellow",
        BookState.STALE: "yellow",
        BookState.BROKEN: "bold red",
    }
)

ASCII: Final = str.maketrans(
    {
        "○": "o",
        "◐": "~",
        "●": "*",
        "▲": "!",
        "◌": "?",
        "✕": "x",
        "─": "-",
        "│": "|",
        "█": "#",
        "µ": "u",
        "→": ">",
        "…": "~",
        "·": ".",
    }
)
"""For terminals that show nothing else."""


def venue_style(venue: str) -> str:
    """Return the colour in which everything of a venue is shown."""
    return VENUE_STYLES.get(venue, "white")
