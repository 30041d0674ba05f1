"""What a venue lists, as far as it could be read."""

import msgspec

from crossbook.errors import MetadataError
from crossbook.model.instruments import Instrument, Outcome

__all__ = ["Catalogue"]


class Catalogue(msgspec.Struct, frozen=True):
    """The instruments of one list, and the rows of it that could not be read."""

    instruments: tuple[Instrument, ...]
    """One for each good row (two for a question: YES and NO), in the venue's order."""
    problems: tuple[MetadataError, ...] = ()
    """One for each bad row: a bad row does not take the good ones with it."""

    def by_native(self) -> dict[tuple[str, Outcome | None], Instrument]:
        """Return the instruments by native spelling and outcome.

        An alias never hides another instrument's own name, and one that two of them claim
        names neither.
        """
        found = {(i.native, i.outcome): i for i in self.instruments}
        claims: dict[tuple[str, Outcome | None], list[Instrument]] = {}
        for instrument in self.instruments:
            for alias in instrument.aliases:
                claims.setdefault((alias, instrument.outcome), []).append(instrument)
        for key, claimants in claims.items():
            if key not in found and len(claimants) == 1:
                found[key] = claimants[0]
        return found
