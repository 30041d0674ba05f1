"""Clients written a second time, as plainly as possible: json, dictionaries, Decimal.

They share nothing with the generator but the frames, and follow the venues' own
rules for keeping a book.
"""

import json
import zlib
from decimal import Decimal
from typing import Any

from crossbook.sim import WireEvent

Levels = dict[Decimal, Decimal]
Message = Any
Names = list[tuple[str, str]]


class Book:
    def __init__(self) -> None:
        self.bids: Levels = {}
        self.asks: Levels = {}
        self.is_live = False

    def clear(self) -> None:
        self.bids.clear()
        self.asks.clear()

    def set(self, *, is_ask: bool, price: str, size: str) -> None:
        side = self.asks if is_ask else self.bids
        if Decimal(size) == 0:
            side.pop(Decimal(price), None)
        else:
            side[Decimal(price)] = Decimal(size)

    def read(self) -> tuple[list[tuple[Decimal, Decimal]], list[tuple[Decimal, Decimal]]]:
        return sorted(self.bids.items(), reverse=True), sorted(self.asks.items())

    def best(self) -> tuple[Decimal, Decimal]:
        return max(self.bids), min(self.asks)


class Replica:
    """Keeps the books of one venue; `on_event` names the book that a frame proved."""

    def __init__(self) -> None:
        self.books: dict[tuple[str, str], Book] = {}
        self.gaps = 0
        self.kinds: dict[str, int] = {}
        self.garbage = 0
        # How often best prices beside the book agreed with it, and how often not.
        self.tops = {True: 0, False: 0}

    def on_event(self, event: WireEvent) -> Names:
        if event.kind == "open":
            return []
        if event.payload == b"PONG":
            self.count("PONG")
            return []
        try:
            # Numbers stay the text that was sent: Kraken's checksum needs it.
            message = json.loads(event.payload, parse_float=str)
        except ValueError:
            self.garbage += 1
            return []
        try:
            return self.on_message(message, event)
        except (KeyError, TypeError, ValueError, ArithmeticError):
            self.garbage += 1
            return []

    def on_message(self, message: Message, event: WireEvent) -> Names:
        raise NotImplementedError

    def count(self, kind: str) -> None:
        self.kinds[kind] = self.kinds.get(kind, 0) + 1

    def compare(self, native: str, top: list[str]) -> None:
        book = self.book(native)
        if book.is_live:
            bids, asks = book.read()
            bid, bid_size, ask, ask_size = map(Decimal, top)
            self.tops[bids[0] == (bid, bid_size) and asks[0] == (ask, ask_size)] += 1

    def book(self, native: str, outcome: str = "") -> Book:
        return self.books.setdefault((native, outcome), Book())


class Binance(Replica):
    def __init__(self) -> None:
        super().__init__()
        self.last: dict[str, int] = {}
        self.buffers: dict[str, list[Message]] = {}
        self.straddled = 0
        self.tickers: dict[str, Message] = {}

    def on_message(self, message: Message, event: WireEvent) -> Names:
        if event.kind == "rest_snapshot":
            return self.on_snapshot(message, event.native)
        kind = message["stream"].split("@")[1]
        self.count(kind)
        data = message["data"]
        if kind == "bookTicker":
            self.tickers[data["s"]] = data
        return self.on_diff(data) if kind == "depth" else []

    def on_snapshot(self, message: Message, native: str) -> Names:
        book = self.book(native)
        if book.is_live:
            return []
        buffered = self.buffers.get(native, [])
        if buffered and buffered[0]["U"] > message["lastUpdateId"] + 1:
            return []  # Too old to join: the next snapshot will do.
        self.buffers.pop(native, None)
        book.clear()
        for price, size in message["bids"]:
            book.set(is_ask=False, price=price, size=size)
        for price, size in message["asks"]:
            book.set(is_ask=True, price=price, size=size)
        book.is_live = True
        self.last[native] = message["lastUpdateId"]
        for data in buffered:
            self.straddled += data["U"] <= message["lastUpdateId"] < data["u"]
            self.on_diff(data)
        return [(native, "")]

    def on_diff(self, data: Message) -> Names:
        native = data["s"]
        book = self.book(native)
        if not book.is_live:
            self.buffers.setdefault(native, []).append(data)
            return []
        if data["u"] <= self.last[native]:
            return []
        if data["U"] > self.last[native] + 1:
            self.gaps += 1
            book.is_live = False
            self.buffers[native] = [data]
            return []
        self.straddled += data["U"] <= self.last[native]
        self.last[native] = data["u"]
        for price, size in data["b"]:
            book.set(is_ask=False, price=price, size=size)
        for price, size in data["a"]:
            book.set(is_ask=True, price=price, size=size)
        ticker = self.tickers.get(native)
        # The best prices have not changed since the last ticker: another would be here.
        if ticker and ticker["u"] <= data["u"]:
            self.compare(native, [ticker[key] for key in "bBaA"])
        return [(native, "")]


class Coinbase(Replica):
    def __init__(self) -> None:
        super().__init__()
        self.expected = 0

    def on_message(self, message: Message, event: WireEvent) -> Names:
        sequence = message["sequence_num"]
        if sequence < self.expected:
            return []
        if sequence > self.expected:
            self.gaps += 1
            for book in self.books.values():
                book.is_live = False
        self.expected = sequence + 1
        self.count(message["channel"])
        proven = []
        for part in message["events"]:
            if message["channel"] == "ticker":
                self.check(part["tickers"][0])
            if message["channel"] != "l2_data":
                continue
            book = self.book(part["product_id"])
            if part["type"] == "snapshot":
                book.clear()
                book.is_live = True
            for row in part["updates"]:
                is_ask = {"bid": False, "offer": True}[row["side"]]
                book.set(is_ask=is_ask, price=row["price_level"], size=row["new_quantity"])
            proven.append((part["product_id"], ""))
        return proven

    def check(self, row: Message) -> None:
        names = ("best_bid", "best_bid_quantity", "best_ask", "best_ask_quantity")
        self.compare(row["product_id"], [row[name] for name in names])


