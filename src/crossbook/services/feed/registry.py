"""Brings instruments of several venues into one engine, at scales that they share."""

from collections.abc import Sequence

import msgspec

from crossbook.books import Engine
from crossbook.errors import CrossbookError, NumberRangeError
from crossbook.model import AssetKey, Instrument, Scale, share_scales

__all__ = ["Registration", "register"]


class Registration(msgspec.Struct, frozen=True):
    """What became of instruments."""

    instruments: tuple[Instrument, ...]
    """Those that have a book now, at the scale of their asset."""
    refused: tuple[CrossbookError, ...]
    """One for each that cannot have one."""


def register(engine: Engine, instruments: Sequence[Instrument]) -> Registration:
    """Give each instrument a book.

    Instruments of one asset share one scale: the first ones decide, later ones take it over.
    Those that have a book keep it.
    """
    known = _scales(engine)
    new = [each for each in instruments if str(each.id) not in engine.books]
    added: list[Instrument] = []
    refused: list[CrossbookError] = []
    for instrument in _shared(new):
        scale = known.get(instrument.asset, instrument.scale)
        scaled = msgspec.structs.replace(instrument, scale=scale)
        try:
            engine.add_instrument(scaled)
        except CrossbookError as error:
            refused.append(error)
            continue
        known[instrument.asset] = scale
        added.append(scaled)
    kept = [engine.book(each.id).instrument for each in instruments if each not in new]
    return Registration((*kept, *added), tuple(refused))


def _scales(engine: Engine) -> dict[AssetKey, Scale]:
    return {book.instrument.asset: book.instrument.scale for book in engine}


def _shared(instruments: Sequence[Instrument]) -> list[Instrument]:
    """Return them with one scale for each asset; an asset that has none keeps its own."""
    assets: dict[AssetKey, list[Instrument]] = {}
    for instrument in instruments:
        assets.setdefault(instrument.asset, []).append(instrument)
    shared: list[Instrument] = []
    for group in assets.values():
        try:
            shared += share_scales(group)
        except NumberRangeError:
            # Whoever does not fit the first one's scale is refused when it is registered.
            shared += group
    return shared
