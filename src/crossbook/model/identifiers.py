"""Names of instruments: `SYMBOL.VENUE`."""

import re

import msgspec

from crossbook.errors import SymbolError

__all__ = ["VENUE_ALIASES", "InstrumentId", "canonical_symbol", "canonical_venue"]

VENUE_ALIASES = {"gate": "gateio", "gate_io": "gateio"}
"""Other names under which users know a venue."""

_VENUE = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


def canonical_venue(name: str) -> str:
    """Return a venue's lower-case id; aliases and any case are accepted.

    Raises:
        SymbolError: the text can name no venue.

    Examples:
        >>> canonical_venue("GATE_IO")
        'gateio'
    """
    lower = name.lower()
    if not _VENUE.fullmatch(lower):
        raise SymbolError(name, "a venue's name has letters, digits and underscores only")
    return VENUE_ALIASES.get(lower, lower)


def canonical_symbol(text: str) -> str:
    """Return a symbol in its canonical form: `BTC/USDT` becomes `BTC-USDT`.

    Case is kept, because venues list names such as `AAPLx`.

    Raises:
        SymbolError: the text is empty, has blanks, or lacks a part beside a separator.

    Examples:
        >>> canonical_symbol("BTC/USDT")
        'BTC-USDT'
    """
    symbol = text.replace("/", "-")
    if not symbol:
        raise SymbolError(text, "it is empty")
    if not symbol.isprintable() or " " in symbol:
        raise SymbolError(text, "it holds a blank or a control character")
    if not all(symbol.split("-")):
        raise SymbolError(text, "a part beside a separator is empty")
    return symbol


class InstrumentId(msgspec.Struct, frozen=True, order=True):
    """The name of one tradable thing on one venue; `str` gives `BTC-USDT.BINANCE`."""

    symbol: str
    """Canonical symbol, such as `BTC-USDT`, a token id, or a ticker with `-YES` or `-NO`."""
    venue: str
    """Lower-case id of the venue."""

    @classmethod
    def of(cls, symbol: str, venue: str) -> "InstrumentId":
        """Return the id of a symbol in any accepted spelling on a venue.

        Raises:
            SymbolError: one of the two is no name.

        Examples:
            >>> str(InstrumentId.of("BTC/USDT", "gate"))
            'BTC-USDT.GATEIO'
        """
        return cls(canonical_symbol(symbol), canonical_venue(venue))

    @classmethod
    def parse(cls, text: str) -> "InstrumentId":
        """Return the id that a text such as `BTC/USDT.binance` means.

        The last dot parts symbol and venue: symbols such as `ETH2.S-ETH` hold dots of their own.

        Raises:
            SymbolError: the text is no id.

        Examples:
            >>> InstrumentId.parse("BTC/USDT.binance")
            InstrumentId(symbol='BTC-USDT', venue='binance')
        """
        symbol, dot, venue = text.rpartition(".")
        if not dot:
            raise SymbolError(text, "expected SYMBOL.VENUE")
        return cls.of(symbol, venue)

    def __str__(self) -> str:
        return f"{self.symbol}.{self.venue.upper()}"