class Kraken(Replica):
    def __init__(self, depth: int) -> None:
        super().__init__()
        self.depth = depth
        self.checked = 0
        self.texts: dict[tuple[str, bool, Decimal], str] = {}

    def on_message(self, message: Message, event: WireEvent) -> Names:
        self.count(message.get("channel") or message["method"])
        if message.get("channel") == "ticker":
            self.check(message["data"][0])
        if message.get("channel") != "book":
            return []
        (row,) = message["data"]
        native = row["symbol"]
        book = self.book(native)
        if message["type"] == "snapshot":
            book.clear()
            book.is_live = True
        for is_ask, side in ((False, row["bids"]), (True, row["asks"])):
            for level in side:
                price, size = level["price"], level["qty"]
                book.set(is_ask=is_ask, price=price, size=size)
                self.texts[native, is_ask, Decimal(price)] = digits(price) + digits(size)
        for side, best in ((book.bids, max), (book.asks, min)):
            while len(side) > self.depth:
                del side[min(side) if best is max else max(side)]
        self.checked += 1
        if self.crc(native, book) != row["checksum"]:
            self.gaps += book.is_live
            book.is_live = False
        return [(native, "")]

    def crc(self, native: str, book: Book) -> int:
        asks = [self.texts[native, True, price] for price in sorted(book.asks)[:10]]
        bids = [self.texts[native, False, price] for price in sorted(book.bids)[::-1][:10]]
        return zlib.crc32("".join(asks + bids).encode())

    def check(self, row: Message) -> None:
        self.compare(row["symbol"], [row[name] for name in ("bid", "bid_qty", "ask", "ask_qty")])


def digits(number: str) -> str:
    return number.replace(".", "").lstrip("0")


class Polymarket(Replica):
    def book(self, native: str, outcome: str = "") -> Book:
        return super().book(native)  # The token alone says which outcome.

    def on_message(self, message: Message, event: WireEvent) -> Names:
        messages = message if isinstance(message, list) else [message]
        return [name for part in messages for name in self.on_part(part)]

    def on_part(self, message: Message) -> Names:
        kind = message["event_type"]
        self.count(kind)
        if kind == "tick_size_change":
            book = self.book(message["asset_id"])
            book.clear()
            book.is_live = False
            return [(message["asset_id"], "")]
        if kind == "book":
            book = self.book(message["asset_id"])
            book.clear()
            book.is_live = True
            for is_ask, side in ((False, message["bids"]), (True, message["asks"])):
                for level in side:
                    book.set(is_ask=is_ask, price=level["price"], size=level["size"])
            return [(message["asset_id"], "")]
        return self.on_changes(message["price_changes"]) if kind == "price_change" else []

    def on_changes(self, rows: list[Message]) -> Names:
        for row in rows:
            book = self.book(row["asset_id"])
            book.set(is_ask=row["side"] == "SELL", price=row["price"], size=row["size"])
            if book.best() != (Decimal(row["best_bid"]), Decimal(row["best_ask"])):
                self.gaps += book.is_live
                book.is_live = False
        return [(row["asset_id"], "") for row in rows]


class Kalshi(Replica):
    def __init__(self) -> None:
        super().__init__()
        self.last: dict[int, int] = {}
        self.bids: dict[tuple[str, str], Levels] = {}

    def on_message(self, message: Message, event: WireEvent) -> Names:
        kind, body = message["type"], message["msg"]
        self.count(kind)
        if kind == "subscribed":
            self.last[body["sid"]] = 0
            return []
        sid, seq = message["sid"], message["seq"]
        if seq != self.last[sid] + 1:
            self.gaps += 1
            for book in self.books.values() if sid == 1 else ():
                book.is_live = False
        self.last[sid] = seq
        if kind == "orderbook_snapshot":
            return self.on_snapshot(body)
        return self.on_delta(body) if kind == "orderbook_delta" else []

    def on_snapshot(self, body: Message) -> Names:
        ticker = body["market_ticker"]
        for side in ("yes", "no"):
            rows = body.get(f"{side}_dollars_fp", [])
            self.bids[ticker, side] = {Decimal(price): Decimal(size) for price, size in rows}
            self.book(ticker, side.upper()).is_live = True
        return self.build(ticker)

    def on_delta(self, body: Message) -> Names:
        ticker = body["market_ticker"]
        side = self.bids[ticker, body["side"]]
        price = Decimal(body["price_dollars"])
        size = side.get(price, Decimal(0)) + Decimal(body["delta_fp"])
        if size < 0:
            for outcome in ("YES", "NO"):
                self.book(ticker, outcome).is_live = False
        if size == 0:
            side.pop(price, None)
        else:
            side[price] = size
        return self.build(ticker)

    def build(self, ticker: str) -> Names:
        for mine, other in (("yes", "no"), ("no", "yes")):
            book = self.book(ticker, mine.upper())
            book.bids = dict(self.bids[ticker, mine])
            book.asks = {1 - price: size for price, size in self.bids[ticker, other].items()}
        return [(ticker, "YES"), (ticker, "NO")]


def replica(venue: str, depth: int = 25) -> Replica:
    if venue == "kraken":
        return Kraken(depth)
    return {
        "binance": Binance,
        "coinbase": Coinbase,
        "polymarket": Polymarket,
        "kalshi": Kalshi,
    }[venue]()
