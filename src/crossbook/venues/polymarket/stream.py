"""The conduct of a socket to Polymarket's market channel."""

from collections.abc import Sequence

import msgspec

from crossbook.config import VenueConfig
from crossbook.model import Instrument
from crossbook.venues.answers import shown
from crossbook.venues.conduct import BOOK, Conduct
from crossbook.venues.ledger import Topic
from crossbook.venues.polymarket import rest
from crossbook.venues.polymarket.config import PolymarketConfig
from crossbook.venues.requests import Window
from crossbook.venues.stream import Action, Fetch, Send, Signer, StreamRules

__all__ = ["PolymarketStream", "rules", "stream"]

_TOKENS_MAX = 500
_AGAIN_NS = 30_000_000_000


def rules(config: VenueConfig) -> StreamRules:
    """Return the limits: so many tokens on a socket, whatever comes of each."""
    return StreamRules(
        instruments_max=config.instruments_per_socket_max or _TOKENS_MAX,
        connects=Window(5, 1.0),
        # The answer to each PING is a sign of life.
        silence_s=30.0,
        answers_subscriptions=False,
    )


def stream(
    config: VenueConfig, instruments: Sequence[Instrument], signer: Signer | None = None
) -> "PolymarketStream":
    """Return the conduct of a new socket."""
    assert isinstance(config, PolymarketConfig)
    return PolymarketStream(config, rules(config), instruments, signer)


class PolymarketStream(Conduct):
    """One subscription for all; nothing is confirmed, the books are the answer.

    A book is resynced by leaving its token and joining it again, which brings a new one. Where
    that is asked for twice within 30 s it is fetched as well: some tokens go dead on a socket.
    """

    own_url = "wss://ws-subscriptions-clob.polymarket.com/ws/market"
    ping_every_s = 10.0
    group_max = _TOKENS_MAX

    _config: PolymarketConfig

    def __init__(
        self,
        config: PolymarketConfig,
        rules: StreamRules,
        instruments: Sequence[Instrument],
        signer: Signer | None = None,
    ) -> None:
        self._resynced_ns: dict[str, int] = {}
        self._is_begun = False
        super().__init__(config, rules, instruments, signer)

    def topics(self, instrument: Instrument) -> tuple[Topic, ...]:
        """Return the token: its book, trades and best prices come together."""
        return (Topic(BOOK, instrument.native),)

    def ping(self, now_ns: int) -> Send:
        """Return the text `PING`."""
        del now_ns
        return Send(b"PING")

    def frame(self, topics: Sequence[Topic], number: int, now_ns: int, *, subscribe: bool) -> bytes:
        """Return a frame; the first of a socket has a shape of its own."""
        del number, now_ns
        tokens = [topic.key for topic in topics]
        if not subscribe:
            return msgspec.json.encode({"operation": "unsubscribe", "assets_ids": tokens})
        begin: dict[str, object]
        if self._is_begun:
            begin = {"operation": "subscribe", "assets_ids": tokens}
        else:
            self._is_begun = True
            begin = {"type": "market", "assets_ids": tokens, "initial_dump": True, "level": 2}
        if self._config.lifecycle:
            begin["custom_feature_enabled"] = True
        return msgspec.json.encode(begin)

    def resync(self, instrument: Instrument, now_ns: int) -> list[Action]:
        """Leave the token and join it again; fetch its book if that was tried just now."""
        actions = super().resync(instrument, now_ns)
        last_ns = self._resynced_ns.get(instrument.native)
        if actions:
            self._resynced_ns[instrument.native] = now_ns
        if actions and last_ns is not None and now_ns - last_ns < _AGAIN_NS:
            actions.append(Fetch(instrument, rest.snapshot(instrument)))
        return actions

    def unsubscribe(self, instruments: Sequence[Instrument], now_ns: int) -> list[Action]:
        """Let tokens go."""
        for instrument in instruments:
            self._resynced_ns.pop(instrument.native, None)
        return super().unsubscribe(instruments, now_ns)

    def on_answer(self, kind: str, frame: bytes, now_ns: int) -> list[Action]:
        """Pass a refusal on: the venue does not say what it refuses."""
        del now_ns
        return self.refused((), "", shown(frame)) if kind == "refused" else []
