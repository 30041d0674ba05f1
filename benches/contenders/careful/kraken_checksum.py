"""Kraken's book checksum: CRC-32 over the digits of the ten best asks, then the ten best bids.

A price or size contributes its digits without the point and without leading
zeros, which is what its scaled integer prints as, when the scale is the number
of decimals that the venue sends.

Source:
    docs.kraken.com, "Calculate Book Checksum v2".
"""

from collections.abc import Iterable
from typing import Protocol
from zlib import crc32

from benches.contenders.careful.books import Book, ProofError
from benches.contenders.careful.ladders import EMPTY_PX, Ladder

LEVELS = 10


class HasPrice(Protocol):
    """A level of a message."""

    price: float


class Digits(dict[int, str]):
    """Price to the digits of its level, made when first asked for."""

    def __init__(self, ladder: Ladder) -> None:
        super().__init__()
        self.ladder = ladder

    def __missing__(self, px: int) -> str:
        digits = self[px] = f"{abs(px)}{self.ladder.size_at(px)}"
        return digits


class Side:
    """The digits of one side's ten best levels, joined again only when one of them changed."""

    __slots__ = ("digits", "ladder", "tenth_px", "text")

    def __init__(self, ladder: Ladder) -> None:
        self.ladder = ladder
        self.digits = Digits(ladder)
        self.text: bytes | None = None
        self.tenth_px = EMPTY_PX

    def note(self, levels: Iterable[HasPrice]) -> None:
        """Forget the digits of changed levels."""
        scale, tenth_px, digits = self.ladder.price_scale, self.tenth_px, self.digits
        for level in levels:
            px = round(level.price * scale)
            digits.pop(px, None)
            if px >= tenth_px:
                self.text = None

    def best_digits(self) -> bytes:
        """Return the digits of the ten best levels, best first."""
        if self.text is None:
            best = self.ladder.best_prices(LEVELS)
            self.tenth_px = best[-1] if len(best) == LEVELS else EMPTY_PX
            self.text = "".join(map(self.digits.__getitem__, best)).encode()
        return self.text


class Checksum:
    """The checksum of one book."""

    __slots__ = ("asks", "bids", "book")

    def __init__(self, book: Book) -> None:
        self.book = book
        self.bids = Side(book.bids)
        self.asks = Side(book.asks)

    def note(self, bids: Iterable[HasPrice], asks: Iterable[HasPrice]) -> None:
        """Take note of the levels that a message changed."""
        if bids:
            self.bids.note(bids)
        if asks:
            self.asks.note(asks)

    def compare(self, expected: int) -> None:
        """Compare with what the venue sent.

        Raises:
            ProofError: they differ.
        """
        value = crc32(self.bids.best_digits(), crc32(self.asks.best_digits()))
        if value != expected:
            raise ProofError(self.book.spec.native, expected, value)
