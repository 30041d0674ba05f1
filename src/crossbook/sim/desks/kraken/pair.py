"""One pair at Kraken: its names, its rules and what of its book was published."""

from decimal import Decimal
from typing import Any, Final

from crossbook.sim.desk import Quote
from crossbook.sim.draws import Draws
from crossbook.sim.publisher.depth_cut import UNCUT, Cut, DepthCut
from crossbook.sim.tape import Tape
from crossbook.sim.wire import kraken as wire
from crossbook.sim.wire.number import fixed
from crossbook.sim.wire.scale import Levels, Scale

__all__ = ["Pair", "asset_name"]

_OLD_NAMES: Final = {"BTC": "XBT", "DOGE": "XDG"}
_INTERNAL_NAMES: Final = {
    "BTC": "XXBT", "DOGE": "XXDG", "ETH": "XETH", "XRP": "XXRP", "LTC": "XLTC",
    "USD": "ZUSD", "EUR": "ZEUR", "GBP": "ZGBP", "JPY": "ZJPY", "CAD": "ZCAD", "AUD": "ZAUD",
}  # fmt: skip


def asset_name(currency: str) -> str:
    """Return the key of a currency in `Assets`: `XXBT` for BTC, `USDT` for USDT."""
    return _INTERNAL_NAMES.get(currency, currency)


class View:
    """The best levels of a pair as clients of one depth know them."""

    __slots__ = ("asks", "bids", "scale", "symbol")

    def __init__(self, quote: Quote, scale: Scale, depth: int) -> None:
        self.symbol = quote.listing.native
        self.scale = scale
        self.bids = DepthCut(quote.market.bids, depth)
        self.asks = DepthCut(quote.market.asks, depth)
        self.bids.refresh()
        self.asks.refresh()

    def snapshot(self, ts_ns: int) -> bytes:
        """Return the frame that follows a subscription."""
        return self._frame("snapshot", (self.bids.levels, self.asks.levels), ts_ns)

    def update(self, ts_ns: int, sides: set[bool]) -> bytes | None:
        """Return what is new since the last frame; `None`: nothing that is visible.

        Args:
            ts_ns: time of the last change.
            sides: which sides changed: `True` is the asks.
        """
        bids: Cut = self.bids.refresh() if False in sides else UNCUT
        asks: Cut = self.asks.refresh() if True in sides else UNCUT
        if not bids.sent and not asks.sent:
            return None
        return self._frame("update", (bids.sent, asks.sent), ts_ns)

    def _frame(self, kind: str, sides: tuple[Levels, Levels], ts_ns: int) -> bytes:
        crc = wire.checksum(wire.digits(self.asks.levels), wire.digits(self.bids.levels))
        return wire.book(
            self.symbol, kind=kind, sides=sides, crc=crc, ts_ns=ts_ns, scale=self.scale
        )


class Pair:
    """A quote with Kraken's names for it.

    Args:
        quote: the book.
        seed: the session's seed.
    """

    def __init__(self, quote: Quote, seed: int) -> None:
        listing, terms = quote.listing, quote.market.terms
        self.quote = quote
        self.symbol = listing.native
        old = [_OLD_NAMES.get(name, name) for name in (listing.base, listing.quote)]
        self.wsname = "/".join(old)
        self.altname = "".join(old)
        internal = asset_name(listing.quote)
        # Only pairs of two old currencies carry the internal names of both.
        is_old = internal != listing.quote and asset_name(listing.base) != listing.base
        self.key = asset_name(listing.base) + internal if is_old else self.altname
        self.scale = Scale(terms.price_decimals, terms.size_decimals)
        self.tape = Tape(quote.market.asks.best)
        for _, trade in quote.trades:
            self.tape.add(trade)
        self.trade_base = Draws(seed, f"desk:kraken:{self.symbol}").below(100_000_000)
        self.views: dict[int, View] = {}
        self._top = quote.market.top()

    @property
    def status(self) -> str:
        """Kraken's word for the state of trading."""
        if self.quote.is_resolved:
            return "delisted"
        return "maintenance" if self.quote.is_halted else "online"

    @property
    def tick(self) -> str:
        """The price step as text."""
        return fixed(self.quote.market.tick, self.scale.price)

    def is_new_top(self) -> bool:
        """Return whether the best levels are others than at the last call."""
        before, self._top = self._top, self.quote.market.top()
        return before != self._top

    def view(self, depth: int) -> View:
        """Return the book as clients of that depth see it."""
        view = self.views.get(depth)
        if view is None:
            view = self.views[depth] = View(self.quote, self.scale, depth)
        return view

    def rest(self) -> dict[str, Any]:
        """Return the row of `AssetPairs`."""
        listing = self.quote.listing
        taker = Decimal(listing.taker_ppm) / 10_000
        return {
            "altname": self.altname,
            "wsname": self.wsname,
            "aclass_base": "currency",
            "base": asset_name(listing.base),
            "aclass_quote": "currency",
            "quote": asset_name(listing.quote),
            "lot": "unit",
            "cost_decimals": 5,
            "pair_decimals": self.scale.price,
            "lot_decimals": self.scale.size,
            "lot_multiplier": 1,
            "leverage_buy": [],
            "leverage_sell": [],
            "fees": [[0, taker], [50_000, taker * 9 / 10]],
            "fees_maker": [[0, taker * 5 / 8], [50_000, taker / 2]],
            "fee_volume_currency": "ZUSD",
            "margin_call": 80,
            "margin_stop": 40,
            "ordermin": listing.min_size,
            "costmin": listing.min_notional,
            "tick_size": self.tick,
            "status": self.status,
        }

    def instrument(self) -> dict[str, Any]:
        """Return the row of the channel `instrument`."""
        listing = self.quote.listing
        return {
            "symbol": self.symbol,
            "base": listing.base,
            "quote": listing.quote,
            "status": self.status,
            "qty_precision": self.scale.size,
            "qty_increment": Decimal(1).scaleb(-self.scale.size),
            "price_precision": self.scale.price,
            "cost_precision": 5,
            "marginable": False,
            "has_index": True,
            "cost_min": Decimal(listing.min_notional),
            "tick_size": Decimal(self.tick),
            "price_increment": Decimal(self.tick),
            "qty_min": Decimal(listing.min_size),
        }
