"""Who subscribed to what."""

from crossbook.sim.desks.subscriptions import Subscriptions
from tests.unit.sim.desks.exchange import Wire


def test_topics_and_clients_know_each_other() -> None:
    first, second = Wire(1, "/", 0), Wire(2, "/", 0)
    subscriptions: Subscriptions[str] = Subscriptions()
    assert [subscriptions.add(first, topic) for topic in ("a", "b", "a")] == [True, True, False]
    assert subscriptions.add(second, "a")
    assert subscriptions.clients("a") == [first, second]
    assert (subscriptions.topics(first), subscriptions.count(first)) == (["a", "b"], 2)
    assert subscriptions.wanted() == ["a", "b"]


def test_a_topic_that_nobody_wants_is_gone() -> None:
    first, second = Wire(1, "/", 0), Wire(2, "/", 0)
    subscriptions: Subscriptions[str] = Subscriptions()
    subscriptions.add(first, "a")
    subscriptions.add(second, "a")
    assert subscriptions.remove(first, "a")
    assert not subscriptions.remove(first, "a")
    assert "a" in subscriptions
    subscriptions.drop(second)
    subscriptions.drop(second)
    assert "a" not in subscriptions
    assert subscriptions.clients("a") == []
