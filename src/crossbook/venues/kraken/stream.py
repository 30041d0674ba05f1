"""The conduct of a socket to Kraken's websocket v2."""

from collections.abc import Sequence

import msgspec

from crossbook.config import VenueConfig
from crossbook.model import Instrument
from crossbook.venues.answers import decoded
from crossbook.venues.conduct import BOOK, TOP, TRADES, Conduct
from crossbook.venues.kraken.config import KrakenConfig
from crossbook.venues.ledger import Topic
from crossbook.venues.requests import Window
from crossbook.venues.stream import Action, Send, Signer, StreamRules

__all__ = ["KrakenStream", "rules", "stream"]

_CHANNELS = {BOOK: "book", TRADES: "trade", TOP: "ticker"}
_TOPICS = {name: channel for channel, name in _CHANNELS.items()}


class _Subscription(msgspec.Struct):
    channel: str = ""
    symbol: str = ""


class _System(msgspec.Struct):
    system: str = ""


class _Answer(msgspec.Struct):
    method: str = ""
    channel: str = ""
    req_id: int | None = None
    success: bool = True
    error: str = ""
    symbol: str = ""
    result: _Subscription | None = None
    data: list[_System] = []


_ANSWER = msgspec.json.Decoder(_Answer)


def rules(config: VenueConfig) -> StreamRules:
    """Return the limits; the venue publishes none on instruments or messages, ours are modest."""
    return StreamRules(
        instruments_max=400 // len({BOOK, *config.channels}),
        connects=Window(150, 600.0),
        sends=Window(10, 1.0),
        # A heartbeat comes each second in which nothing else does.
        silence_s=10.0,
    )


def stream(
    config: VenueConfig, instruments: Sequence[Instrument], signer: Signer | None = None
) -> "KrakenStream":
    """Return the conduct of a new socket."""
    assert isinstance(config, KrakenConfig)
    return KrakenStream(config, rules(config), instruments, signer)


class KrakenStream(Conduct):
    """One channel a frame; each symbol is answered on its own.

    A book is resynced by leaving it, waiting for the answer, and joining it again.
    """

    own_url = "wss://ws.kraken.com/v2"
    # Each symbol has an answer of its own, and they come in a burst.
    group_max = 30
    unanswered_max = 60
    # The venue drops who is idle for about a minute.
    ping_every_s = 30.0

    _config: KrakenConfig

    def topics(self, instrument: Instrument) -> tuple[Topic, ...]:
        """Return the channels of a pair, by the name that websocket v2 has for it."""
        pair = f"{instrument.base}/{instrument.quote}"
        is_known = pair in (instrument.native, *instrument.aliases)
        return self.channels(pair if is_known else instrument.native)

    def fits(self, first: Topic, other: Topic) -> bool:
        """Return whether both are of one channel."""
        return first.channel == other.channel

    def ping(self, now_ns: int) -> Send:
        """Return a `ping`, whose `pong` counts as a sign of life."""
        del now_ns
        return Send(b'{"method":"ping"}')

    def frame(self, topics: Sequence[Topic], number: int, now_ns: int, *, subscribe: bool) -> bytes:
        """Return a `subscribe` or `unsubscribe`; both name the depth."""
        del now_ns
        channel = topics[0].channel
        params: dict[str, object] = {
            "channel": _CHANNELS[channel],
            "symbol": [topic.key for topic in topics],
        }
        if channel == BOOK:
            params["depth"] = self._config.depth
        if channel == TOP:
            params["event_trigger"] = "bbo"
        if subscribe:
            # Trades that were done before are of no use to a live feed.
            params["snapshot"] = channel != TRADES
        method = "subscribe" if subscribe else "unsubscribe"
        return msgspec.json.encode({"method": method, "params": params, "req_id": number})

    def on_answer(self, kind: str, frame: bytes, now_ns: int) -> list[Action]:
        """Match by `req_id` and symbol."""
        del now_ns
        answer = decoded(_ANSWER, frame)
        if answer is None:
            return []
        if answer.channel == "status":
            return self._on_status(answer)
        symbol = answer.result.symbol if answer.result else answer.symbol
        if kind == "refused":
            return self._on_refusal(answer, symbol)
        if answer.result is None or answer.result.channel not in _TOPICS:
            return []
        topics = [Topic(_TOPICS[answer.result.channel], symbol)]
        if answer.method == "unsubscribe":
            self.ledger.left(topics)
            return []
        return self.confirmed(topics)

    def _on_status(self, answer: _Answer) -> list[Action]:
        """Leave before maintenance ends the socket."""
        if any(each.system == "maintenance" for each in answer.data):
            return self.replace("closing")
        return []

    def _on_refusal(self, answer: _Answer, symbol: str) -> list[Action]:
        asked = self.ledger.asked(answer.req_id)
        topics = [topic for topic in (asked.topics if asked else ()) if symbol in {topic.key, ""}]
        if answer.method == "unsubscribe":
            # It is not subscribed, which is what was wanted.
            self.ledger.left(topics)
            return []
        if "lready subscribed" in answer.error:
            return self.confirmed(topics)
        # Without a symbol it was the frame, not the pair: "Exceeded msg rate". It waits its turn.
        return self.refused(topics if symbol else (), "", answer.error)
