"""What a venue lists: the facts an engine needs to register an instrument."""

from typing import Literal

import msgspec


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """One instrument of the simulated session. Numbers are decimal text."""

    symbol: str
    """Ours, without the venue: `BTC-USDT`, a token id, `<ticker>-YES`."""
    venue: str
    """Lower-case venue id."""
    native: str
    """The venue's own symbol, token id or ticker, as it stands in the frames."""
    outcome: Literal["", "YES", "NO"] = ""
    """The outcome that the instrument pays for; empty for a spot pair."""
    base: str
    """Currency of the size; for an outcome its name."""
    quote: str
    """Currency of the price."""
    tick: str
    """Smallest price step of an order at the start of the session."""
    lot: str
    """Smallest size step of an order."""
    min_size: str
    """Smallest size of an order."""
    min_notional: str
    """Smallest price times size of an order; `0` where the venue has no such rule."""
    taker_ppm: int
    """Taker fee in parts per million, of what `fee_curve` says."""
    fee_curve: Literal["notional", "p_one_minus_p"] = "notional"
    """The fee is a share of price x size, or of size x price x (1 - price)."""
    price_decimals: int
    """Storage scale of a price: the same for all instruments of an asset."""
    size_decimals: int
    """Storage scale of a size: the same for all instruments of an asset."""
    aggregate_id: str
    """The pair or event."""
    market_id: str
    """The pair, or the question of the event."""
    asset_id: str
    """The base currency, or the outcome."""
    title: str
    """For people: the pair or the question."""

    @property
    def instrument_id(self) -> str:
        """The instrument's id: `SYMBOL.VENUE`.

        Examples:
            >>> from crossbook.sim.catalogue import spot_listing, SPOT_ASSETS
            >>> spot_listing("kraken", SPOT_ASSETS[0]).instrument_id
            'BTC-USDT.KRAKEN'
        """
        return f"{self.symbol}.{self.venue.upper()}"
