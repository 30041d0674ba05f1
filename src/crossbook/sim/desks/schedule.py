"""When what is sent at intervals is due."""

from collections.abc import Hashable
from typing import Generic, TypeVar

__all__ = ["Schedule"]

Topic = TypeVar("Topic", bound=Hashable)


class Schedule(Generic[Topic]):
    """Topics that are due at multiples of their periods.

    Examples:
        >>> schedule: Schedule[str] = Schedule()
        >>> schedule.start("depth", 100, 30)
        >>> [schedule.due(now_ns) for now_ns in (99, 100, 150, 380, 400)]
        [[], ['depth'], [], ['depth'], ['depth']]
    """

    def __init__(self) -> None:
        self._entries: dict[Topic, tuple[int, int]] = {}

    def __contains__(self, topic: object) -> bool:
        """Return whether a topic was started."""
        return topic in self._entries

    def start(self, topic: Topic, period_ns: int, now_ns: int) -> None:
        """Let a topic be due at the next multiple of its period, and at each further one."""
        self._entries[topic] = (_next(period_ns, now_ns), period_ns)

    def stop(self, topic: Topic) -> None:
        """Forget a topic."""
        self._entries.pop(topic, None)

    def due(self, now_ns: int) -> list[Topic]:
        """Return what is due since the last call, each once however late the call is."""
        topics = [topic for topic, (due_ns, _) in self._entries.items() if now_ns >= due_ns]
        for topic in topics:
            period_ns = self._entries[topic][1]
            self._entries[topic] = (_next(period_ns, now_ns), period_ns)
        return topics


def _next(period_ns: int, now_ns: int) -> int:
    return now_ns - now_ns % period_ns + period_ns
