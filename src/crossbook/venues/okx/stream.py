"""The conduct of a socket to OKX's public channels."""

import re
from collections.abc import Sequence

import msgspec

from crossbook.config import VenueConfig
from crossbook.model import Instrument
from crossbook.venues.answers import decoded
from crossbook.venues.conduct import BOOK, TOP, TRADES, Conduct
from crossbook.venues.ledger import Topic
from crossbook.venues.okx.config import OkxConfig
from crossbook.venues.requests import Window
from crossbook.venues.stream import Action, Send, Signer, StreamRules

__all__ = ["OkxStream", "rules", "stream"]

# `bbo-tbt` is a book of one level, which would take the place of the deep one.
_CHANNELS = {BOOK: "books", TRADES: "trades", TOP: "tickers"}
_TOPICS = {name: channel for channel, name in _CHANNELS.items()}
_NAMED = re.compile(r"instId:([A-Z0-9-]+)")


class _Argument(msgspec.Struct):
    channel: str = ""
    instId: str = ""  # noqa: N815 -- the venue's own spelling


class _Answer(msgspec.Struct):
    event: str = ""
    id: str = ""
    arg: _Argument | None = None
    code: str = ""
    msg: str = ""


_ANSWER = msgspec.json.Decoder(_Answer)


def rules(config: VenueConfig) -> StreamRules:
    """Return the limits; none is published on instruments, ours is modest."""
    return StreamRules(
        instruments_max=240 // len({BOOK, *config.channels}),
        connects=Window(3, 1.0),
        # Subscriptions, so it says; pings count here, too, which is the safe side.
        sends=Window(480, 3600.0),
        # The answer to each ping is a sign of life.
        silence_s=45.0,
        is_joined_by_numbers=True,
    )


def stream(
    config: VenueConfig, instruments: Sequence[Instrument], signer: Signer | None = None
) -> "OkxStream":
    """Return the conduct of a new socket."""
    assert isinstance(config, OkxConfig)
    return OkxStream(config, rules(config), instruments, signer)


class OkxStream(Conduct):
    """Each argument is answered on its own.

    A book is resynced by leaving its channel and joining it again, which costs two of the 480
    messages an hour.
    """

    own_url = "wss://ws.okx.com:8443/ws/v5/public"
    # The venue cuts who is silent for 30 s.
    ping_every_s = 20.0
    # As many as the pings of an hour.
    spare_sends = 180
    group_max = 30
    unanswered_max = 60
    # 64 KB are allowed.
    bytes_max = 60_000

    _config: OkxConfig

    def topics(self, instrument: Instrument) -> tuple[Topic, ...]:
        """Return a channel each."""
        return self.channels(instrument.native)

    def size(self, topic: Topic) -> int:
        """Return the length of the argument."""
        return len(topic.key) + len(_CHANNELS[topic.channel]) + 30

    def ping(self, now_ns: int) -> Send:
        """Return the text `ping`: as JSON it is refused."""
        del now_ns
        return Send(b"ping")

    def frame(self, topics: Sequence[Topic], number: int, now_ns: int, *, subscribe: bool) -> bytes:
        """Return a `subscribe` or `unsubscribe`."""
        del now_ns
        return msgspec.json.encode(
            {
                "id": str(number),
                "op": "subscribe" if subscribe else "unsubscribe",
                "args": [
                    {"channel": _CHANNELS[topic.channel], "instId": topic.key} for topic in topics
                ],
            }
        )

    def on_answer(self, kind: str, frame: bytes, now_ns: int) -> list[Action]:
        """Match by argument; an error may only name it in its words, or not at all."""
        del now_ns
        answer = decoded(_ANSWER, frame)
        if answer is None:
            return []
        if kind == "refused":
            return self._on_refusal(answer)
        if answer.arg is None or answer.arg.channel not in _TOPICS:
            return []
        topics = [Topic(_TOPICS[answer.arg.channel], answer.arg.instId)]
        if answer.event == "unsubscribe":
            self.ledger.left(topics)
            return []
        return self.confirmed(topics)

    def _on_refusal(self, answer: _Answer) -> list[Action]:
        asked = self.ledger.asked(int(answer.id) if answer.id.isdecimal() else self.ledger.oldest())
        topics: Sequence[Topic] = asked.topics if asked else ()
        named = set(_NAMED.findall(answer.msg))
        if answer.arg is not None:
            named = {answer.arg.instId}
        if named:
            topics = [topic for topic in topics if topic.key in named]
        if asked is not None and not asked.is_subscribe:
            self.ledger.left(topics)
            return []
        return self.refused(topics, answer.code, answer.msg)
