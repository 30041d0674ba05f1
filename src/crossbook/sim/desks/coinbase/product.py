"""One product at Coinbase: what of its book was not published yet, and its facts."""

from decimal import Decimal
from typing import Any

from crossbook.sim.candles import Candle, candles
from crossbook.sim.desk import Quote, Update
from crossbook.sim.draws import Draws
from crossbook.sim.market import Trade
from crossbook.sim.tape import Tape
from crossbook.sim.wire.coinbase_exchange import Row
from crossbook.sim.wire.number import trimmed
from crossbook.sim.wire.scale import Levels, Scale

__all__ = ["Product"]


class Product:
    """A quote with Coinbase's names for it.

    Args:
        quote: the book.
        seed: the session's seed.
    """

    def __init__(self, quote: Quote, seed: int) -> None:
        terms = quote.market.terms
        self.quote = quote
        self.name = quote.listing.native
        self.scale = Scale(terms.price_decimals, terms.size_decimals)
        self.draws = Draws(seed, f"desk:coinbase:{self.name}")
        self.trade_base = self.draws.below(1_000_000_000)
        self.tape = Tape(quote.market.asks.best)
        for _, trade in quote.trades:
            self.tape.add(trade)
        self._pending: dict[tuple[bool, int], int] = {}
        self.is_traded = False
        """Somebody traded since the last flush: tickers are due."""
        self.prints: list[Row] = []
        """Trades that `market_trades` did not show yet."""

    def add(self, update: Update) -> None:
        """Take in what changed."""
        for change in update.changes:
            self._pending[change.is_ask, change.price] = change.size
        for trade in update.trades:
            self.tape.add(trade)
            self.prints.append(self.row(trade, update.ts_ns))
            self.is_traded = True

    def take(self) -> tuple[Levels, Levels] | None:
        """Return bids and asks that changed since the last call; `None`: nothing."""
        if not self._pending:
            return None
        levels = sorted((side, price, size) for (side, price), size in self._pending.items())
        self._pending.clear()
        bids = [(price, size) for is_ask, price, size in levels[::-1] if not is_ask]
        return bids, [(price, size) for is_ask, price, size in levels if is_ask]

    def row(self, trade: Trade, ts_ns: int) -> Row:
        """Return a trade with the number that both feeds and REST give it."""
        number = self.trade_base + trade.number
        return Row(number, trade.price, trade.size, trade.taker_buys, ts_ns)

    def rows(self, limit: int) -> list[Row]:
        """Return the latest trades, newest first."""
        return [self.row(trade, ts_ns) for ts_ns, trade in self.quote.trades[::-1][:limit]]

    def orders(self, number: int) -> tuple[str, str]:
        """Return made-up ids of the maker's and the taker's order of a trade."""
        draws = Draws(number, f"orders:{self.name}")
        maker, taker = (draws.octets(16).hex() for _ in range(2))
        return _uuid(maker), _uuid(taker)

    def candles(self, span_ns: int, now_ns: int) -> list[Candle]:
        """Return candles, oldest first."""
        return candles(self.quote.trades, span_ns, now_ns, price=self.quote.market.asks.best)

    def price(self, units: int) -> str:
        """Return a price as it is written."""
        return trimmed(units, self.scale.price)

    def size(self, units: int) -> str:
        """Return a size as it is written."""
        return trimmed(units, self.scale.size)

    @property
    def is_open(self) -> bool:
        """Whether anybody may trade."""
        return not (self.quote.is_halted or self.quote.is_resolved)

    def advanced(self) -> dict[str, Any]:
        """Return the row of `/market/products`."""
        listing, totals = self.quote.listing, self.tape.totals()
        tick = self.price(self.quote.market.tick)
        worth = Decimal(totals.vwap * totals.volume).scaleb(-sum(self.scale))
        empty = (
            "alias", "mid_market_price", "market_cap", "base_cbrn", "quote_cbrn", "product_cbrn",
            "icon_color", "icon_url", "display_name_overwrite", "about_description",
            "best_bid_price", "best_ask_price",
        )  # fmt: skip
        flags = (
            "watched", "is_disabled", "new", "cancel_only", "limit_only", "post_only",
            "auction_mode", "view_only", "is_alpha_testing",
        )  # fmt: skip
        return {
            "product_id": self.name,
            "price": self.price(totals.last),
            "price_percentage_change_24h": trimmed(totals.change_ppm, 4),
            "volume_24h": self.size(totals.volume),
            "volume_percentage_change_24h": "0",
            "base_increment": listing.lot,
            "quote_increment": tick,
            "quote_min_size": listing.min_notional,
            "quote_max_size": "150000000",
            "base_min_size": listing.min_size,
            "base_max_size": "100000000",
            "base_name": listing.base,
            "quote_name": listing.quote,
            **dict.fromkeys(flags, False),
            "trading_disabled": not self.is_open,
            "status": "delisted" if self.quote.is_resolved else "online",
            "product_type": "SPOT",
            "quote_currency_id": listing.quote,
            "base_currency_id": listing.base,
            "fcm_trading_session_details": None,
            "alias_to": [],
            "base_display_symbol": listing.base,
            "quote_display_symbol": listing.quote,
            "price_increment": tick,
            "display_name": self.name,
            "product_venue": "CBE",
            "approximate_quote_24h_volume": f"{worth:f}",
            "new_at": "2023-01-01T00:00:00Z",
            **dict.fromkeys(empty, ""),
        }

    def exchange(self) -> dict[str, Any]:
        """Return the row of the Exchange's `/products`."""
        listing = self.quote.listing
        flags = ("margin_enabled", "post_only", "limit_only", "cancel_only", "auction_mode")
        return {
            "id": self.name,
            "base_currency": listing.base,
            "quote_currency": listing.quote,
            "quote_increment": self.price(self.quote.market.tick),
            "base_increment": listing.lot,
            "display_name": f"{listing.base}-{listing.quote}",
            "min_market_funds": listing.min_notional,
            **dict.fromkeys(flags, False),
            "trading_disabled": not self.is_open,
            "status": "delisted" if self.quote.is_resolved else "online",
            "status_message": "",
            "fx_stablecoin": False,
            "max_slippage_percentage": "0.02000000",
            "high_bid_limit_percentage": "",
        }


def _uuid(text: str) -> str:
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:32]}"
