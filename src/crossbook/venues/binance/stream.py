"""The conduct of a socket to Binance's market streams."""

from collections.abc import Sequence

import msgspec

from crossbook.config import VenueConfig
from crossbook.model import Instrument
from crossbook.venues.answers import decoded
from crossbook.venues.binance import rest
from crossbook.venues.binance.config import BinanceConfig
from crossbook.venues.conduct import BOOK, TOP, TRADES, Conduct
from crossbook.venues.ledger import Topic
from crossbook.venues.requests import Request, Window
from crossbook.venues.stream import Action, Signer, StreamRules

__all__ = ["BinanceStream", "rules", "stream"]

_STREAMS_MAX = 1024


class _Error(msgspec.Struct):
    code: int | str = ""
    msg: str = ""


class _Answer(msgspec.Struct):
    id: int | str | None = None
    error: _Error | None = None
    code: int | str = ""
    msg: str = ""


_ANSWER = msgspec.json.Decoder(_Answer)


def rules(config: VenueConfig) -> StreamRules:
    """Return the limits: 1024 streams on a socket, each channel of an instrument is one."""
    return StreamRules(
        instruments_max=_STREAMS_MAX // len({BOOK, *config.channels}),
        connects=Window(300, 300.0),
        sends=Window(5, 1.0),
        lifetime_s=86_400.0,
        # The venue pings every 20 s, whatever the market does.
        silence_s=60.0,
        is_joined_by_numbers=True,
        base_over_rest=True,
    )


def stream(
    config: VenueConfig, instruments: Sequence[Instrument], signer: Signer | None = None
) -> "BinanceStream":
    """Return the conduct of a new socket."""
    assert isinstance(config, BinanceConfig)
    return BinanceStream(config, rules(config), instruments, signer)


class BinanceStream(Conduct):
    """`SUBSCRIBE` to raw streams; a book's base is fetched when its stream was confirmed.

    A name that does not exist is confirmed as well, and stays silent.
    """

    own_url = "wss://stream.binance.com:9443/ws"
    group_max = 200
    # The pong that the socket sends by itself counts, too.
    spare_sends = 2

    _config: BinanceConfig

    def topics(self, instrument: Instrument) -> tuple[Topic, ...]:
        """Return a stream for each channel."""
        return self.channels(instrument.native)

    def size(self, topic: Topic) -> int:
        """Return the length of the stream's name."""
        return len(self._name(topic)) + 3

    def frame(self, topics: Sequence[Topic], number: int, now_ns: int, *, subscribe: bool) -> bytes:
        """Return a `SUBSCRIBE` or `UNSUBSCRIBE`."""
        del now_ns
        return msgspec.json.encode(
            {
                "method": "SUBSCRIBE" if subscribe else "UNSUBSCRIBE",
                "params": [self._name(topic) for topic in topics],
                "id": number,
            }
        )

    def base(self, instrument: Instrument) -> Request:
        """Return the request for the base."""
        return rest.snapshot(instrument, self._config.depth)

    def on_answer(self, kind: str, frame: bytes, now_ns: int) -> list[Action]:
        """Match by `id`; an error says why in one of two forms."""
        del now_ns
        answer = decoded(_ANSWER, frame)
        if answer is None:
            return []
        asked = self.ledger.answered(answer.id if isinstance(answer.id, int) else None)
        error = answer.error or _Error(answer.code, answer.msg)
        if kind == "refused":
            if asked is None or not asked.is_subscribe:
                return self.refused((), str(error.code), error.msg)
            return self.refused(asked.topics, str(error.code), error.msg)
        if asked is None:
            return []
        if asked.is_subscribe:
            return self.confirmed(asked.topics)
        self.ledger.left(asked.topics)
        return []

    def _name(self, topic: Topic) -> str:
        speed = "" if self._config.speed == "1000ms" else f"@{self._config.speed}"
        suffix = {BOOK: f"depth{speed}", TRADES: "trade", TOP: "bookTicker"}[topic.channel]
        return f"{topic.key.lower()}@{suffix}"
