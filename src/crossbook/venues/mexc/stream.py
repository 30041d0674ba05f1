"""The conduct of a socket to MEXC's protobuf streams: commands are JSON all the same."""

import re
from collections.abc import Sequence

import msgspec

from crossbook.config import VenueConfig
from crossbook.model import Instrument
from crossbook.venues.answers import decoded
from crossbook.venues.conduct import BOOK, TOP, TRADES, Conduct
from crossbook.venues.ledger import Asked, Topic
from crossbook.venues.mexc import rest
from crossbook.venues.mexc.config import MexcConfig
from crossbook.venues.requests import Request, Window
from crossbook.venues.stream import Action, Send, Signer, StreamRules

__all__ = ["MexcStream", "rules", "stream"]

_SUBSCRIPTIONS_MAX = 30
_CHANNELS = {BOOK: "depth", TRADES: "deals", TOP: "bookTicker"}
_TOPICS = {name: channel for channel, name in _CHANNELS.items()}
_NAME = re.compile(r"spot@public\.aggre\.(\w+)\.v3\.api\.pb@\w+@(\w+)")


class _Answer(msgspec.Struct):
    msg: str = ""
    code: int = 0


_ANSWER = msgspec.json.Decoder(_Answer)


def rules(config: VenueConfig) -> StreamRules:
    """Return the limits: 30 subscriptions on a socket, each channel of an instrument is one."""
    return StreamRules(
        instruments_max=_SUBSCRIPTIONS_MAX // len({BOOK, *config.channels}),
        connects=Window(5, 1.0),
        sends=Window(100, 1.0),
        lifetime_s=86_400.0,
        # The answer to each ping is a sign of life.
        silence_s=45.0,
        is_joined_by_numbers=True,
        base_over_rest=True,
    )


def stream(
    config: VenueConfig, instruments: Sequence[Instrument], signer: Signer | None = None
) -> "MexcStream":
    """Return the conduct of a new socket."""
    assert isinstance(config, MexcConfig)
    return MexcStream(config, rules(config), instruments, signer)


class MexcStream(Conduct):
    """An answer gives the names of channels back, whether they were joined or left.

    A refusal has code 0, too: it tells itself by its words. A book's base is fetched when its
    channel was confirmed.
    """

    own_url = "wss://wbs-api.mexc.com/ws"
    # The venue cuts who gets nothing for 60 s.
    ping_every_s = 20.0
    group_max = _SUBSCRIPTIONS_MAX

    _config: MexcConfig

    def topics(self, instrument: Instrument) -> tuple[Topic, ...]:
        """Return a channel each."""
        return self.channels(instrument.native)

    def ping(self, now_ns: int) -> Send:
        """Return a `PING`."""
        del now_ns
        return Send(b'{"method":"PING"}')

    def base(self, instrument: Instrument) -> Request:
        """Return the request for the base."""
        return rest.snapshot(instrument, self._config.depth)

    def frame(self, topics: Sequence[Topic], number: int, now_ns: int, *, subscribe: bool) -> bytes:
        """Return a `SUBSCRIPTION` or `UNSUBSCRIPTION`."""
        del now_ns
        return msgspec.json.encode(
            {
                "method": "SUBSCRIPTION" if subscribe else "UNSUBSCRIPTION",
                "params": [self._name(topic) for topic in topics],
                "id": number,
            }
        )

    def on_answer(self, kind: str, frame: bytes, now_ns: int) -> list[Action]:
        """Match by the channels that are named."""
        del now_ns
        answer = decoded(_ANSWER, frame)
        if answer is None:
            return []
        named = [
            Topic(_TOPICS[channel], key)
            for channel, key in _NAME.findall(answer.msg)
            if channel in _TOPICS
        ]
        asked = self._frame_of(named)
        if kind == "refused":
            return self._on_refusal(asked, named, answer)
        if asked is not None and asked.is_subscribe:
            return self.confirmed(named)
        self.ledger.left(named)
        return []

    def _frame_of(self, named: Sequence[Topic]) -> Asked | None:
        """Return the oldest frame that asked for one of these; its number is not always echoed."""
        for number, asked in self.ledger.waiting():
            if not set(named).isdisjoint(asked.topics):
                return self.ledger.answered(number)
        return None

    def _on_refusal(
        self, asked: Asked | None, named: Sequence[Topic], answer: _Answer
    ) -> list[Action]:
        """Refuse those that are named, and ask again for the others: nobody confirmed them."""
        self.ledger.left(named)
        actions = [
            action
            for topic in named
            for action in self.refused([topic], str(answer.code or ""), answer.msg)
        ]
        self.ledger.lost(topic for topic in (asked.topics if asked else ()) if topic not in named)
        return actions or self.refused((), str(answer.code or ""), answer.msg)

    def _name(self, topic: Topic) -> str:
        channel = _CHANNELS[topic.channel]
        return f"spot@public.aggre.{channel}.v3.api.pb@{self._config.speed}@{topic.key}"
