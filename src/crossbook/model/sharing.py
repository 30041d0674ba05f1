"""One storage scale for all instruments of one asset."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from crossbook.model.instruments import AssetKey, Instrument
from crossbook.model.scale import Scale, common_decimals, decimals_of, plausible_size

__all__ = ["common_scale", "share_scales"]


def common_scale(instruments: Sequence[Instrument]) -> Scale:
    """Return the scale that instruments of one asset share, so that levels compare as integers.

    The finest of their scales is taken where the largest size still fits. What a venue lists as
    its largest order is left out here: it describes the venue's number format (OKX lists
    9,999,999,999 bitcoin), and must not cost the others decimals that they really send.

    Args:
        instruments: at least one, all of one asset.

    Raises:
        NumberRangeError: no scale holds both the finest step and the largest value.
    """
    ticks = [instrument.tick for instrument in instruments if instrument.tick]
    sizes = [plausible_size(i.tick, i.quote) for i in instruments if i.tick]
    lots = [instrument.lot for instrument in instruments if instrument.lot]
    prices = [instrument.max_price for instrument in instruments if instrument.max_price]
    needed_size = [decimals_of(lot) for lot in lots] or [0]
    # Room is a wish, the decimals of the lot are not: as in `storage_scale`.
    largest_size = min(max(sizes, default=Decimal(0)), Decimal(10) ** (18 - max(needed_size)))
    return Scale(
        common_decimals(
            (instrument.price_decimals for instrument in instruments),
            [decimals_of(tick) for tick in ticks] or [0],
            max(prices, default=Decimal(0)),
        ),
        common_decimals(
            (instrument.size_decimals for instrument in instruments), needed_size, largest_size
        ),
    )


def share_scales(instruments: Sequence[Instrument]) -> list[Instrument]:
    """Return the instruments with one scale for each asset, in the given order.

    Raises:
        NumberRangeError: the instruments of one asset fit no common scale.
    """
    assets: dict[AssetKey, list[Instrument]] = {}
    for instrument in instruments:
        assets.setdefault(instrument.asset, []).append(instrument)
    scales = {asset: common_scale(group) for asset, group in assets.items()}
    return [msgspec.structs.replace(i, scale=scales[i.asset]) for i in instruments]
