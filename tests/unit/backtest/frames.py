"""Small recordings, written by hand."""

import json
from collections.abc import Iterable
from pathlib import Path

__all__ = ["answer", "diff", "kalshi_delta", "kalshi_snapshot", "stream", "sub", "trade"]


def stream(path: Path, rows: Iterable[tuple[int | str, str, str]]) -> Path:
    """Write a stream file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{time}\t{direction}\t{text}\n" for time, direction, text in rows))
    return path


def answer(path: Path, update_id: int, bids: object = (), asks: object = ()) -> Path:
    """Write Binance's answer to a request for an order book."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(snapshot(update_id, bids, asks))
    return path


def snapshot(update_id: int, bids: object = (), asks: object = ()) -> str:
    return json.dumps({"lastUpdateId": update_id, "bids": bids, "asks": asks})


def diff(symbol: str, first: int, last: int, bids: object = (), asks: object = ()) -> str:
    """A change of a Binance book."""
    head = {"e": "depthUpdate", "E": 1_600_000_000_000, "s": symbol, "U": first, "u": last}
    return json.dumps({**head, "b": bids, "a": asks})


def trade(symbol: str, price: str, size: str) -> str:
    """A trade on Binance."""
    head = {"e": "trade", "E": 1_600_000_000_000, "s": symbol, "t": 1, "T": 1_600_000_000_000}
    return json.dumps({**head, "p": price, "q": size, "m": True})


def sub(seq: int, kind: str, message: object) -> str:
    """A message of a Kalshi subscription."""
    return json.dumps({"type": kind, "sid": 1, "seq": seq, "msg": message})


def kalshi_snapshot(seq: int, ticker: str) -> str:
    """A book of a Kalshi market, with one bid on each side."""
    sides = {"yes_dollars_fp": [["0.4000", "10.00"]], "no_dollars_fp": [["0.5000", "20.00"]]}
    return sub(seq, "orderbook_snapshot", {"market_ticker": ticker, **sides})


def kalshi_delta(seq: int, ticker: str, price: str, delta: str) -> str:
    """A change of one YES level."""
    message = {"market_ticker": ticker, "price_dollars": price, "delta_fp": delta, "side": "yes"}
    return sub(seq, "orderbook_delta", message)
