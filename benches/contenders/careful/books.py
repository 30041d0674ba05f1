"""A book in pure Python: two ladders and the best prices of both."""

from decimal import Decimal

from benches.contenders.careful.ladders import Ladder
from benches.sessions import BookSpec, Top


class Book:
    """Bids and asks of one instrument."""

    __slots__ = ("asks", "bids", "last_id", "spec")

    def __init__(self, spec: BookSpec, ladder_type: type[Ladder]) -> None:
        price_scale, size_scale = 10**spec.price_decimals, 10**spec.size_decimals
        self.spec = spec
        self.bids = ladder_type(price_scale, size_scale)
        self.asks = ladder_type(-price_scale, size_scale)
        self.last_id = 0
        """Last update id that was applied, where the venue numbers its updates."""

    def best(self) -> tuple[int, int, int, int]:
        """Return best bid, its size, best ask, its size, as scaled integers."""
        bids, asks = self.bids, self.asks
        return bids.px, bids.size, -asks.px, asks.size

    def top(self) -> Top:
        """Return the same in decimals."""
        bid_px, bid_size, ask_px, ask_size = self.best()
        price_decimals, size_decimals = self.spec.price_decimals, self.spec.size_decimals
        return Top(
            Decimal(bid_px).scaleb(-price_decimals),
            Decimal(bid_size).scaleb(-size_decimals),
            Decimal(ask_px).scaleb(-price_decimals),
            Decimal(ask_size).scaleb(-size_decimals),
        )


class GapError(Exception):
    """An update is missing: the book is unknown until the next snapshot."""

    def __init__(self, native: str, expected: int, received: int) -> None:
        super().__init__(native, expected, received)
        self.native = native
        self.expected = expected
        self.received = received

    def __str__(self) -> str:
        return f"gap in {self.native}: expected {self.expected}, received {self.received}"


class ProofError(Exception):
    """What the venue says of its book is not what ours says."""

    def __init__(self, native: str, venue: object, ours: object) -> None:
        super().__init__(native, venue, ours)
        self.native = native
        self.venue = venue
        self.ours = ours

    def __str__(self) -> str:
        return f"proof of {self.native} failed: venue says {self.venue}, ours is {self.ours}"
