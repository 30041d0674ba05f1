"""How many decimals prices and sizes are stored with."""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from crossbook.errors import NumberRangeError

__all__ = [
    "OUTCOME_SCALE",
    "UNKNOWN_SCALE",
    "Scale",
    "common_decimals",
    "decimals_of",
    "fits",
    "plausible_size",
    "storage_scale",
]

_I64_MAX = 2**63 - 1
_ROOM_DIGITS = 18
"""A scaled value that is planned for has at most 18 digits; `i64` then holds nine times as much."""

_PRICE_DECIMALS = 8
_PRICE_HEADROOM_DECIMALS = 1
_SIZE_DECIMALS = 10
_SIZE_HEADROOM_DECIMALS = 2

_FLOOR_NOTIONAL = Decimal(10_000)
_FLOOR_NOTIONAL_COIN = Decimal(10)
_COINS = frozenset({"BTC", "ETH", "BNB", "WBTC", "XBT"})
_BULK_TICK = Decimal("1e-10")
_BULK_SIZE = Decimal("1e13")


class Scale(msgspec.Struct, frozen=True, order=True):
    """The storage scale of an instrument: value = integer / 10 ** decimals."""

    price_decimals: int
    """Decimals of a stored price."""
    size_decimals: int
    """Decimals of a stored size."""


OUTCOME_SCALE = Scale(6, 6)
"""Outcomes of prediction markets. Both venues count money in millionths of a dollar, Polymarket
counts shares in millionths too, and the finest tick is 0.0001. More decimals would buy nothing
and would take the quadratic fee (rate * price * (1 - price) * size) out of `i128`."""

UNKNOWN_SCALE = Scale(8, 10)
"""For a spot instrument of which nothing is known. It holds every price and size of the recorded
spot books: up to 9,999,999,997 of one, down to ten decimals of the other."""


def storage_scale(
    tick: Decimal,
    lot: Decimal,
    *,
    quote: str = "",
    price_max: Decimal | None = None,
    size_max: Decimal | None = None,
) -> Scale:
    """Return the decimals with which an instrument's prices and sizes are stored.

    The scale is finer than tick and lot and does not follow them: ticks change while the market
    trades, and what is sent is finer than what is listed. Gate.io sent BTC_USDC sizes of ten
    decimals where its list said four, and NEO_BTC prices of eight where it said seven. So

    - prices get 8 decimals, and one more than the tick where that has 8 itself. More would lose
      the top of the book: Kraken sent an offer of bitcoin at 9,999,999,997 francs;
    - sizes get 10 decimals, and two more than the lot where that has more than 8;
    - both give decimals back, down to those of tick and lot, where the largest value would not
      fit 18 digits otherwise. An `i64` holds 9.2 times that, which leaves room for several
      orders at one level.

    The largest size is what the venue lists, or what 10,000 of the quote currency (10 where that
    is a coin such as BTC) buys at one tick, the lowest price at which anything can rest; and at
    least 1e13 where the tick is 1e-10 or less. So a bitcoin keeps its dust and a token that
    costs next to nothing keeps its trillions. This guess wishes for room and is not a rule: it
    yields to the decimals of the lot.

    Args:
        tick: smallest price step that is listed, positive.
        lot: smallest size step that is listed, positive.
        quote: the quote currency.
        price_max: largest price that the venue accepts; `None`: not known.
        size_max: largest size that the venue accepts; `None`: not known.

    Raises:
        NumberRangeError: the largest value fits no `i64` even at the decimals of its step.

    Examples:
        >>> storage_scale(Decimal("0.01"), Decimal("0.00001"), quote="USDT")
        Scale(price_decimals=8, size_decimals=10)
        >>> storage_scale(Decimal("1e-10"), Decimal(1), quote="USDT", size_max=Decimal("1e13"))
        Scale(price_decimals=11, size_decimals=4)
    """
    wished_price = max(decimals_of(tick) + _PRICE_HEADROOM_DECIMALS, _PRICE_DECIMALS)
    wished_size = max(decimals_of(lot) + _SIZE_HEADROOM_DECIMALS, _SIZE_DECIMALS)
    for value, step in ((price_max, tick), (size_max, lot)):
        if value is not None and not fits(value, decimals_of(step)):
            raise NumberRangeError(str(value), decimals_of(step))
    size = max(size_max or Decimal(0), plausible_size(tick, quote))
    return Scale(
        _reduced(wished_price, price_max or Decimal(0), decimals_of(tick)),
        _reduced(wished_size, size, decimals_of(lot)),
    )


def common_decimals(wished: Iterable[int], needed: Iterable[int], largest: Decimal) -> int:
    """Return the decimals that several instruments can share.

    Args:
        wished: the decimals that each would have alone; the finest is taken where it fits.
        needed: the decimals of each one's listed step; fewer would lose values.
        largest: the largest value that any of them plausibly holds.

    Raises:
        NumberRangeError: no number of decimals holds both the finest step and the largest value.

    Examples:
        >>> common_decimals([8, 10], [5, 8], Decimal("1e6"))
        10
    """
    floor = max(needed)
    if not fits(largest, floor):
        raise NumberRangeError(str(largest), floor)
    return _reduced(max(wished), largest, floor)


def decimals_of(step: Decimal) -> int:
    """Return the decimals that a number needs: 0.0100 needs two, 10 none.

    Examples:
        >>> decimals_of(Decimal("0.0100")), decimals_of(Decimal("1E-8")), decimals_of(Decimal(10))
        (2, 8, 0)
    """
    exponent = step.normalize().as_tuple().exponent
    assert isinstance(exponent, int), "a step is a finite number"
    return max(0, -exponent)


def fits(value: Decimal, decimals: int) -> bool:
    """Return whether a number is held by `i64` at so many decimals.

    Examples:
        >>> fits(Decimal("1e13"), 5), fits(Decimal("1e13"), 6)
        (True, False)
    """
    # The exponent is looked at first: 1e999999 must not be written out to be compared.
    if value and value.adjusted() + decimals > _ROOM_DIGITS:
        return False
    return abs(value.scaleb(decimals)) <= _I64_MAX


def plausible_size(tick: Decimal, quote: str) -> Decimal:
    """Return the largest size to make room for: what a floor of quote currency buys at one tick.

    Examples:
        >>> plausible_size(Decimal("0.01"), "USDT") == 1_000_000
        True
    """
    notional = _FLOOR_NOTIONAL_COIN if quote in _COINS else _FLOOR_NOTIONAL
    return max(notional / tick, _BULK_SIZE if tick <= _BULK_TICK else Decimal(0))


def _reduced(wished: int, largest: Decimal, floor: int) -> int:
    """Take decimals away until the largest value has 18 digits, but none that the step needs."""
    if not largest:
        return wished
    # A power of ten itself has one digit more than what lies below it, and still fits.
    digits = largest.adjusted() + (1 if largest.scaleb(-largest.adjusted()) > 1 else 0)
    return max(floor, min(wished, _ROOM_DIGITS - digits))
