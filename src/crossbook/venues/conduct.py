"""What the conduct of every venue's socket has in common: who is asked for, answered, in time."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from crossbook.config import VenueConfig
from crossbook.model import Instrument
from crossbook.venues.requests import Request, Window
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

__all__ = ["BOOK", "TOP", "TRADES", "Asked", "Conduct", "Pace", "Topic", "address"]

BOOK, TRADES, TOP = "book", "trades", "top"
"""The channels of the configuration, whatever a venue calls them."""

_TEXT_MAX = 200
_LIFETIME_SHARE = 0.98
"""The venue's clock started when it saw the handshake, which is before ours did."""


class Topic(NamedTuple):
    """One thing that is subscribed to."""

    channel: str
    """One of `book`, `trades`, `top`."""
    key: str
    """The instrument, as this stream spells it."""


class _State(Enum):
    WAITING = "waiting"
    """Nobody asked for it yet."""
    ASKED = "asked"
    LIVE = "live"
    LEAVING = "leaving"
    """It is, or will be, unsubscribed."""


class _Held:
    """A topic of this socket."""

    __slots__ = ("asked_ns", "group_max", "is_wanted", "state")

    def __init__(self) -> None:
        self.state = _State.WAITING
        self.asked_ns: int | None = None
        """When the frame left that the state speaks of; `None`: it waits for its turn."""
        self.is_wanted = True
        """Whether it is subscribed to again after it left."""
        self.group_max = 1 << 30
        """Topics in the frame that asks for it: a refused frame is asked again in halves."""


class Asked(NamedTuple):
    """A frame that waits for its answer."""

    is_subscribe: bool
    topics: tuple[Topic, ...]
    sent_ns: int


class Pace:
    """When messages may be sent under a limit, whatever the moment at which a span begins.

    Examples:
        >>> pace = Pace(Window(2, 1.0))
        >>> [pace.take(now_ns) for now_ns in (0, 1, 2, 1_000_000_000)]
        [True, True, False, True]
    """

    def __init__(self, limit: Window | None) -> None:
        self._span_ns = 0 if limit is None else round(limit.span_s * 1e9)
        self._sent: deque[int] = deque(maxlen=None if limit is None else limit.count)
        self._is_limited = limit is not None

    def free(self, now_ns: int) -> int:
        """Return how many messages may be sent now."""
        if not self._is_limited:
            return 1 << 30
        while self._sent and now_ns - self._sent[0] >= self._span_ns:
            self._sent.popleft()
        assert self._sent.maxlen is not None
        return self._sent.maxlen - len(self._sent)

    def take(self, now_ns: int) -> bool:
        """Count a message; return whether it may be sent."""
        if self.free(now_ns) < 1:
            return False
        if self._is_limited:
            self._sent.append(now_ns)
        return True


