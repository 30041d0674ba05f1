"""The recorded sessions that are measured: what is loaded first, what is timed, what must come out.

A session's snapshots (REST answers, or the first frames of a book) make the
state that each repetition starts from. The frames after them are timed. Control
frames, trades and tickers are left out, and so are diffs that the snapshot
already holds: every timed frame changes a book.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from benches.dialects import Change, changes
from benches.recordings import Row, read_bytes, received


class Top(NamedTuple):
    """Best prices of one book and the sizes there."""

    bid_px: Decimal
    bid_size: Decimal
    ask_px: Decimal
    ask_size: Decimal


class Snapshot(NamedTuple):
    """What puts books into their first state."""

    native: str
    """The instrument of a REST answer; empty for a frame, which names its own."""
    payload: bytes
    ts_recv_ns: int


class Frame(NamedTuple):
    """One timed message."""

    payload: bytes
    ts_recv_ns: int
    native: str
    """The (first) book that the frame changes; its best prices are read afterwards."""


@dataclass(frozen=True)
class BookSpec:
    """One instrument of a session."""

    native: str
    price_decimals: int
    """Decimals of the most precise price in the session, as text."""
    size_decimals: int


@dataclass(frozen=True)
class Session:
    """Recorded frames with the state before them and the best prices after them."""

    name: str
    channel: str
    """Which wire format the frames have, for instance `kraken.v1`."""
    books: Mapping[str, BookSpec]
    snapshots: tuple[Snapshot, ...]
    frames: tuple[Frame, ...]
    expected: Mapping[str, Top]
    level_count: int
    """Levels in all frames together."""

    @property
    def venue(self) -> str:
        """The venue's id."""
        return self.channel.partition(".")[0]

    @property
    def levels_per_frame(self) -> float:
        """Average number of levels that a frame carries."""
        return self.level_count / len(self.frames)

    @property
    def bytes_per_frame(self) -> float:
        """Average length of a frame."""
        return sum(len(frame.payload) for frame in self.frames) / len(self.frames)


@dataclass(frozen=True)
class Source:
    """Where a session is recorded."""

    name: str
    channel: str
    file: str
    rest: Mapping[str, str]
    """REST snapshots: native symbol to file."""
    native: str = ""
    """The instrument of a snapshot inside the stream that does not name it."""


_GATE_IDS = {
    "BTC_USDC": 1619093545407,
    "DIS_USDT": 1619093535806,
    "FAST_USDT": 1619093534153,
    "HAI_ETH": 1619093533764,
    "NEO_BTC": 1619093534732,
    "QTUM3S_USDT": 1619093533965,
    "ZKS_ETH": 1619093534539,
}
SOURCES = (
    Source(
        "Binance depth BTCUSDT",
        "binance.combined",
        "binance/ws_spot_btcusdt_20240808.tsv.zst",
        {},
        native="BTCUSDT",
    ),
    Source(
        "Binance depth ETHBTC",
        "binance.raw",
        "binance/ws_spot_ETHBTC_20201101T09_depth.tsv.zst",
        {"ETHBTC": "binance/rest_depth1000_ETHBTC_20201101T09.json"},
    ),
    Source(
        "Coinbase level2",
        "coinbase.exchange",
        "coinbase/ws_exchange_level2_ticker_matches_20210417.tsv.zst",
        {},
    ),
    Source(
        "Kraken v1 book1000",
        "kraken.v1",
        "kraken/ws_v1_book1000_20210417.tsv.zst",
        {},
    ),
    Source(
        "Kraken v2 book10",
        "kraken.v2",
        "kraken/ws_v2_book10_BTC-USD_20260719.tsv",
        {},
    ),
    Source(
        "Polymarket market",
        "polymarket.market",
        "polymarket/ws_market_BTC-5m_20260612.tsv",
        {},
    ),
    Source(
        "Bybit orderbook500",
        "bybit.orderbook",
        "bybit/ws_v5_orderbook500_XRPUSDT_20241201.tsv.zst",
        {},
    ),
    Source(
        "OKX books",
        "okx.books",
        "okx/ws_v5_books_trades_tickers_20220513.tsv.zst",
        {},
    ),
    Source(
        "Gate.io order_book_update",
        "gateio.order_book_update",
        "gateio/ws_v4_spot_20210422.tsv",
        {
            native: f"gateio/rest_order_book100_{native}_{time_ms}.json"
            for native, time_ms in _GATE_IDS.items()
        },
    ),
    Source(
        "Kalshi orderbook_delta",
        "kalshi.orderbook_delta",
        "kalshi/ws_v2_orderbook_KXBTC_20260418.tsv",
        {},
    ),
)


