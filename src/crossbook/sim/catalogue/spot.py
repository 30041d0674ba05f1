"""Spot pairs and the exchanges that list them."""

from typing import Final

import msgspec

from crossbook.sim.catalogue.grid import spot_grid
from crossbook.sim.fair import FAIR_DECIMALS
from crossbook.sim.listing import Listing
from crossbook.sim.terms import Terms
from crossbook.sim.wire.number import fixed


class SpotAsset(msgspec.Struct, frozen=True, kw_only=True):
    """A currency that all exchanges list against USDT."""

    base: str
    start: int
    """First fair value, in millionths."""
    size_typical: int
    """Usual size of a level, in hundred-millionths."""

    @property
    def pair(self) -> str:
        """The pair's symbol: `BTC-USDT`."""
        return f"{self.base}-USDT"


class SpotVenue(msgspec.Struct, frozen=True, kw_only=True):
    """What an exchange's pairs have in common."""

    joint: str
    """What stands between base and quote in its symbols."""
    min_notional: str
    taker_ppm: int
    lag_ns: int
    levels: int


SPOT_ASSETS: Final = (
    SpotAsset(base="BTC", start=61_837_500_000, size_typical=60_000_000),
    SpotAsset(base="ETH", start=2_682_500_000, size_typical=900_000_000),
    SpotAsset(base="SOL", start=151_200_000, size_typical=15_000_000_000),
)

LATER_ASSETS: Final = (
    SpotAsset(base="XRP", start=2_184_000, size_typical=900_000_000_000),
    SpotAsset(base="DOGE", start=172_400, size_typical=12_000_000_000_000),
)
"""Currencies that are not listed at the start of a session, for exchanges that list new ones."""

# Taker fees of the first tier, as the venue sheets give them.
SPOT_VENUES: Final = {
    "binance": SpotVenue(joint="", min_notional="5", taker_ppm=1_000, lag_ns=0, levels=60),
    "coinbase": SpotVenue(
        joint="-", min_notional="1", taker_ppm=12_000, lag_ns=15_000_000, levels=50
    ),
    "kraken": SpotVenue(
        joint="/", min_notional="0.5", taker_ppm=4_000, lag_ns=40_000_000, levels=40
    ),
    "mexc": SpotVenue(joint="", min_notional="1", taker_ppm=500, lag_ns=60_000_000, levels=50),
    # More levels than its updates reach.
    "gateio": SpotVenue(joint="_", min_notional="3", taker_ppm=2_000, lag_ns=50_000_000, levels=90),
    "bybit": SpotVenue(joint="", min_notional="5", taker_ppm=1_000, lag_ns=10_000_000, levels=60),
    "okx": SpotVenue(joint="-", min_notional="0", taker_ppm=1_000, lag_ns=20_000_000, levels=55),
}

_STORAGE_DECIMALS: Final = 8


def spot_terms(venue: str, asset: SpotAsset) -> Terms:
    """Return how an exchange quotes a pair."""
    grid = spot_grid(venue, asset.base)
    unit = 10 ** (FAIR_DECIMALS - grid.price_decimals)
    return Terms(
        asset=asset.pair,
        start=asset.start,
        step=asset.start * 30 // 1_000_000,
        low=asset.start // 2,
        high=asset.start * 2,
        price_decimals=grid.price_decimals,
        size_decimals=grid.size_decimals,
        tick=1,
        price_min=1,
        price_max=asset.start * 10 // unit,
        size_step=1,
        size_typical=asset.size_typical // 10 ** (8 - grid.size_decimals),
        half_spread=asset.start * 40 // 1_000_000,
        gap=max(1, asset.start * 30 // 1_000_000 // unit),
        levels=SPOT_VENUES[venue].levels,
        lag_ns=SPOT_VENUES[venue].lag_ns,
        # From less than the cheapest pair of fees to more than the dearest.
        shock_min=asset.start * 2_000 // 1_000_000,
        shock_max=asset.start * 18_000 // 1_000_000,
    )


def spot_listing(venue: str, asset: SpotAsset) -> Listing:
    """Return what an exchange's metadata says of a pair."""
    grid = spot_grid(venue, asset.base)
    terms = SPOT_VENUES[venue]
    lot = fixed(1, grid.size_decimals)
    return Listing(
        symbol=asset.pair,
        venue=venue,
        native=f"{asset.base}{terms.joint}USDT",
        base=asset.base,
        quote="USDT",
        tick=fixed(1, grid.price_decimals),
        lot=lot,
        min_size=grid.min_size or lot,
        min_notional=terms.min_notional,
        taker_ppm=terms.taker_ppm,
        price_decimals=_STORAGE_DECIMALS,
        size_decimals=_STORAGE_DECIMALS,
        aggregate_id=asset.pair,
        market_id=asset.pair,
        asset_id=asset.base,
        title=asset.pair,
    )
