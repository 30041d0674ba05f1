"""A venue that says yes to everything, in the words of its sheet."""

import json
from typing import Any

from tests.venues.frames import books_asked, books_left

__all__ = ["Clerk"]


class Clerk:
    """Answers the frames of one socket.

    Args:
        venue: lower-case id.
    """

    def __init__(self, venue: str) -> None:
        self._answer = getattr(self, f"_{venue}")
        self._listed: dict[str, list[str]] = {}
        self._sids: dict[str, int] = {}
        self._venue = venue
        self.books: set[str] = set()
        """Native symbols whose books this socket is sent."""

    def answers(self, payload: bytes) -> list[bytes]:
        """Return the venue's answers to a frame; none to a ping."""
        if payload[:1] != b"{":
            return []
        self.books |= set(books_asked(self._venue, payload))
        self.books -= set(books_left(self._venue, payload))
        return [json.dumps(each).encode() for each in self._answer(json.loads(payload))]

    def _binance(self, message: Any) -> list[Any]:
        return [{"result": None, "id": message["id"]}]

    def _mexc(self, message: Any) -> list[Any]:
        if message["method"] == "PING":
            return []
        return [{"id": message["id"], "code": 0, "msg": ",".join(message["params"])}]

    def _kraken(self, message: Any) -> list[Any]:
        if message["method"] == "ping":
            return []
        params, echo = message["params"], {"method": message["method"], "success": True}
        return [
            {**echo, "req_id": message["req_id"], "result": {**params, "symbol": symbol}}
            for symbol in params["symbol"]
        ]

    def _bybit(self, message: Any) -> list[Any]:
        if message["op"] == "ping":
            return []
        return [{"success": True, "ret_msg": "", "req_id": message["req_id"], "op": message["op"]}]

    def _okx(self, message: Any) -> list[Any]:
        return [
            {"event": message["op"], "arg": each, "connId": "a4d3ae55"} for each in message["args"]
        ]

    def _gateio(self, message: Any) -> list[Any]:
        if message["channel"] == "spot.ping":
            return []
        return [{**message, "error": None, "result": {"status": "success"}}]

    def _coinbase(self, message: Any) -> list[Any]:
        products = self._listed.setdefault(message["channel"], [])
        for each in message.get("product_ids", []):
            if message["type"] == "subscribe":
                products.append(each)
            elif each in products:
                products.remove(each)
        return [{"channel": "subscriptions", "events": [{"subscriptions": self._listed}]}]

    def _polymarket(self, message: Any) -> list[Any]:
        return []

    def _kalshi(self, message: Any) -> list[Any]:
        params = message["params"]
        if message["cmd"] == "subscribe":
            (channel,) = params["channels"]
            sid = self._sids[channel] = len(self._sids) + 1
            msg = {"channel": channel, "sid": sid}
            return [{"id": message["id"], "type": "subscribed", "msg": msg}]
        if params["action"] == "get_snapshot":
            return []
        (sid,) = params["sids"]
        listed = {"market_tickers": params["market_tickers"]}
        return [{"id": message["id"], "sid": sid, "seq": 2, "type": "ok", "msg": listed}]
