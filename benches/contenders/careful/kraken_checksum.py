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


class Side:
    """The digits of one side's ten best levels, made again only when one of them changed."""

    __slots__ = ("ladder", "tenth_px", "text")

    def __init__(self, ladder: Ladder) -> None:
        self.ladder = ladder
        self.text: str | None = None
        self.tenth_px = EMPTY_PX

    def note(self, levels: Iterable[HasPrice]) -> None:
        """Forget the digits if a changed level is among the ten best, or was."""
        scale, tenth_px = self.ladder.price_scale, self.tenth_px
        for level in levels:
            if round(level.price * scale) >= tenth_px:
                self.text = None
                return

    def digits(self) -> str:
        if self.text is None:
            self.tenth_px, self.text = self.ladder.best_digits(LEVELS)
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
        value = crc32((self.asks.digits() + self.bids.digits()).encode())
        if value != expected:
            raise ProofError(self.book.spec.native, expected, value)
