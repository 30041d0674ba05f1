"""Replays of the recorded sessions: which files each is of, and what was reported."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import msgspec

from crossbook.backtest import Inputs, Replay, ReplayReport, SnapshotChoice, gather
from crossbook.backtest.report import InstrumentReport
from crossbook.books import EventBatch
from crossbook.model.events import Event

Level = tuple[Decimal, Decimal] | None


class Session(msgspec.Struct, frozen=True):
    """A stream file of the recordings, and the answers that belong to it."""

    stream: str
    snapshots: Mapping[str, str] = {}
    """By native symbol."""

    @property
    def row(self) -> str:
        """Its name in expected.json."""
        return self.stream.removesuffix(".zst")

    def choices(self, folder: Path) -> list[SnapshotChoice]:
        venue = self.stream.partition("/")[0]
        return [SnapshotChoice(folder / f, native, venue) for native, f in self.snapshots.items()]

    def inputs(self, folder: Path) -> Inputs:
        return gather([folder / self.stream], snapshots=self.choices(folder))


def _binance(stream: str, snapshots: Mapping[str, str] | None = None) -> Session:
    answers = {
        native: f"binance/rest_depth1000_{native}_{moment}.json"
        for native, moment in (snapshots or {}).items()
    }
    return Session(f"binance/{stream}", answers)


_GATEIO = {
    "BTC_USDC": 1619093545407,
    "DIS_USDT": 1619093535806,
    "FAST_USDT": 1619093534153,
    "HAI_ETH": 1619093533764,
    "NEO_BTC": 1619093534732,
    "QTUM3S_USDT": 1619093533965,
    "ZKS_ETH": 1619093534539,
}

COMBINED = _binance(
    "ws_spot_combined_3sym_20211012.tsv",
    {"NKNUSDT": "1633998512320", "LRCBTC": "1633998516844", "RUNEEUR": "1633998522743"},
)
ETHBTC = _binance("ws_spot_ETHBTC_20201101T09_depth.tsv.zst", {"ETHBTC": "20201101T09"})
BTCUSDT = _binance("ws_spot_btcusdt_20240808.tsv.zst")
ETHUSDT = _binance("ws_spot_ethusdt_20240808.tsv.zst")
ETHBTC_TRADES = _binance("ws_spot_ETHBTC_20201101T09_aggTrade.tsv.zst")
ETHUSDT_TRADES = _binance("ws_spot_ETHUSDT_20201101T09_aggTrade.tsv.zst")
COINBASE_EXCHANGE = Session("coinbase/ws_exchange_level2_ticker_matches_20210417.tsv.zst")
COINBASE_ADVANCED = Session("coinbase/ws_advanced_l2_data_BTC-USD_20260824.tsv")
KRAKEN_V1 = Session("kraken/ws_v1_book1000_20210417.tsv.zst")
KRAKEN_V2 = Session("kraken/ws_v2_book10_BTC-USD_20260719.tsv")
GATEIO = Session(
    "gateio/ws_v4_spot_20210422.tsv",
    {n: f"gateio/rest_order_book100_{n}_{ms}.json" for n, ms in _GATEIO.items()},
)
OKX = Session("okx/ws_v5_books_trades_tickers_20220513.tsv.zst")
BYBIT_XRP = Session("bybit/ws_v5_orderbook500_XRPUSDT_20241201.tsv.zst")
BYBIT_BTC = Session("bybit/ws_v5_orderbook50_BTCUSDT_20260824.tsv")
KALSHI = Session("kalshi/ws_v2_orderbook_KXBTC_20260418.tsv")
POLYMARKET = Session("polymarket/ws_market_BTC-5m_20260612.tsv")
MEXC = Session("mexc/ws_v3_pb_aggre_depth_100ms_20260829.hex.tsv")

SESSIONS = (
    COMBINED, ETHBTC, BTCUSDT, ETHUSDT, ETHBTC_TRADES, ETHUSDT_TRADES, COINBASE_EXCHANGE,
    COINBASE_ADVANCED, KRAKEN_V1, KRAKEN_V2, GATEIO, OKX, BYBIT_XRP, BYBIT_BTC, KALSHI,
    POLYMARKET, MEXC,
)  # fmt: skip


_OF_A_BOOK = (
    "state", "reason", "sequence", "best_bid", "best_ask", "levels", "snapshots", "applied", "old",
    "unsynced", "gaps", "checksums_ok", "checksums_failed", "bbo_ok", "bbo_failed", "off_scale",
)  # fmt: skip


class Played:
    """What a replay reported, and the events of some kinds."""

    def __init__(self, inputs: Inputs, *kinds: type[Event]) -> None:
        self.events: list[Event] = []
        self._kinds = kinds
        played = Replay(inputs)
        self.instruments = played.instruments
        self.report: ReplayReport = played.run(self._keep if kinds else None)

    def _keep(self, batch: EventBatch) -> None:
        self.events += [event for event in batch if isinstance(event, self._kinds)]

    def by_native(self) -> dict[str, InstrumentReport]:
        """The instruments; of a ticker with two sides, its YES."""
        return {
            instrument.native: instrument
            for name, instrument in self.report.instruments.items()
            if not name.endswith("-NO.KALSHI")
        }


def level(texts: tuple[str, str] | list[str] | None) -> Level:
    """Price and size as numbers: 0.0100 is 0.01."""
    return None if texts is None else (Decimal(texts[0]), Decimal(texts[1]))


def books(report: ReplayReport) -> dict[str, tuple[object, ...]]:
    """What is known of each book at the end, without what only the storage scale changes."""
    return {
        name: tuple(getattr(i, field) for field in _OF_A_BOOK)
        for name, i in report.instruments.items()
    }
