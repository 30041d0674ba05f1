"""Who subscribed to what, both ways."""

from collections.abc import Hashable
from typing import Generic, TypeVar

from crossbook.sim.desk import Client

__all__ = ["Subscriptions"]

Topic = TypeVar("Topic", bound=Hashable)


class Subscriptions(Generic[Topic]):
    """The topics of each client and the clients of each topic, in the order of subscription."""

    def __init__(self) -> None:
        self._topics: dict[int, dict[Topic, None]] = {}
        self._clients: dict[Topic, dict[int, Client]] = {}

    def __contains__(self, topic: object) -> bool:
        """Return whether anybody wants a topic."""
        return topic in self._clients

    def add(self, client: Client, topic: Topic) -> bool:
        """Subscribe a client; return whether it was not subscribed before."""
        topics = self._topics.setdefault(client.number, {})
        if topic in topics:
            return False
        topics[topic] = None
        self._clients.setdefault(topic, {})[client.number] = client
        return True

    def remove(self, client: Client, topic: Topic) -> bool:
        """Unsubscribe a client; return whether it was subscribed."""
        topics = self._topics.get(client.number, {})
        if topic not in topics:
            return False
        del topics[topic]
        clients = self._clients[topic]
        del clients[client.number]
        if not clients:
            del self._clients[topic]
        return True

    def drop(self, client: Client) -> None:
        """Forget a client."""
        for topic in list(self._topics.get(client.number, ())):
            self.remove(client, topic)
        self._topics.pop(client.number, None)

    def topics(self, client: Client) -> list[Topic]:
        """Return what a client wants."""
        return list(self._topics.get(client.number, ()))

    def count(self, client: Client) -> int:
        """Return how many topics a client wants."""
        return len(self._topics.get(client.number, ()))

    def clients(self, topic: Topic) -> list[Client]:
        """Return who wants a topic."""
        return list(self._clients.get(topic, {}).values())

    def wanted(self) -> list[Topic]:
        """Return all topics that somebody wants."""
        return list(self._clients)
