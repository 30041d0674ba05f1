"""How long a venue's messages are on their way."""

from crossbook.sim.draws import Draws


class Delay:
    """The way from one venue to the client: some jitter, but no overtaking.

    Args:
        draws: where the jitter comes from.
        base_ns: shortest time on the way.
        jitter_ns: what may come on top.
    """

    __slots__ = ("_base_ns", "_draws", "_jitter_ns", "_last_ns")

    def __init__(self, draws: Draws, *, base_ns: int, jitter_ns: int) -> None:
        self._draws = draws
        self._base_ns = base_ns
        self._jitter_ns = jitter_ns
        self._last_ns = 0

    def receive(self, ts_ns: int) -> int:
        """Return when a message that was sent at `ts_ns`, after the last one, arrives."""
        arrival_ns = ts_ns + self._base_ns + self._draws.near(self._jitter_ns)
        # Messages of one connection that bunch up are still microseconds apart.
        self._last_ns = max(arrival_ns, self._last_ns + 1_000 + self._draws.below(20_000))
        return self._last_ns
