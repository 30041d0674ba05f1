"""What the conduct of every venue's socket has in common: who is asked for, answered, in time."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit, urlunsplit

from crossbook.config import VenueConfig
from crossbook.model import Instrument
from crossbook.venues.ledger import Asked, Ledger, Topic
from crossbook.venues.pace import Pace
from crossbook.venues.requests import Request
from crossbook.venues.stream import (
    Accepted,
    Action,
    Fetch,
    Ping,
    Refused,
    Replace,
    Send,
    Signer,
    StreamRules,
)

__all__ = ["BOOK", "TOP", "TRADES", "Conduct", "address"]

BOOK, TRADES, TOP = "book", "trades", "top"
"""The channels of the configuration, whatever a venue calls them."""

_TEXT_MAX = 200
_LIFETIME_SHARE = 0.98
"""The venue's clock started when it saw the handshake, which is before ours did."""


class Conduct(ABC):
    """The conduct of one socket, but for a venue's own words.

    A subclass says how a frame reads (`frame`), which topics fit into one (`fits`), and what an
    answer means (`on_answer`), and asks `ledger` what was asked for.

    Args:
        config: the venue's settings.
        rules: its limits.
        instruments: what to subscribe to when the socket opens.
        signer: makes headers of the handshake.
    """

    own_url: str
    """The venue's own address."""
    ping_every_s: float | None = None
    """The client says a word this often; `None`: it need not."""
    spare_sends: int = 1
    """Messages of the limit that are left to pings and pongs."""
    group_max: int = 1 << 30
    """Topics in one frame."""
    bytes_max: int | None = None
    """Bytes of the topics in one frame."""
    unanswered_max: int | None = None
    """Topics that may wait for their answers at a time. Where each has an answer of its own they
    come in a burst, of which a feed keeps so many and no more."""

    def __init__(
        self,
        config: VenueConfig,
        rules: StreamRules,
        instruments: Sequence[Instrument],
        signer: Signer | None = None,
    ) -> None:
        self.rules = rules
        self._config = config
        self._signer = signer
        self.ledger = Ledger()
        self._pace = Pace(rules.sends)
        self._opened_ns: int | None = None
        self._pinged_ns = 0
        self._is_replaced = False
        self._add(instruments)

    # ------------------------------------------------------------ the venue's own

    @abstractmethod
    def topics(self, instrument: Instrument) -> tuple[Topic, ...]:
        """Return what is subscribed to for an instrument; its book comes first."""

    @abstractmethod
    def frame(self, topics: Sequence[Topic], number: int, now_ns: int, *, subscribe: bool) -> bytes:
        """Return the frame that subscribes to topics, or leaves them."""

    @abstractmethod
    def on_answer(self, kind: str, frame: bytes, now_ns: int) -> list[Action]:
        """Return what follows from an answer (`ack`, `refused`) or a change of state."""

    def fits(self, first: Topic, other: Topic) -> bool:
        """Return whether two topics may stand in one frame."""
        del first, other
        return True

    def is_ready(self, topic: Topic, *, subscribe: bool) -> bool:
        """Return whether a topic can be asked for, or left, at this point."""
        del topic, subscribe
        return True

    def on_unanswered(self, topics: Sequence[Topic]) -> list[Action]:
        """Return what follows when a frame was not answered in time, beside asking again."""
        del topics
        return []

    def size(self, topic: Topic) -> int:
        """Return how many bytes a topic adds to a frame."""
        return len(topic.key) + 3

    def ping(self, now_ns: int) -> Send | Ping:
        """Return the venue's way to say a word."""
        del now_ns
        return Ping()

    def base(self, instrument: Instrument) -> Request | None:
        """Return the request for a book's base; `None`: it comes over the socket."""
        del instrument
        return None

    def greeting(self, now_ns: int) -> list[bytes]:
        """Return frames that precede all subscriptions."""
        del now_ns
        return []

    # ------------------------------------------------------------ what is asked of it

    @property
    def url(self) -> str:
        """Where to connect to."""
        return address(self.own_url, self._config.ws_url)

    def headers(self, now_ns: int) -> Sequence[tuple[str, str]]:
        """Return the signed headers of the handshake, if somebody signs."""
        return () if self._signer is None else self._signer(now_ns)

    def on_open(self, now_ns: int) -> list[Action]:
        """Subscribe to everything, as fast as the venue allows."""
        self._opened_ns = self._pinged_ns = now_ns
        actions: list[Action] = []
        for payload in self.greeting(now_ns):
            self._pace.take(now_ns)
            actions.append(Send(payload))
        return actions + self._flush(now_ns)

    def on_control(self, kind: str, frame: bytes, now_ns: int) -> list[Action]:
        """Match an answer with what was asked."""
        if kind == "closing":
            return self.replace("closing")
        return self.on_answer(kind, frame, now_ns) + self._flush(now_ns)

    def on_idle(self, now_ns: int) -> list[Action]:
        """Ping, ask again for what nobody answered, and send what had to wait."""
        if self._opened_ns is None:
            return []
        actions: list[Action] = []
        # A word before the first subscription makes Polymarket close the socket.
        is_begun = self.ledger.is_begun and self.ping_every_s is not None
        if is_begun and now_ns - self._pinged_ns >= (self.ping_every_s or 0) * 1e9:
            self._pinged_ns = now_ns
            self._pace.take(now_ns)
            actions.append(self.ping(now_ns))
        lifetime_s = self.rules.lifetime_s
        if lifetime_s is not None:
            age_ns = now_ns - self._opened_ns
            if age_ns >= lifetime_s * _LIFETIME_SHARE * 1e9:
                actions += self.replace("lifetime")
        for asked in self.ledger.overdue(now_ns - round(self.rules.subscribed_within_s * 1e9)):
            actions += self.on_unanswered(asked.topics)
        return actions + self._flush(now_ns)

    def subscribe(self, instruments: Sequence[Instrument], now_ns: int) -> list[Action]:
        """Add instruments."""
        self._add(instruments)
        return self._flush(now_ns)

    def unsubscribe(self, instruments: Sequence[Instrument], now_ns: int) -> list[Action]:
        """Let instruments go; a topic stays as long as one of its instruments does."""
        for instrument in instruments:
            self.ledger.remove(self.topics(instrument), instrument)
        return self._flush(now_ns)

    def resync(self, instrument: Instrument, now_ns: int) -> list[Action]:
        """Fetch a base, or leave the book's topic and join it again."""
        topic = self.topics(instrument)[0]
        if not self.ledger.holds(topic):
            return []
        request = self.base(instrument)
        if request is None:
            self.ledger.renew(topic)
            return self._flush(now_ns)
        # Before the venue says that changes come, a base would be older than they are.
        return [Fetch(instrument, request)] if self.ledger.is_live(topic) else []

    # ------------------------------------------------------------ what a subclass calls

    def confirmed(self, topics: Iterable[Topic]) -> list[Action]:
        """Take subscriptions as confirmed, and get the bases of their books."""
        accepted: list[Instrument] = []
        fetches: list[Action] = []
        for topic in self.ledger.confirm(topics):
            owners = self.ledger.owners(topic.key)
            if topic.channel != BOOK or not owners:
                continue
            accepted += owners
            if (request := self.base(owners[0])) is not None:
                fetches.append(Fetch(owners[0], request))
        return [Accepted(tuple(accepted)), *fetches] if accepted else []

    def refused(self, topics: Sequence[Topic], code: str, text: str) -> list[Action]:
        """Take topics of one frame as refused: one alone is out, several are asked for again."""
        out = self.ledger.refuse(topics)
        if out is None and len(topics) > 1:
            return []
        # Without its trades an instrument still brings its book.
        is_book = out is not None and out.channel == BOOK
        instruments = self.ledger.owners(out.key) if out is not None and is_book else ()
        return [Refused(instruments, code, text[:_TEXT_MAX])]

    def channels(self, key: str) -> tuple[Topic, ...]:
        """Return a topic for each configured channel, the book first."""
        wanted = set(self._config.channels) | {BOOK}
        return tuple(Topic(channel, key) for channel in (BOOK, TRADES, TOP) if channel in wanted)

    def replace(self, reason: str) -> list[Action]:
        """Ask once for another socket."""
        if self._is_replaced:
            return []
        self._is_replaced = True
        return [Replace(reason)]

    # ------------------------------------------------------------ inside

    def _add(self, instruments: Sequence[Instrument]) -> None:
        for instrument in instruments:
            for topic in self.topics(instrument):
                self.ledger.add(topic, instrument)

    def _flush(self, now_ns: int) -> list[Action]:
        """Send what waits, leavers first, as far as the limits allow."""
        actions: list[Action] = []
        if self._opened_ns is None:
            return actions
        for subscribe in (False, True):
            waiting = self.ledger.due(subscribe=subscribe)
            while self._pace.free(now_ns) > self._kept_back() and self._is_heard():
                waiting = [each for each in waiting if self.is_ready(each, subscribe=subscribe)]
                if not waiting:
                    break
                group = self._group(waiting)
                waiting = [topic for topic in waiting if topic not in group]
                actions += self._ask(tuple(group), now_ns, subscribe=subscribe)
        return actions

    def _is_heard(self) -> bool:
        """Return whether the answers to one more frame can be kept."""
        if self.unanswered_max is None:
            return True
        waiting = self.ledger.unanswered
        return waiting == 0 or waiting + self.group_max <= self.unanswered_max

    def _kept_back(self) -> int:
        limit = self.rules.sends
        return 0 if limit is None else min(self.spare_sends, limit.count - 1)

    def _group(self, waiting: Sequence[Topic]) -> dict[Topic, None]:
        """Return the first topics that fit into one frame."""
        first = waiting[0]
        group: dict[Topic, None] = {}
        room, count_max = self.bytes_max, self.group_max
        for topic in waiting:
            count = min(count_max, self.ledger.group_max(topic))
            size = self.size(topic)
            if not self.fits(first, topic) or len(group) >= count:
                continue
            if group and room is not None and size > room:
                break
            group[topic] = None
            count_max = count
            room = None if room is None else room - size
            if len(group) >= count_max:
                break
        return group

    def _ask(self, topics: tuple[Topic, ...], now_ns: int, *, subscribe: bool) -> list[Action]:
        number, is_answered = self.ledger.next_number(), self.rules.answers_subscriptions
        taken = self._pace.take(now_ns)
        assert taken, "the caller saw room for it"
        self.ledger.sent(number, Asked(subscribe, topics, now_ns), is_answered=is_answered)
        send = Send(self.frame(topics, number, now_ns, subscribe=subscribe))
        if is_answered:
            return [send]
        if subscribe:
            return [send, *self.confirmed(topics)]
        self.ledger.left(topics)
        return [send]


def address(own: str, configured: str | None) -> str:
    """Return where to connect to: a configured host keeps the venue's own path.

    Args:
        own: the venue's own address.
        configured: another one; one with a path of its own is taken as it is.

    Examples:
        >>> address("wss://ws.kraken.com/v2", "ws://127.0.0.1:9000")
        'ws://127.0.0.1:9000/v2'
        >>> address("wss://ws.kraken.com/v2", "ws://127.0.0.1:9000/mine")
        'ws://127.0.0.1:9000/mine'
    """
    if configured is None:
        return own
    theirs, ours = urlsplit(configured), urlsplit(own)
    if theirs.path not in {"", "/"} or theirs.query:
        return configured
    return urlunsplit((theirs.scheme, theirs.netloc, ours.path, ours.query, ""))
