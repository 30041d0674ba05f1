"""The conduct of a socket to Coinbase: Advanced Trade, or the feed of Exchange."""

from collections.abc import Iterable, Sequence

import msgspec

from crossbook.config import VenueConfig
from crossbook.model import Instrument
from crossbook.venues.answers import decoded
from crossbook.venues.coinbase.config import CoinbaseConfig
from crossbook.venues.conduct import BOOK, TOP, TRADES, Conduct
from crossbook.venues.ledger import Topic
from crossbook.venues.requests import Window
from crossbook.venues.stream import Action, Signer, StreamRules

__all__ = ["AdvancedStream", "ExchangeStream", "rules", "stream"]

_ADVANCED = {BOOK: "level2", TRADES: "market_trades", TOP: "ticker"}
_EXCHANGE = {BOOK: "level2_batch", TRADES: "matches", TOP: "ticker"}


class _Event(msgspec.Struct):
    subscriptions: dict[str, list[str]] = {}


class _Channel(msgspec.Struct):
    name: str = ""
    product_ids: list[str] = []


class _Answer(msgspec.Struct):
    events: list[_Event] = []
    channels: list[_Channel] = []
    message: str = ""
    reason: str = ""


_ANSWER = msgspec.json.Decoder(_Answer)


def rules(config: VenueConfig) -> StreamRules:
    """Return the limits; none is published on products.

    A gap leaves every book of a socket in doubt, and large snapshots delay heartbeats: few
    products share one.
    """
    assert isinstance(config, CoinbaseConfig)
    return StreamRules(
        instruments_max=20,
        connects=Window(8, 1.0),
        sends=Window(8 if config.product == "advanced" else 100, 1.0),
        # Heartbeats come each second.
        silence_s=10.0,
    )


def stream(
    config: VenueConfig, instruments: Sequence[Instrument], signer: Signer | None = None
) -> "AdvancedStream | ExchangeStream":
    """Return the conduct of a new socket."""
    assert isinstance(config, CoinbaseConfig)
    kind = AdvancedStream if config.product == "advanced" else ExchangeStream
    return kind(config, rules(config), instruments, signer)


class _CoinbaseStream(Conduct):
    """What both feeds have in common: an answer lists everything that is subscribed to.

    A book is resynced by leaving its channel and joining it again. Errors name no frame: they
    come in the order of the frames.
    """

    # Silent channels are closed after a minute or so, but heartbeats keep the socket.
    group_max = 20

    def topics(self, instrument: Instrument) -> tuple[Topic, ...]:
        """Return a channel each, under the product whose book it is: USDC shares that of USD."""
        return self.channels(instrument.book_native or instrument.native)

    def fits(self, first: Topic, other: Topic) -> bool:
        """Return whether both are of one channel."""
        return first.channel == other.channel

    def on_answer(self, kind: str, frame: bytes, now_ns: int) -> list[Action]:
        """Compare what was asked with what the venue lists."""
        del now_ns
        answer = decoded(_ANSWER, frame)
        if answer is None:
            return []
        if kind == "refused":
            return self._on_refusal(answer)
        return self._on_list(set(self.listed(answer))) if kind == "ack" else []

    def listed(self, answer: _Answer) -> Iterable[Topic]:
        """Yield the topics of an answer."""
        raise NotImplementedError

    def _on_list(self, listed: set[Topic]) -> list[Action]:
        actions: list[Action] = []
        for number, asked in self.ledger.waiting():
            there = listed.issuperset(asked.topics)
            if asked.is_subscribe and there:
                self.ledger.answered(number)
                actions += self.confirmed(asked.topics)
            elif not asked.is_subscribe and listed.isdisjoint(asked.topics):
                self.ledger.answered(number)
                self.ledger.left(asked.topics)
        return actions

    def _on_refusal(self, answer: _Answer) -> list[Action]:
        text = " ".join(filter(None, (answer.message, answer.reason)))
        asked = self.ledger.answered(self.ledger.oldest())
        if asked is None:
            return self.refused((), "", text)
        if not asked.is_subscribe:
            self.ledger.left(asked.topics)
            return []
        return self.refused(asked.topics, "", text)


class AdvancedStream(_CoinbaseStream):
    """Advanced Trade. Its messages are numbered over the whole socket."""

    own_url = "wss://advanced-trade-ws.coinbase.com"

    def greeting(self, now_ns: int) -> list[bytes]:
        """Return the subscription to heartbeats, which also comes within the 5 s allowed."""
        del now_ns
        return [b'{"type":"subscribe","channel":"heartbeats"}']

    def frame(self, topics: Sequence[Topic], number: int, now_ns: int, *, subscribe: bool) -> bytes:
        """Return a `subscribe` or `unsubscribe` of one channel."""
        del number, now_ns
        return msgspec.json.encode(
            {
                "type": "subscribe" if subscribe else "unsubscribe",
                "product_ids": [topic.key for topic in topics],
                "channel": _ADVANCED[topics[0].channel],
            }
        )

    def listed(self, answer: _Answer) -> Iterable[Topic]:
        """Yield the topics of an answer."""
        names = {name: channel for channel, name in _ADVANCED.items()}
        for event in answer.events:
            for name, products in event.subscriptions.items():
                if name in names:
                    yield from (Topic(names[name], product) for product in products)


class ExchangeStream(_CoinbaseStream):
    """The feed of Exchange. Each product has heartbeats of its own, which follow its book."""

    own_url = "wss://ws-feed.exchange.coinbase.com"

    def frame(self, topics: Sequence[Topic], number: int, now_ns: int, *, subscribe: bool) -> bytes:
        """Return a `subscribe` or `unsubscribe` of one channel."""
        del number, now_ns
        channel = topics[0].channel
        return msgspec.json.encode(
            {
                "type": "subscribe" if subscribe else "unsubscribe",
                "product_ids": [topic.key for topic in topics],
                "channels": [_EXCHANGE[channel], *(["heartbeat"] if channel == BOOK else [])],
            }
        )

    def listed(self, answer: _Answer) -> Iterable[Topic]:
        """Yield the topics of an answer; the venue lists `level2_batch` as `level2_50`, too."""
        names = {name: channel for channel, name in _EXCHANGE.items()} | {"level2_50": BOOK}
        for channel in answer.channels:
            if channel.name in names:
                yield from (Topic(names[channel.name], each) for each in channel.product_ids)
