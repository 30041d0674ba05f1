"""The conduct of a socket to Kalshi: one subscription a channel, to which markets are added."""

from collections.abc import Sequence

import msgspec

from crossbook.config import VenueConfig
from crossbook.model import Instrument
from crossbook.venues.answers import decoded
from crossbook.venues.conduct import BOOK, TOP, TRADES, Conduct
from crossbook.venues.kalshi.config import KalshiConfig
from crossbook.venues.ledger import Topic
from crossbook.venues.requests import Window
from crossbook.venues.stream import Action, Send, Signer, StreamRules

__all__ = ["KalshiStream", "rules", "stream"]

_CHANNELS = {BOOK: "orderbook_delta", TRADES: "trade", TOP: "ticker"}
_TOPICS = {name: channel for channel, name in _CHANNELS.items()}
_DEAD = {"10", "25"}
"""Errors after which a subscription brings nothing any more."""


class _Message(msgspec.Struct):
    channel: str = ""
    sid: int | None = None
    code: int | str = ""
    msg: str = ""
    market_ticker: str = ""


class _Answer(msgspec.Struct):
    type: str = ""
    id: int | None = None
    sid: int | None = None
    msg: _Message = msgspec.field(default_factory=_Message)


_ANSWER = msgspec.json.Decoder(_Answer)


def rules(config: VenueConfig) -> StreamRules:
    """Return the limits: far more markets are allowed than one socket should bring."""
    return StreamRules(
        instruments_max=2000 // len({BOOK, *config.channels}),
        connects=Window(5, 1.0),
        sends=Window(10_000, 1.0),
        # The venue pings every 10 s.
        silence_s=30.0,
    )


def stream(
    config: VenueConfig, instruments: Sequence[Instrument], signer: Signer | None = None
) -> "KalshiStream":
    """Return the conduct of a new socket; the venue wants its handshake signed."""
    assert isinstance(config, KalshiConfig)
    return KalshiStream(config, rules(config), instruments, signer)


class KalshiStream(Conduct):
    """Both sides of a market come by its ticker. A book is resynced by asking for a snapshot."""

    own_url = "wss://external-api-ws.kalshi.com/trade-api/ws/v2"

    def __init__(
        self,
        config: KalshiConfig,
        rules: StreamRules,
        instruments: Sequence[Instrument],
        signer: Signer | None = None,
    ) -> None:
        self._sids: dict[str, int] = {}
        """The venue's number of the subscription to a channel."""
        self._opening: set[str] = set()
        """Channels whose subscription waits for its number."""
        super().__init__(config, rules, instruments, signer)

    def topics(self, instrument: Instrument) -> tuple[Topic, ...]:
        """Return a channel each; both sides share them."""
        return self.channels(instrument.native)

    def fits(self, first: Topic, other: Topic) -> bool:
        """Return whether both are of one channel."""
        return first.channel == other.channel

    def is_ready(self, topic: Topic, *, subscribe: bool) -> bool:
        """Return whether it is known what to add to, or to leave."""
        if subscribe:
            return topic.channel not in self._opening
        return topic.channel in self._sids

    def frame(self, topics: Sequence[Topic], number: int, now_ns: int, *, subscribe: bool) -> bytes:
        """Return a subscription, or what changes one."""
        del now_ns
        channel, tickers = topics[0].channel, [topic.key for topic in topics]
        if channel in self._sids:
            return self._update(
                number, channel, "add_markets" if subscribe else "delete_markets", tickers
            )
        self._opening.add(channel)
        return msgspec.json.encode(
            {
                "id": number,
                "cmd": "subscribe",
                "params": {
                    "channels": [_CHANNELS[channel]],
                    "market_tickers": tickers,
                    # Its default is announced to flip: NO is read as priced in NO.
                    "use_yes_price": False,
                },
            }
        )

    def resync(self, instrument: Instrument, now_ns: int) -> list[Action]:
        """Ask for a snapshot, which also ends a gap of the subscription for this market."""
        del now_ns
        topic = self.topics(instrument)[0]
        if not self.ledger.is_live(topic):
            return []
        number = self.ledger.next_number()
        return [Send(self._update(number, BOOK, "get_snapshot", [topic.key]))]

    def on_answer(self, kind: str, frame: bytes, now_ns: int) -> list[Action]:
        """Match by `id`; `subscribed` tells the subscription's number."""
        del now_ns
        answer = decoded(_ANSWER, frame)
        if answer is None or kind == "status":
            return []
        if kind == "refused":
            return self._on_refusal(answer)
        if answer.type == "subscribed" and answer.msg.channel in _TOPICS and answer.msg.sid:
            channel = _TOPICS[answer.msg.channel]
            self._sids[channel] = answer.msg.sid
            self._opening.discard(channel)
        asked = self.ledger.answered(answer.id)
        if asked is None:
            return []
        if asked.is_subscribe:
            return self.confirmed(asked.topics)
        self.ledger.left(asked.topics)
        return []

    def on_unanswered(self, topics: Sequence[Topic]) -> list[Action]:
        """Take a subscription that got no number as never made.

        Whoever was to leave it cannot, should it have been made after all: the socket has to go.
        """
        self._opening.difference_update(topic.channel for topic in topics)
        stuck = [
            each for each in self.ledger.due(subscribe=False) if each.channel not in self._sids
        ]
        return self.replace("dead_instruments") if stuck else []

    def _on_refusal(self, answer: _Answer) -> list[Action]:
        code, text = str(answer.msg.code), answer.msg.msg
        asked = self.ledger.asked(answer.id)
        if asked is None:
            return self._on_death(answer.sid, code) + self.refused((), code, text)
        if not asked.is_subscribe:
            self.ledger.answered(answer.id)
            self.ledger.left(asked.topics)
            return []
        named = [topic for topic in asked.topics if topic.key == answer.msg.market_ticker]
        actions = self.refused(named or asked.topics, code, text)
        # One market at fault is told on its own, and the others' answer follows.
        if not named or not any(map(self.ledger.is_asked, asked.topics)):
            self.ledger.answered(answer.id)
            self._opening.difference_update(topic.channel for topic in asked.topics)
        return actions

    def _on_death(self, sid: int | None, code: str) -> list[Action]:
        """Subscribe anew to a channel whose subscription died."""
        for channel in [each for each, number in self._sids.items() if number == sid]:
            if code in _DEAD:
                del self._sids[channel]
                self.ledger.lost(self.ledger.of_channel(channel))
        return []

    def _update(self, number: int, channel: str, action: str, tickers: list[str]) -> bytes:
        params = {"sids": [self._sids[channel]], "action": action, "market_tickers": tickers}
        return msgspec.json.encode({"id": number, "cmd": "update_subscription", "params": params})
