"""Books of one asset over all its venues, and what pays between them."""

import msgspec

from crossbook.model import Instrument

__all__ = ["ConsolidatedBook", "ConsolidatedLevel", "Opportunity"]


class ConsolidatedLevel(msgspec.Struct, frozen=True):
    """A price at which at least one live venue has size."""

    price: int
    """Price, at the scale that the asset's instruments share."""
    size: int
    """Size over all venues."""
    sizes: dict[str, int]
    """Size of each instrument that stands there, by instrument id."""


class ConsolidatedBook(msgspec.Struct, frozen=True):
    """All live books of one asset as one. Its sides may cross: that is the arbitrage."""

    bids: list[ConsolidatedLevel]
    """Best first."""
    asks: list[ConsolidatedLevel]
    """Best first."""


class Opportunity(msgspec.Struct, frozen=True, kw_only=True):
    """Buying one instrument and selling another at once pays after fees.

    Money is an integer in units of 10 ** -(price_decimals + size_decimals) of quote currency.
    """

    buy: Instrument
    """What is bought."""
    sell: Instrument
    """What is sold."""
    size: int
    """The size that earns most, at the scale that both share."""
    buy_limit: int
    """Highest price to buy at."""
    sell_limit: int
    """Lowest price to sell at."""
    cost: int
    """What the bought units cost without fee."""
    proceeds: int
    """What the sold units bring without fee."""
    buy_fee: int
    """Fee of the buying leg, rounded as the venue rounds, against us."""
    sell_fee: int
    """Fee of the selling leg, rounded as the venue rounds, against us."""
    profit: int
    """`proceeds - cost - buy_fee - sell_fee`."""
