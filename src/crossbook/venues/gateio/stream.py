"""The conduct of a socket to Gate.io's spot websocket."""

from collections.abc import Sequence

import msgspec

from crossbook.config import VenueConfig
from crossbook.model import Instrument
from crossbook.venues.answers import decoded
from crossbook.venues.conduct import BOOK, TOP, TRADES, Conduct
from crossbook.venues.gateio import rest
from crossbook.venues.gateio.config import GateioConfig
from crossbook.venues.ledger import Topic
from crossbook.venues.requests import Request, Window
from crossbook.venues.stream import Action, Send, Signer, StreamRules

__all__ = ["GateioStream", "rules", "stream"]

_CHANNELS = {TRADES: "spot.trades", TOP: "spot.book_ticker"}
_SECOND_NS = 1_000_000_000


class _Fault(msgspec.Struct):
    code: int | str = ""
    message: str = ""


class _Answer(msgspec.Struct):
    id: int | str | None = None
    error: _Fault | None = None


_ANSWER = msgspec.json.Decoder(_Answer)


def rules(config: VenueConfig) -> StreamRules:
    """Return the limits; the venue publishes none on instruments or messages, ours is modest."""
    assert isinstance(config, GateioConfig)
    return StreamRules(
        instruments_max=200 // len({BOOK, *config.channels}),
        connects=Window(5, 1.0),
        # The answer to each ping is a sign of life.
        silence_s=45.0,
        is_joined_by_numbers=True,
        base_over_rest=config.variant == "order_book_update",
    )


def stream(
    config: VenueConfig, instruments: Sequence[Instrument], signer: Signer | None = None
) -> "GateioStream":
    """Return the conduct of a new socket."""
    assert isinstance(config, GateioConfig)
    return GateioStream(config, rules(config), instruments, signer)


class GateioStream(Conduct):
    """One channel a frame, few pairs in it: one that does not exist spoils its frame."""

    own_url = "wss://api.gateio.ws/ws/v4/"
    ping_every_s = 15.0
    group_max = 10

    _config: GateioConfig

    def topics(self, instrument: Instrument) -> tuple[Topic, ...]:
        """Return a channel each."""
        return self.channels(instrument.native)

    def fits(self, first: Topic, other: Topic) -> bool:
        """Return whether both are of one channel that takes several pairs."""
        if first.channel == BOOK and self._config.variant == "order_book_update":
            return first == other
        return first.channel == other.channel

    def base(self, instrument: Instrument) -> Request | None:
        """Return the request for the base of `order_book_update`."""
        return rest.snapshot(instrument) if self.rules.base_over_rest else None

    def ping(self, now_ns: int) -> Send:
        """Return a `spot.ping`."""
        return Send(msgspec.json.encode({"time": now_ns // _SECOND_NS, "channel": "spot.ping"}))

    def frame(self, topics: Sequence[Topic], number: int, now_ns: int, *, subscribe: bool) -> bytes:
        """Return a `subscribe` or `unsubscribe`; the venue wants to know the time."""
        channel, payload = self._words(topics)
        return msgspec.json.encode(
            {
                "time": now_ns // _SECOND_NS,
                "id": number,
                "channel": channel,
                "event": "subscribe" if subscribe else "unsubscribe",
                "payload": payload,
            }
        )

    def on_answer(self, kind: str, frame: bytes, now_ns: int) -> list[Action]:
        """Match by `id`."""
        del now_ns
        answer = decoded(_ANSWER, frame)
        if answer is None:
            return []
        asked = self.ledger.answered(answer.id if isinstance(answer.id, int) else None)
        error = answer.error or _Fault()
        if asked is None:
            return self.refused((), str(error.code), error.message) if kind == "refused" else []
        if not asked.is_subscribe:
            # One that is not subscribed cannot be left, which is what was wanted.
            self.ledger.left(asked.topics)
            return []
        # A book that is subscribed twice is refused, and goes on.
        if kind == "refused" and "lert sub" not in error.message:
            return self.refused(asked.topics, str(error.code), error.message)
        return self.confirmed(asked.topics)

    def _words(self, topics: Sequence[Topic]) -> tuple[str, list[str]]:
        channel, keys = topics[0].channel, [topic.key for topic in topics]
        if channel != BOOK:
            return _CHANNELS[channel], keys
        if self._config.variant == "order_book_update":
            return "spot.order_book_update", [*keys, "100ms"]
        return "spot.obu", [f"ob.{key}.{self._config.depth}" for key in keys]
