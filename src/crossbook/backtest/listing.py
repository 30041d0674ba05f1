"""The instruments of a replay, with scales that hold every number that was recorded."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import msgspec

from crossbook.backtest.survey import Extent, Key
from crossbook.errors import NumberRangeError, SymbolError
from crossbook.model import AssetKey, Catalogue, Instrument, Kind, Outcome, Scale
from crossbook.model.scale import UNKNOWN_SCALE, common_decimals, decimals_of
from crossbook.venues.registry import venue

__all__ = ["instruments_of"]

_OUTCOMES = {0: None, 1: Outcome.YES, 2: Outcome.NO}


class _Seen(msgspec.Struct):
    instrument: Instrument
    extent: Extent


def instruments_of(
    extents: Mapping[str, Mapping[Key, Extent]], catalogues: Mapping[str, Catalogue]
) -> list[Instrument]:
    """Return the instruments that files speak of, in the order of their ids.

    Rules and names are those of the venue's list, where there is one that has the instrument;
    otherwise they come from the symbol alone. Instruments of one asset share a scale, which
    is widened or narrowed so that all that was seen fits exactly, as far as 64 bits go. How
    many decimals a venue prints is left to be seen in its frames: lists say it for one of its
    protocols only.

    Args:
        extents: by venue, the symbols and their numbers.
        catalogues: by venue, what it lists.
    """
    found: dict[str, _Seen] = {}
    for name, seen in sorted(extents.items()):
        for instrument, extent in _named(name, seen, catalogues.get(name)):
            known = found.setdefault(str(instrument.id), _Seen(instrument, Extent()))
            known.extent |= extent
    ordered = [each for _, each in sorted(found.items())]
    scales = _scales(ordered)
    return [
        msgspec.structs.replace(each.instrument, scale=scales[each.instrument.asset])
        for each in ordered
    ]


def _named(
    name: str, seen: Mapping[Key, Extent], catalogue: Catalogue | None
) -> Iterator[tuple[Instrument, Extent]]:
    """Yield each symbol's instrument; a symbol whose name another one took keeps its own."""
    listed = catalogue.by_native() if catalogue else {}
    taken: dict[str, Instrument] = {}
    for (native, number), extent in sorted(seen.items()):
        outcome = _OUTCOMES[number]
        instrument = _listed(listed, native, outcome) or _unlisted(name, native, outcome)
        first = taken.setdefault(str(instrument.id), instrument)
        if native != first.native and native not in (*first.aliases, first.book_native):
            instrument = _nameless(name, native, outcome)
            first = taken.setdefault(str(instrument.id), instrument)
        yield first, extent


def _listed(
    listed: Mapping[tuple[str, Outcome | None], Instrument], native: str, outcome: Outcome | None
) -> Instrument | None:
    found = listed.get((native, outcome))
    if found is None and outcome is None:
        # A token is a side of its question, which the stream need not say.
        sides = [listed.get((native, side)) for side in Outcome]
        found = next((side for side in sides if side), None)
    if found is None:
        return None
    return msgspec.structs.replace(found.spelled(native), printed_scale=None)


def _unlisted(name: str, native: str, outcome: Outcome | None) -> Instrument:
    try:
        return venue(name).symbols.instrument_from_native(native, outcome)
    except SymbolError:
        return _nameless(name, native, outcome)


def _nameless(name: str, native: str, outcome: Outcome | None) -> Instrument:
    """Return an instrument that is called what the venue calls it, whatever that is."""
    symbol = f"{native}-{outcome.name}" if outcome else native
    return Instrument(
        symbol=symbol,
        venue=name,
        native=native,
        kind=Kind.OUTCOME if outcome else Kind.SPOT,
        base=symbol,
        quote="",
        asset=AssetKey(native, native, symbol),
        scale=UNKNOWN_SCALE,
        fee=venue(name).symbols.DEFAULT_FEE,
        outcome=outcome,
    )


def _scales(seen: Sequence[_Seen]) -> dict[AssetKey, Scale]:
    assets: dict[AssetKey, list[_Seen]] = {}
    for each in seen:
        assets.setdefault(each.instrument.asset, []).append(each)
    return {asset: _scale(group) for asset, group in assets.items()}


def _scale(group: Sequence[_Seen]) -> Scale:
    """Return the scale of instruments of one asset."""
    instruments = [each.instrument for each in group]
    extents = [each.extent for each in group]
    return Scale(
        _decimals(
            [i.price_decimals for i in instruments],
            [_rule_decimals(i.tick) for i in instruments],
            [extent.price_decimals for extent in extents],
            max(extent.price_max for extent in extents),
        ),
        _decimals(
            [i.size_decimals for i in instruments],
            [max(_rule_decimals(i.lot), _rule_decimals(i.min_size)) for i in instruments],
            [extent.size_decimals for extent in extents],
            max(extent.size_max for extent in extents),
        ),
    )


def _decimals(wished: list[int], listed: list[int], seen: list[int], largest: int) -> int:
    try:
        return common_decimals([*wished, *seen], [*listed, *seen], Decimal(largest))
    except NumberRangeError:
        # Nothing holds all of it: what is off the scale breaks its book, as it would live.
        return max(*wished, *listed)


def _rule_decimals(step: Decimal | None) -> int:
    return 0 if step is None else decimals_of(step)
