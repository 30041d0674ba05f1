"""The conduct of a socket to Bybit's public spot stream."""

from collections.abc import Sequence

import msgspec

from crossbook.config import VenueConfig
from crossbook.model import Instrument
from crossbook.venues.answers import decoded
from crossbook.venues.bybit.config import BybitConfig
from crossbook.venues.conduct import BOOK, TRADES, Conduct
from crossbook.venues.ledger import Topic
from crossbook.venues.requests import Window
from crossbook.venues.stream import Action, Send, Signer, StreamRules

__all__ = ["BybitStream", "rules", "stream"]

_ARGUMENTS_MAX = 21_000
"""Characters of all arguments of a socket."""
_ARGUMENT = 40
"""Characters of a long one: `orderbook.1000.1000000MOGUSDT`, with quotes and comma."""


class _Answer(msgspec.Struct):
    success: bool = True
    ret_msg: str = ""
    req_id: str = ""


_ANSWER = msgspec.json.Decoder(_Answer)


def rules(config: VenueConfig) -> StreamRules:
    """Return the limits, of which that on the length of all arguments counts."""
    channels = len({BOOK, *config.channels} & {BOOK, TRADES})
    return StreamRules(
        instruments_max=_ARGUMENTS_MAX // _ARGUMENT // channels,
        connects=Window(500, 300.0),
        # The answer to each ping is a sign of life.
        silence_s=45.0,
        is_joined_by_numbers=True,
    )


def stream(
    config: VenueConfig, instruments: Sequence[Instrument], signer: Signer | None = None
) -> "BybitStream":
    """Return the conduct of a new socket."""
    assert isinstance(config, BybitConfig)
    return BybitStream(config, rules(config), instruments, signer)


class BybitStream(Conduct):
    """Ten topics a frame; one that does not exist spoils its frame.

    A book is resynced by leaving its topic and joining it again.
    """

    own_url = "wss://stream.bybit.com/v5/public/spot"
    ping_every_s = 20.0
    group_max = 10

    _config: BybitConfig

    def topics(self, instrument: Instrument) -> tuple[Topic, ...]:
        """Return book and trades: the best prices of spot are a book of one level."""
        both = self.channels(instrument.native)
        return tuple(topic for topic in both if topic.channel in {BOOK, TRADES})

    def ping(self, now_ns: int) -> Send:
        """Return a `ping`."""
        del now_ns
        return Send(b'{"op":"ping"}')

    def frame(self, topics: Sequence[Topic], number: int, now_ns: int, *, subscribe: bool) -> bytes:
        """Return a `subscribe` or `unsubscribe`."""
        del now_ns
        return msgspec.json.encode(
            {
                "op": "subscribe" if subscribe else "unsubscribe",
                "args": [self._name(topic) for topic in topics],
                "req_id": str(number),
            }
        )

    def on_answer(self, kind: str, frame: bytes, now_ns: int) -> list[Action]:
        """Match by `req_id`, which failures may lack: then by the topic that they name."""
        del now_ns
        answer = decoded(_ANSWER, frame)
        if answer is None:
            return []
        number = int(answer.req_id) if answer.req_id.isdecimal() else None
        if kind != "refused":
            asked = self.ledger.answered(number)
            if asked is None:
                return []
            if asked.is_subscribe:
                return self.confirmed(asked.topics)
            self.ledger.left(asked.topics)
            return []
        return self._on_refusal(number, answer.ret_msg)

    def _on_refusal(self, number: int | None, text: str) -> list[Action]:
        asked = self.ledger.answered(self.ledger.oldest() if number is None else number)
        if asked is None:
            return self.refused((), "", text)
        if not asked.is_subscribe:
            self.ledger.left(asked.topics)
            return []
        if "already subscribed" in text:
            return self.confirmed(asked.topics)
        return self.refused(asked.topics, "", text)

    def _name(self, topic: Topic) -> str:
        if topic.channel == BOOK:
            return f"orderbook.{self._config.depth}.{topic.key}"
        return f"publicTrade.{topic.key}"
