"""What a venue takes of a trade."""

from decimal import ROUND_CEILING, Decimal
from enum import Enum

import msgspec

__all__ = ["FeeCurve", "FeeSchedule", "FeeSource", "ppm"]


class FeeCurve(Enum):
    """How the fee of a trade depends on its price."""

    PROPORTIONAL = "proportional"
    """rate * price * size."""
    QUADRATIC = "quadratic"
    """rate * (price * (1 - price)) ** exponent * size: prediction markets, price within 0..1."""


class FeeSource(Enum):
    """Where a schedule was read."""

    METADATA = "metadata"
    """The venue's own list of instruments."""
    DEFAULT = "default"
    """The venue's published entry tier; an account may pay another rate."""


class FeeSchedule(msgspec.Struct, frozen=True, kw_only=True):
    """The fee of one trade, in quote currency."""

    curve: FeeCurve = FeeCurve.PROPORTIONAL
    """Which formula the rates go into."""
    taker_ppm: int
    """Rate for who takes liquidity, in parts per million."""
    maker_ppm: int
    """Rate for who gives liquidity, in parts per million; negative: the venue pays."""
    exponent: int = 1
    """Power of the quadratic curve's `price * (1 - price)`."""
    rounding_decimals: int | None = None
    """The venue rounds each fee to so many decimals of the quote currency, and we do so upwards.
    `None`: the venue publishes no such step."""
    source: FeeSource = FeeSource.DEFAULT
    """Where the rates were read."""


def ppm(rate: Decimal) -> int:
    """Return a rate (0.001 is 0.1 %) in parts per million, rounded against us.

    A rebate is a negative rate: rounding up makes it smaller.

    Examples:
        >>> ppm(Decimal("0.0026"))
        2600
    """
    return int((rate * 1_000_000).to_integral_value(ROUND_CEILING))
