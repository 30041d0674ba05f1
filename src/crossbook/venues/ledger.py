"""What one socket subscribed to, topic by topic: wanted, asked for, held, left."""

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from crossbook.model import Instrument

__all__ = ["Asked", "Ledger", "Topic"]

_UNLIMITED = 1 << 30


class Topic(NamedTuple):
    """One thing that is subscribed to."""

    channel: str
    """One of `book`, `trades`, `top`."""
    key: str
    """The instrument, as this stream spells it."""


class Asked(NamedTuple):
    """A frame that waits for its answer."""

    is_subscribe: bool
    topics: tuple[Topic, ...]
    sent_ns: int


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
        self.group_max = _UNLIMITED
        """Topics in the frame that asks for it: a refused frame is asked again in halves."""

    def wait(self) -> None:
        """Wait to be asked for."""
        self.state, self.asked_ns = _State.WAITING, None


class Ledger:
    """The topics of one socket, the instruments that want them, and the frames under way.

    However often a caller repeats itself, nothing grows beyond the topics.
    """

    def __init__(self) -> None:
        self._owners: dict[str, dict[str, Instrument]] = {}
        self._held: dict[Topic, _Held] = {}
        self._asked: dict[int, Asked] = {}
        self._number = 0

    # ------------------------------------------------------------ what is wanted

    def add(self, topic: Topic, instrument: Instrument) -> None:
        """Want a topic for an instrument."""
        self._owners.setdefault(topic.key, {})[str(instrument.id)] = instrument
        held = self._held.setdefault(topic, _Held())
        if held.state is _State.LEAVING:
            held.is_wanted = True

    def remove(self, topics: Iterable[Topic], instrument: Instrument) -> None:
        """Let an instrument go; its topics stay as long as another instrument wants them."""
        for topic in topics:
            owners = self._owners.get(topic.key, {})
            owners.pop(str(instrument.id), None)
            if not owners:
                self._owners.pop(topic.key, None)
                self._leave(topic, is_wanted=False)

    def renew(self, topic: Topic) -> None:
        """Leave a topic and join it again, unless that is under way."""
        if self._is(topic, _State.ASKED) or self._is(topic, _State.LIVE):
            self._leave(topic, is_wanted=True)

    def owners(self, key: str) -> tuple[Instrument, ...]:
        """Return the instruments that a key brings."""
        return tuple(self._owners.get(key, {}).values())

    # ------------------------------------------------------------ what is to be sent

    @property
    def is_begun(self) -> bool:
        """Whether anything was asked so far."""
        return self._number > 0

    @property
    def unanswered(self) -> int:
        """How many topics wait for an answer."""
        return sum(held.asked_ns is not None for held in self._held.values())

    def due(self, *, subscribe: bool) -> list[Topic]:
        """Return the topics that are to be joined, or left, and nobody asked for."""
        state = _State.WAITING if subscribe else _State.LEAVING
        return [
            topic
            for topic, held in self._held.items()
            if held.state is state and held.asked_ns is None
        ]

    def group_max(self, topic: Topic) -> int:
        """Return how many topics may be in the frame that asks for this one."""
        return self._held[topic].group_max

    def next_number(self) -> int:
        """Return a number that no frame of this socket had."""
        self._number += 1
        return self._number

    def sent(self, number: int, asked: Asked, *, is_answered: bool) -> None:
        """Take note of a frame.

        Args:
            number: its own.
            asked: what it asks for.
            is_answered: whether an answer to it comes at all.
        """
        for topic in asked.topics:
            held = self._held[topic]
            held.state = _State.ASKED if asked.is_subscribe else _State.LEAVING
            held.asked_ns = asked.sent_ns
        if is_answered:
            self._asked[number] = asked

    def overdue(self, before_ns: int) -> list[Asked]:
        """Return the frames that nobody answered; their topics wait to be asked for again.

        Args:
            before_ns: they were sent at this time or earlier.
        """
        late = [n for n, asked in self._asked.items() if asked.sent_ns <= before_ns]
        frames = [self._asked.pop(number) for number in late]
        for topic, held in list(self._held.items()):
            if held.asked_ns is not None and held.asked_ns <= before_ns:
                if held.state is _State.ASKED:
                    held.wait()
                else:
                    self.left([topic])
        return frames

    # ------------------------------------------------------------ what was answered

    def answered(self, number: int | None) -> Asked | None:
        """Return the frame of that number, which has its answer now; `None`: there is none."""
        return None if number is None else self._asked.pop(number, None)

    def asked(self, number: int | None) -> Asked | None:
        """Return the frame of that number, which may have further answers; `None`: none waits."""
        return None if number is None else self._asked.get(number)

    def waiting(self) -> list[tuple[int, Asked]]:
        """Return the frames that wait for their answers, by number, oldest first."""
        return list(self._asked.items())

    def oldest(self) -> int | None:
        """Return the number of the oldest frame without an answer, where answers have none."""
        return min(self._asked, default=None)

    def confirm(self, topics: Iterable[Topic]) -> list[Topic]:
        """Take subscriptions as confirmed, and return those that were waiting for it."""
        found = [topic for topic in topics if self._is(topic, _State.ASKED)]
        for topic in found:
            held = self._held[topic]
            held.state, held.asked_ns = _State.LIVE, None
        return found

    def refuse(self, topics: Iterable[Topic]) -> Topic | None:
        """Take the topics of one frame as refused, and return the one that is out.

        Where a frame held several, any of them may have spoilt it: they wait to be asked for
        again in halves, and nobody is out.
        """
        found = [topic for topic in topics if self._is(topic, _State.ASKED)]
        if len(found) == 1:
            del self._held[found[0]]
            return found[0]
        for topic in found:
            self._held[topic].wait()
            self._held[topic].group_max = max(1, len(found) // 2)
        return None

    def left(self, topics: Iterable[Topic]) -> None:
        """Take topics as unsubscribed; those that are wanted again wait for their turn."""
        for topic in topics:
            held = self._held.get(topic)
            if held is None or held.state is not _State.LEAVING or held.asked_ns is None:
                continue
            if held.is_wanted:
                held.wait()
            else:
                del self._held[topic]

    def lost(self, topics: Iterable[Topic]) -> None:
        """Take topics as not subscribed any more, though they are wanted."""
        for topic in topics:
            if self._is(topic, _State.LIVE) or self._is(topic, _State.ASKED):
                self._held[topic].wait()

    # ------------------------------------------------------------ how things are

    def is_asked(self, topic: Topic) -> bool:
        """Return whether a topic waits for its answer."""
        return self._is(topic, _State.ASKED)

    def is_live(self, topic: Topic) -> bool:
        """Return whether a topic was confirmed."""
        return self._is(topic, _State.LIVE)

    def of_channel(self, channel: str) -> list[Topic]:
        """Return all topics of a channel."""
        return [topic for topic in self._held if topic.channel == channel]

    def holds(self, topic: Topic) -> bool:
        """Return whether a topic is wanted, in whatever state."""
        return topic in self._held

    def _is(self, topic: Topic, state: _State) -> bool:
        held = self._held.get(topic)
        return held is not None and held.state is state

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
