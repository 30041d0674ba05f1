"""The venues' servers without sockets: one file a venue, one protocol each."""

from collections.abc import Callable
from functools import partial
from typing import Final

from crossbook.sim.desk import Desk
from crossbook.sim.desks.binance import BinanceDesk
from crossbook.sim.desks.bybit import BybitDesk
from crossbook.sim.desks.coinbase import CoinbaseDesk
from crossbook.sim.desks.gateio import GateioDesk
from crossbook.sim.desks.kalshi import KalshiDesk
from crossbook.sim.desks.kraken import KrakenDesk
from crossbook.sim.desks.mexc import MexcDesk
from crossbook.sim.desks.okx import OkxDesk
from crossbook.sim.desks.polymarket import PolymarketDesk

__all__ = ["DESKS", "OPEN_DESKS"]

DESKS: Final[dict[str, type[Desk]]] = {
    BinanceDesk.venue: BinanceDesk,
    BybitDesk.venue: BybitDesk,
    CoinbaseDesk.venue: CoinbaseDesk,
    GateioDesk.venue: GateioDesk,
    KalshiDesk.venue: KalshiDesk,
    KrakenDesk.venue: KrakenDesk,
    MexcDesk.venue: MexcDesk,
    OkxDesk.venue: OkxDesk,
    PolymarketDesk.venue: PolymarketDesk,
}
"""The desk of each venue, by its lower-case id."""

OPEN_DESKS: Final[dict[str, Callable[..., Desk]]] = {
    **DESKS,
    KalshiDesk.venue: partial(KalshiDesk, is_open=True),
}
"""The same, but nobody has to sign to connect."""