class Conduct(ABC):
    """The conduct of one socket, but for a venue's own words.

    A subclass says how a frame reads (`frame`), which topics fit into one (`fits`), and what an
    answer means (`on_answer`). What is wanted, asked for, held and left is kept here, by topic:
    however often a caller repeats itself, nothing grows beyond the topics.

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
        self._instruments: dict[str, dict[str, Instrument]] = {}
        self._held: dict[Topic, _Held] = {}
        self._asked: dict[int, Asked] = {}
        self._number = 0
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

    def on_unanswered(self, topics: Sequence[Topic]) -> None:
        """Take note that a frame was not answered in time."""
        del topics

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
        is_begun = self._number > 0 and self.ping_every_s is not None
        if is_begun and now_ns - self._pinged_ns >= (self.ping_every_s or 0) * 1e9:
            self._pinged_ns = now_ns
            self._pace.take(now_ns)
            actions.append(self.ping(now_ns))
        lifetime_s = self.rules.lifetime_s
        if lifetime_s is not None:
            age_ns = now_ns - self._opened_ns
            if age_ns >= lifetime_s * _LIFETIME_SHARE * 1e9:
                actions += self.replace("lifetime")
        self._overdue(now_ns)
        return actions + self._flush(now_ns)

    def subscribe(self, instruments: Sequence[Instrument], now_ns: int) -> list[Action]:
        """Add instruments."""
        self._add(instruments)
        return self._flush(now_ns)

    def unsubscribe(self, instruments: Sequence[Instrument], now_ns: int) -> list[Action]:
        """Let instruments go; a topic stays as long as one of its instruments does."""
        for instrument in instruments:
            for topic in self.topics(instrument):
                others = self._instruments.get(topic.key, {})
                others.pop(str(instrument.id), None)
                if not others:
                    self._leave(topic, is_wanted=False)
        self._instruments = {key: each for key, each in self._instruments.items() if each}
        return self._flush(now_ns)

    def resync(self, instrument: Instrument, now_ns: int) -> list[Action]:
        """Fetch a base, or leave the book's topic and join it again."""
        topic = self.topics(instrument)[0]
        held = self._held.get(topic)
        if held is None:
            return []
        request = self.base(instrument)
        if request is None:
            if held.state in {_State.ASKED, _State.LIVE}:
                self._leave(topic, is_wanted=True)
            return self._flush(now_ns)
        # Before the venue says that changes come, a base would be older than they are.
        return [Fetch(instrument, request)] if held.state is _State.LIVE else []

    # ------------------------------------------------------------ what a subclass calls

    def answered(self, number: int | None) -> Asked | None:
        """Return the frame of that number, which has its answer now; `None`: there is none."""
        return None if number is None else self._asked.pop(number, None)

    def asked(self, number: int | None) -> Asked | None:
        """Return the frame of that number, which may have further answers; `None`: none waits."""
        return None if number is None else self._asked.get(number)

    def waiting(self) -> Iterable[tuple[int, Asked]]:
        """Return the frames that wait for their answers, by number, oldest first."""
        return self._asked.items()

    def oldest(self) -> int | None:
        """Return the number of the oldest frame without an answer, where answers have none."""
        return min(self._asked, default=None)

    def confirmed(self, topics: Iterable[Topic]) -> list[Action]:
        """Take subscriptions as confirmed, and get the bases of their books."""
        accepted: list[Instrument] = []
        fetches: list[Action] = []
        for topic in topics:
            held = self._held.get(topic)
            if held is None or held.state is not _State.ASKED:
                continue
            held.state, held.asked_ns = _State.LIVE, None
            owners = list(self._instruments.get(topic.key, {}).values())
            if topic.channel != BOOK or not owners:
                continue
            accepted += owners
            if (request := self.base(owners[0])) is not None:
                fetches.append(Fetch(owners[0], request))
        return [Accepted(tuple(accepted)), *fetches] if accepted else []

    def left(self, topics: Iterable[Topic]) -> None:
        """Take topics as unsubscribed; those that are wanted again wait for their turn."""
        for topic in topics:
            held = self._held.get(topic)
            if held is None or held.state is not _State.LEAVING or held.asked_ns is None:
                continue
            if held.is_wanted:
                held.state, held.asked_ns = _State.WAITING, None
            else:
                del self._held[topic]

    def lost(self, topics: Iterable[Topic]) -> None:
        """Take topics as not subscribed any more, though they are wanted."""
        for topic in topics:
            if self._is(topic, _State.LIVE) or self._is(topic, _State.ASKED):
                held = self._held[topic]
                held.state, held.asked_ns = _State.WAITING, None

    def is_asked(self, topic: Topic) -> bool:
        """Return whether a topic waits for its answer."""
        return self._is(topic, _State.ASKED)

    def is_live(self, topic: Topic) -> bool:
        """Return whether a topic was confirmed."""
        return self._is(topic, _State.LIVE)

    def of_channel(self, channel: str) -> list[Topic]:
        """Return all topics of a channel."""
        return [topic for topic in self._held if topic.channel == channel]

    def next_number(self) -> int:
        """Return a number that no frame of this socket had."""
        self._number += 1
        return self._number

    def refused(self, topics: Sequence[Topic], code: str, text: str) -> list[Action]:
        """Take topics of one frame as refused.

        Where a frame held several, one of them may have spoilt it: they are asked for again in
        halves, until it stands alone.
        """
        topics = [topic for topic in topics if self._is(topic, _State.ASKED)]
        if len(topics) > 1:
            for topic in topics:
                held = self._held[topic]
                held.state, held.asked_ns = _State.WAITING, None
                held.group_max = max(1, len(topics) // 2)
            return []
        refused: tuple[Instrument, ...] = ()
        for topic in topics:
            del self._held[topic]
            # Without its trades an instrument still brings its book.
            if topic.channel == BOOK:
                refused = self.instruments_of(topic.key)
        return [Refused(refused, code, text[:_TEXT_MAX])]

    def instruments_of(self, key: str) -> tuple[Instrument, ...]:
        """Return the instruments that a native symbol brings."""
        return tuple(self._instruments.get(key, {}).values())

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

    def _is(self, topic: Topic, state: _State) -> bool:
        held = self._held.get(topic)
        return held is not None and held.state is state

    def _add(self, instruments: Sequence[Instrument]) -> None:
        for instrument in instruments:
            for topic in self.topics(instrument):
                self._instruments.setdefault(topic.key, {})[str(instrument.id)] = instrument
                held = self._held.get(topic)
                if held is None:
                    self._held[topic] = _Held()
                elif held.state is _State.LEAVING:
                    held.is_wanted = True

    def _leave(self, topic: Topic, *, is_wanted: bool) -> None:
        held = self._held.get(topic)
        if held is None:
            return
        if held.state is _State.WAITING:
            if not is_wanted:
                del self._held[topic]
            return
        held.is_wanted = is_wanted
        if held.state is not _State.LEAVING:
            held.state, held.asked_ns = _State.LEAVING, None

    def _overdue(self, now_ns: int) -> None:
        """Put back what was asked and never answered."""
        patience_ns = self.rules.subscribed_within_s * 1e9
        for number, asked in list(self._asked.items()):
            if now_ns - asked.sent_ns >= patience_ns:
                del self._asked[number]
                self.on_unanswered(asked.topics)
        late = [
            (topic, held)
            for topic, held in self._held.items()
            if held.asked_ns is not None and now_ns - held.asked_ns >= patience_ns
        ]
        for topic, held in late:
            if held.state is _State.ASKED:
                held.state, held.asked_ns = _State.WAITING, None
            elif held.state is _State.LEAVING:
                self.left([topic])

    def _flush(self, now_ns: int) -> list[Action]:
        """Send what waits, leavers first, as far as the limits allow."""
        actions: list[Action] = []
        if self._opened_ns is None:
            return actions
        for state in (_State.LEAVING, _State.WAITING):
            waiting = [
                topic
                for topic, held in self._held.items()
                if held.state is state and held.asked_ns is None
            ]
            subscribe = state is _State.WAITING
            while self._pace.free(now_ns) > self._kept_back() and self._is_heard():
                waiting = [each for each in waiting if self.is_ready(each, subscribe=subscribe)]
                if not waiting:
                    break
                group = self._group(waiting)
                waiting = [topic for topic in waiting if topic not in group]
                actions += self._ask(group, now_ns, subscribe=subscribe)
        return actions

    def _is_heard(self) -> bool:
        """Return whether the answers to one more frame can be kept."""
        if self.unanswered_max is None:
            return True
        waiting = sum(held.asked_ns is not None for held in self._held.values())
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
            count = min(count_max, self._held[topic].group_max)
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

    def _ask(self, group: dict[Topic, None], now_ns: int, *, subscribe: bool) -> list[Action]:
        number = self.next_number()
        topics = tuple(group)
        taken = self._pace.take(now_ns)
        assert taken, "the caller saw room for it"
        for topic in topics:
            held = self._held[topic]
            held.asked_ns = now_ns
            held.state = _State.ASKED if subscribe else _State.LEAVING
        actions: list[Action] = [Send(self.frame(topics, number, now_ns, subscribe=subscribe))]
        if self.rules.answers_subscriptions:
            self._asked[number] = Asked(subscribe, topics, now_ns)
        elif subscribe:
            actions += self.confirmed(topics)
        else:
            self.left(topics)
        return actions


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
