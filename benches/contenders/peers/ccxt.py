"""ccxt pro: `orjson.loads`, as its websocket client does, then the exchange's `handle_order_book`.

Its dispatch on the kind of message and its futures are left out, in its favour.
Prices and sizes are floats, as in all of ccxt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ccxt.pro
import orjson

from benches.contenders.base import ReadBest
from benches.sessions import Session, Snapshot, Top


@dataclass(frozen=True)
class Exchange:
    """How one exchange class is set up."""

    exchange_type: type[Any]
    url: str
    """Some handlers read the kind of market from the address of the connection."""
    nonce_key: str = ""
    """Name of the update id in the REST snapshot; empty where snapshots are frames."""


EXCHANGES: Mapping[str, Exchange] = {
    "binance.combined": Exchange(ccxt.pro.binance, "/stream", "lastUpdateId"),
    "binance.raw": Exchange(ccxt.pro.binance, "/stream", "lastUpdateId"),
    "bybit.orderbook": Exchange(ccxt.pro.bybit, "/spot"),
    "coinbase.exchange": Exchange(ccxt.pro.coinbaseexchange, ""),
    "gateio.order_book_update": Exchange(ccxt.pro.gate, "", "id"),
    "kraken.v2": Exchange(ccxt.pro.kraken, ""),
    "okx.books": Exchange(ccxt.pro.okx, ""),
}


class Client:
    """Stands for ccxt's websocket client: handlers resolve and reject its futures."""

    def __init__(self, url: str, symbols: Mapping[str, str]) -> None:
        self.url = url
        # OKX stops reading a snapshot that nobody subscribed to.
        self.subscriptions: dict[str, Any] = {f"books:{symbol}": {} for symbol in symbols.values()}

    def resolve(self, _result: object, _message_hash: str) -> None:
        return

    def reject(self, error: BaseException, _message_hash: str) -> None:
        raise error


class CcxtRun:
    """One exchange object with the session's books."""

    def __init__(self, session: Session, exchange: Exchange) -> None:
        self.api = exchange.exchange_type({"enableRateLimit": False})
        # Kraken's messages carry ccxt's own symbols; for the others any unique name will do.
        self.symbols = {
            native: native if "/" in native else f"B{i}/QUOTE"
            for i, native in enumerate(session.books)
        }
        self.api.set_markets([self._market(*item) for item in self.symbols.items()])
        self.client = Client(exchange.url, self.symbols)
        self.on_frame = (
            self._on_combined if session.channel == "binance.combined" else self._on_bare
        )
        for snapshot in session.snapshots:
            if exchange.nonce_key:
                self._load(snapshot, exchange.nonce_key)
            else:
                self.on_frame(snapshot.payload, 0)

    def reader(self, native: str) -> ReadBest:
        book = self.api.orderbooks[self.symbols[native]]
        bids, asks = book["bids"], book["asks"]

        def read() -> object:
            return bids[0], asks[0]

        return read

    def top(self, native: str) -> Top:
        book = self.api.orderbooks[self.symbols[native]]
        (bid_px, bid_size), (ask_px, ask_size) = book["bids"][0][:2], book["asks"][0][:2]
        return Top(*(Decimal(repr(float(x))) for x in (bid_px, bid_size, ask_px, ask_size)))

    def _on_bare(self, frame: bytes, _ts_recv_ns: int) -> None:
        self.api.handle_order_book(self.client, orjson.loads(frame))

    def _on_combined(self, frame: bytes, _ts_recv_ns: int) -> None:
        self.api.handle_order_book(self.client, orjson.loads(frame)["data"])

    def _load(self, snapshot: Snapshot, nonce_key: str) -> None:
        """Do what `fetch_order_book_snapshot` does with the REST answer."""
        answer = orjson.loads(snapshot.payload)
        symbol = self.symbols[snapshot.native]
        parsed = self.api.parse_order_book(answer, symbol)
        parsed["nonce"] = answer[nonce_key]
        self.api.orderbooks[symbol] = self.api.order_book({})
        self.api.orderbooks[symbol].reset(parsed)

    def _market(self, native: str, symbol: str) -> dict[str, Any]:
        base, quote = symbol.split("/")
        return dict(
            self.api.safe_market_structure(
                {
                    "id": native,
                    "symbol": symbol,
                    "base": base,
                    "quote": quote,
                    "baseId": base,
                    "quoteId": quote,
                    "type": "spot",
                    "spot": True,
                    "active": True,
                }
            )
        )


class Ccxt:
    """ccxt pro."""

    name = "(c) ccxt pro"
    note = "`orjson.loads` and `handle_order_book` on each frame; floats"

    def refusal(self, session: Session) -> str | None:
        return None if session.channel in EXCHANGES else "no handler for this wire format"

    def open(self, session: Session) -> CcxtRun:
        return CcxtRun(session, EXCHANGES[session.channel])


def contenders() -> list[Ccxt]:
    """Return what is measured of this library."""
    return [Ccxt()]
