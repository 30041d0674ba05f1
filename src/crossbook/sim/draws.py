"""Chance that is the same everywhere: integers from a seed and a label."""

import hashlib
import struct
from collections.abc import Iterator
from typing import Final

_BLOCK: Final = struct.Struct("<512Q")


class Draws:
    """An endless stream of integers that a seed and a label determine.

    SHAKE-128 over the label, the seed and a block counter, read as little-endian
    64-bit words. `random.Random` promises the same `random()` in every version of
    Python but not the same `randrange()`, and a golden session must never change.

    Whoever draws has a label of its own, so that leaving out one venue does not
    change what another one does.

    Args:
        seed: any integer; equal seeds give equal streams.
        label: who draws, e.g. `kraken:BTC-USDT`.

    Examples:
        >>> [Draws(1, "kraken").below(100) for _ in range(3)]
        [97, 97, 97]
        >>> draws = Draws(1, "kraken")
        >>> [draws.below(100) for _ in range(5)]
        [97, 40, 23, 65, 57]
    """

    __slots__ = ("_word",)

    def __init__(self, seed: int, label: str) -> None:
        self._word = _words(f"{label}\0{seed}".encode()).__next__

    def below(self, bound: int) -> int:
        """Return an integer from 0 to `bound - 1`, each nearly equally likely."""
        # The bias of multiply-and-shift is bound / 2**64: nothing, for a market model.
        return (self._word() * bound) >> 64

    def between(self, low: int, high: int) -> int:
        """Return an integer from `low` to `high`, both included."""
        return low + ((self._word() * (high - low + 1)) >> 64)

    def near(self, bound: int) -> int:
        """Return an integer from 0 to `bound - 1`, small ones more likely."""
        word = self._word
        return (word() * (((word() * bound) >> 64) + 1)) >> 64

    def hits(self, share_ppm: int) -> bool:
        """Return `True` in `share_ppm` of a million cases."""
        return (self._word() * 1_000_000) >> 64 < share_ppm

    def octets(self, count: int) -> bytes:
        """Return `count` bytes, at most 32: a hash or an id of this stream."""
        words = (self._word() for _ in range((count + 7) // 8))
        return b"".join(word.to_bytes(8, "little") for word in words)[:count]


def _words(key: bytes) -> Iterator[int]:
    block = 0
    while True:
        digest = hashlib.shake_128(key + b"\0" + block.to_bytes(8, "little"))
        yield from _BLOCK.unpack(digest.digest(_BLOCK.size))
        block += 1