def load(source: Source, folder: Path) -> Session:
    """Read one session into memory."""
    builder = _Builder(source)
    for native, file in source.rest.items():
        builder.add(Row(None, read_bytes(folder / file)), native)
    for row in received(folder / source.file):
        builder.add(row, source.native)
    final = json.loads((folder / "expected.json").read_bytes())
    return builder.build(final[source.file.removesuffix(".zst")]["final"])


class _Builder:
    """Sort messages into snapshots and frames, and measure the precision of each book."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.snapshots: list[Snapshot] = []
        self.frames: list[tuple[Frame, list[Change]]] = []
        self.snapshot_ids: dict[str, int] = {}
        self.decimals: dict[str, tuple[int, int]] = {}
        self.ts_ns = 0

    def add(self, row: Row, native: str) -> None:
        # Sources without receive times get one frame a millisecond.
        self.ts_ns = row.ts_recv_ns or self.ts_ns + 1_000_000
        found = changes(self.source.channel, row.payload)
        for change in found:
            self._measure(change.native or native, change.levels)
            if change.is_snapshot:
                self.snapshot_ids[change.native or native] = change.update_id
        if any(change.is_snapshot for change in found):
            name = "" if found[0].native else native
            self.snapshots.append(Snapshot(name, row.payload, self.ts_ns))
        elif found:
            frame = Frame(row.payload, self.ts_ns, found[0].native)
            self.frames.append((frame, found))

    def build(self, final: Mapping[str, Any]) -> Session:
        frames = [item for item in self.frames if not self._is_stale(item[1])]
        return Session(
            name=self.source.name,
            channel=self.source.channel,
            books={
                native: BookSpec(native, *decimals) for native, decimals in self.decimals.items()
            },
            snapshots=tuple(self.snapshots),
            frames=tuple(frame for frame, _ in frames),
            expected=_tops(final, next(iter(self.decimals))),
            level_count=sum(len(change.levels) for _, found in frames for change in found),
        )

    def _measure(self, native: str, levels: list[tuple[str, str]]) -> None:
        price_decimals, size_decimals = self.decimals.get(native, (0, 0))
        for price, size in levels:
            price_decimals = max(price_decimals, len(price.partition(".")[2]))
            size_decimals = max(size_decimals, len(size.partition(".")[2]))
        self.decimals[native] = (price_decimals, size_decimals)

    def _is_stale(self, found: list[Change]) -> bool:
        return any(
            0 < change.update_id <= self.snapshot_ids.get(change.native, 0) for change in found
        )


def _tops(final: Mapping[str, Any], only: str) -> dict[str, Top]:
    """Read the final best prices; a session of one book does not name it."""
    named = {only: final} if "bid" in final else final
    return {native: _top(sides) for native, sides in named.items()}


def _top(sides: Mapping[str, Any]) -> Top:
    if "best_yes_bid" in sides:
        # A bid of NO at p is an ask of YES at 1 - p.
        yes_px, yes_size = map(Decimal, sides["best_yes_bid"])
        no_px, no_size = map(Decimal, sides["best_no_bid"])
        return Top(yes_px, yes_size, 1 - no_px, no_size)
    return Top(*map(Decimal, (*sides["bid"], *sides["ask"])))
