"""Which sockets are dead though they are open: data counts, pings do not."""

from collections.abc import Iterable

from crossbook.live.connection import Connection
from crossbook.live.environment import Environment
from crossbook.live.lane import Lane
from crossbook.live.pulse import Pulse

__all__ = ["Health"]

_NS = 1_000_000_000
_PROBE_SHARE = 1 / 3
"""A socket is asked for a sign of life after this part of the silence that is its end."""


class _Vitals:
    """What is known of one socket's data. Times are monotonic nanoseconds."""

    __slots__ = ("data", "is_probed", "others", "pulse", "since_ns")

    def __init__(self, pulse: Pulse, now_ns: int, data: int, others: int) -> None:
        self.pulse = pulse
        self.data = data
        """Messages about markets so far."""
        self.since_ns = now_ns
        """When the last of them came."""
        self.others = others
        """What the other sockets of the same feed had brought by then."""
        self.is_probed = False
        """It was asked for a sign of life, and has not given one yet."""


class Health:
    """Finds sockets to give up.

    Args:
        env: what the venue's connections share.
    """

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._vitals: dict[Connection, _Vitals] = {}

    def forgive(self) -> None:
        """Forget all silence: the machine slept, or its clock was set."""
        now_ns, utc_ns = self._env.clock.monotonic_ns(), self._env.clock.now_ns()
        for connection, vitals in self._vitals.items():
            connection.listener.last_ns = utc_ns
            vitals.pulse.forgive(now_ns)
            vitals.since_ns = now_ns

    def look(self, groups: Iterable[list[Lane]]) -> None:
        """Give up what is dead.

        Args:
            groups: the lanes of each shard.
        """
        now_ns = self._env.clock.monotonic_ns()
        alive: dict[Connection, _Vitals] = {}
        for lanes in groups:
            group = [connection for lane in lanes for connection in lane.connections]
            totals = {each: each.data_messages for each in group}
            for connection in group:
                vitals = self._vitals.get(connection)
                others = max((totals[each] for each in group if each is not connection), default=0)
                if vitals is None:
                    vitals = _Vitals(self._pulse(), now_ns, 0, others)
                alive[connection] = vitals
                self._judge(connection, vitals, totals[connection], others, now_ns)
        self._vitals = alive

    def _pulse(self) -> Pulse:
        settings = self._env.settings
        return Pulse(
            settings.pulse_factor,
            int(settings.pulse_floor_s * _NS),
            int(settings.pulse_ceiling_s * _NS),
        )

    def _judge(
        self, connection: Connection, vitals: _Vitals, data: int, others: int, now_ns: int
    ) -> None:
        env, settings = self._env, self._env.settings
        if data != vitals.data:
            vitals.data, vitals.others, vitals.since_ns = data, others, now_ns
            vitals.pulse.beat(now_ns)
        silent_ns = env.clock.now_ns() - connection.listener.last_ns
        quiet_ns = now_ns - max(vitals.since_ns, connection.opened_ns)
        is_frozen = (
            quiet_ns > settings.freeze_s * _NS
            and others - vitals.others >= settings.freeze_messages
        )
        silence_s = env.silence_s or env.rules.silence_s
        if silent_ns > silence_s * _NS:
            env.counts.silent += 1
            self._give_up(connection, "silent", silent_ns)
        elif is_frozen or vitals.pulse.is_silent(now_ns):
            env.counts.frozen += 1
            self._give_up(connection, "frozen", quiet_ns)
        elif silent_ns < silence_s * _PROBE_SHARE * _NS:
            vitals.is_probed = False
        elif not vitals.is_probed:
            vitals.is_probed = True
            connection.probe()

    def _give_up(self, connection: Connection, why: str, for_ns: int) -> None:
        self._env.log(
            "live.socket_dead",
            venue=self._env.venue,
            slot=connection.slot.number,
            why=why,
            for_s=round(for_ns / _NS, 3),
        )
        connection.abort()
