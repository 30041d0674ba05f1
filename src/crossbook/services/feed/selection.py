"""Which instruments of a venue are wanted."""

from collections.abc import Iterable

import msgspec

from crossbook.errors import SymbolError
from crossbook.model import Catalogue, Instrument
from crossbook.model.identifiers import canonical_symbol, canonical_venue

__all__ = ["EVERYTHING", "Selection", "select"]

EVERYTHING = "*"
"""Stands for all instruments of a venue that trade."""


class Selection(msgspec.Struct, frozen=True):
    """What was found of what was asked for."""

    instruments: tuple[Instrument, ...]
    """Each once, in the order in which they were asked for."""
    unknown: tuple[SymbolError, ...]
    """One for each name that the venue does not list."""


def select(venue: str, catalogue: Catalogue, wanted: Iterable[str]) -> Selection:
    """Return the instruments that names mean.

    A name is a symbol (`BTC-USDT`, `BTC/USDT`), an instrument's id (`BTC-USDT.BINANCE`), what the
    venue itself calls it (`BTCUSDT`, a token, a ticker: then both of its sides), a question or an
    event by the venue's name for it (then all of its sides), or `*`.

    Args:
        venue: the venue's id.
        catalogue: what it lists.
        wanted: the names.
    """
    names = _names(catalogue)
    found: dict[str, Instrument] = {}
    unknown = []
    for text in wanted:
        if text == EVERYTHING:
            matching = [each for each in catalogue.instruments if each.is_tradable]
        else:
            matching = names.get(text) or names.get(_symbol(text, venue), [])
        if not matching:
            unknown.append(SymbolError(text, f"{venue} lists no such instrument"))
        found.update((str(each.id), each) for each in matching)
    return Selection(tuple(found.values()), tuple(unknown))


def _names(catalogue: Catalogue) -> dict[str, list[Instrument]]:
    """Return the instruments by each of their names; a symbol goes before another's alias."""
    names: dict[str, list[Instrument]] = {}
    for instrument in catalogue.instruments:
        names.setdefault(instrument.symbol, []).append(instrument)
    spelled: dict[str, list[Instrument]] = {}
    for instrument in catalogue.instruments:
        for native in (instrument.native, *instrument.aliases):
            spelled.setdefault(native, []).append(instrument)
    questions: dict[str, list[Instrument]] = {}
    events: dict[str, list[Instrument]] = {}
    for instrument in catalogue.instruments:
        if instrument.outcome is not None:
            questions.setdefault(instrument.asset.market_id, []).append(instrument)
            events.setdefault(instrument.asset.aggregate_id, []).append(instrument)
    return {**events, **questions, **spelled, **names}


def _symbol(text: str, venue: str) -> str:
    """Return the symbol that a name means, without the venue; empty: it is none."""
    symbol, dot, told = text.rpartition(".")
    try:
        if dot and canonical_venue(told) == venue:
            return canonical_symbol(symbol)
        return canonical_symbol(text)
    except SymbolError:
        return ""
