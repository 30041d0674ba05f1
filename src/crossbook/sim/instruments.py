"""Instruments of a simulated session, as an engine registers them."""

from decimal import Decimal

import msgspec

from crossbook.model import AssetKey, FeeCurve, Instrument, Kind, Outcome, Scale, Status
from crossbook.sim.listing import Listing
from crossbook.venues.registry import venue

__all__ = ["listed_instrument"]

_OUTCOMES = {"": None, "YES": Outcome.YES, "NO": Outcome.NO}
_CURVES = {"notional": FeeCurve.PROPORTIONAL, "p_one_minus_p": FeeCurve.QUADRATIC}


def listed_instrument(listing: Listing) -> Instrument:
    """Return the instrument that a simulated venue lists.

    The listing knows the taker's fee; how the venue rounds it is the venue's own rule.

    Examples:
        >>> from crossbook.sim.catalogue import SPOT_ASSETS, spot_listing
        >>> instrument = listed_instrument(spot_listing("kraken", SPOT_ASSETS[0]))
        >>> str(instrument.id), instrument.fee.taker_ppm
        ('BTC-USDT.KRAKEN', 4000)
    """
    outcome = _OUTCOMES[listing.outcome]
    published = venue(listing.venue).symbols.DEFAULT_FEE
    return Instrument(
        symbol=listing.symbol,
        venue=listing.venue,
        native=listing.native,
        kind=Kind.OUTCOME if outcome else Kind.SPOT,
        base=listing.base,
        quote=listing.quote,
        asset=AssetKey(listing.aggregate_id, listing.market_id, listing.asset_id),
        scale=Scale(listing.price_decimals, listing.size_decimals),
        fee=msgspec.structs.replace(
            published, taker_ppm=listing.taker_ppm, curve=_CURVES[listing.fee_curve]
        ),
        outcome=outcome,
        outcome_label=listing.outcome,
        status=Status.TRADING,
        tick=Decimal(listing.tick),
        lot=Decimal(listing.lot),
        min_size=Decimal(listing.min_size),
        # The listing writes 0 where the venue has no such rule.
        min_notional=Decimal(listing.min_notional) or None,
    )
