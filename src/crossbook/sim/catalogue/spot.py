"""Spot pairs and the three exchanges that list them."""

from typing import Final

import msgspec

from crossbook.sim.fair import FAIR_DECIMALS
from crossbook.sim.listing import Listing
from crossbook.sim.terms import Terms


class SpotAsset(msgspec.Struct, frozen=True, kw_only=True):
    """A currency that all exchanges list against USDT."""

    base: str
    start: int
    """First fair value, in millionths."""
    size_typical: int
    """Usual size of a level, in hundred-millionths."""
    binance_size_decimals: int
    """Decimals of Binance's lot."""
    kraken_price_decimals: int
    """Kraken's `price_precision`."""
    kraken_min_size: str
    """Kraken's `qty_min`."""

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
    SpotAsset(
        base="BTC",
        start=61_837_500_000,
        size_typical=60_000_000,
        binance_size_decimals=5,
        kraken_price_decimals=1,
        kraken_min_size="0.0001",
    ),
    SpotAsset(
        base="ETH",
        start=2_682_500_000,
        size_typical=900_000_000,
        binance_size_decimals=4,
        kraken_price_decimals=2,
        kraken_min_size="0.002",
    ),
    SpotAsset(
        base="SOL",
        start=151_200_000,
        size_typical=15_000_000_000,
        binance_size_decimals=3,
        kraken_price_decimals=2,
        kraken_min_size="0.05",
    ),
)

# Taker fees of the first tier, as the venue sheets give them.
SPOT_VENUES: Final = {
    "binance": SpotVenue(joint="", min_notional="5", taker_ppm=1_000, lag_ns=0, levels=60),
    "coinbase": SpotVenue(
        joint="-", min_notional="1", taker_ppm=12_000, lag_ns=15_000_000, levels=50
    ),
    "kraken": SpotVenue(
        joint="/", min_notional="0.5", taker_ppm=4_000, lag_ns=40_000_000, levels=40
    ),
}

_STORAGE_DECIMALS: Final = 8


def spot_terms(venue: str, asset: SpotAsset) -> Terms:
    """Return how an exchange quotes a pair."""
    price_decimals, size_decimals = _decimals(venue, asset)
    unit = 10 ** (FAIR_DECIMALS - price_decimals)
    return Terms(
        asset=asset.pair,
        start=asset.start,
        step=asset.start * 30 // 1_000_000,
        low=asset.start // 2,
        high=asset.start * 2,
        price_decimals=price_decimals,
        size_decimals=size_decimals,
        tick=1,
        price_min=1,
        price_max=asset.start * 10 // unit,
        size_step=1,
        size_typical=asset.size_typical // 10 ** (8 - size_decimals),
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
    price_decimals, size_decimals = _decimals(venue, asset)
    terms = SPOT_VENUES[venue]
    lot = f"{1:0{size_decimals + 1}d}"
    lot = f"{lot[0]}.{lot[1:]}"
    return Listing(
        symbol=asset.pair,
        venue=venue,
        native=f"{asset.base}{terms.joint}USDT",
        base=asset.base,
        quote="USDT",
        tick="0.1" if price_decimals == 1 else "0.01",
        lot=lot,
        min_size=asset.kraken_min_size if venue == "kraken" else lot,
        min_notional=terms.min_notional,
        taker_ppm=terms.taker_ppm,
        price_decimals=_STORAGE_DECIMALS,
        size_decimals=_STORAGE_DECIMALS,
        aggregate_id=asset.pair,
        market_id=asset.pair,
        asset_id=asset.base,
        title=asset.pair,
    )


def _decimals(venue: str, asset: SpotAsset) -> tuple[int, int]:
    if venue == "kraken":
        return asset.kraken_price_decimals, 8
    return 2, asset.binance_size_decimals if venue == "binance" else 8
