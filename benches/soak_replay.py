"""`python -m benches.soak_replay --hours 24`: a day's frames at full speed, and memory by tenth.

Some minutes of five simulated venues are generated, then played again and again, each time with
new connections, empty books and later receive times, until the hours are full. After the first
tenth the process must not grow by more than 2 %.
"""

import argparse
import sys
import time

from benches.machine import describe
from crossbook import Engine
from crossbook.books import Feed
from crossbook.model.events import BookState, EventKind
from crossbook.model.sharing import share_scales
from crossbook.services.trials.memory import GROWTH_MAX, resident_bytes
from crossbook.sim import SessionConfig, SimulatedSession
from crossbook.sim.event import FRAME, OPEN, WireEvent
from crossbook.sim.instruments import listed_instrument

SEED = 1
SPAN_S = 120
"""How much is generated, in seconds of the market."""
STEPS_PER_S = 40
DRAIN_EVERY = 2_048
"""Events are taken after so many frames."""
MIB = 1 << 20


class Player:
    """An engine, and what it is fed."""

    def __init__(self) -> None:
        config = SessionConfig(steps_per_s=STEPS_PER_S, duration_ns=SPAN_S * 1_000_000_000)
        session = SimulatedSession(SEED, config=config)
        self.engine = Engine()
        for instrument in share_scales([listed_instrument(each) for each in session.metadata()]):
            self.engine.add_instrument(instrument)
        assert self.engine.books, "nothing is listed"
        self.engine.subscribe(*EventKind)
        self.feeds: dict[str, Feed] = {}
        self.events: list[WireEvent] = list(session)
        self.taken = 0

    def play(self, offset_ns: int) -> None:
        """Play all of it once, with everything new."""
        engine, drain = self.engine, self.engine.drain
        first_ns = self.events[0].ts_recv_ns + offset_ns
        for name in engine.books:
            engine.reset(name, first_ns)
        waiting = DRAIN_EVERY
        for ts_ns, venue, connection, kind, native, payload in map(_fields, self.events):
            if kind == FRAME:
                self.feeds[connection].on_frame(payload, ts_ns + offset_ns)
            elif kind == OPEN:
                self._open(venue, connection, ts_ns + offset_ns)
            else:
                self.feeds[connection].on_snapshot(native, payload, ts_ns + offset_ns)
            waiting -= 1
            if not waiting:
                waiting = DRAIN_EVERY
                self.taken += len(drain())
        self.taken += len(drain())

    def _open(self, venue: str, connection: str, ts_ns: int) -> None:
        feed = self.feeds.get(connection)
        if feed is None:
            feed = self.feeds[connection] = self.engine.open_feed(venue)
        else:
            feed.on_close(ts_ns)
        feed.on_open(ts_ns)

    def books(self) -> list[object]:
        """Return every level of every book."""
        return [book.levels() for book in self.engine]

    def not_live(self) -> list[str]:
        """Return the books that are not live."""
        return [name for name, b in self.engine.books.items() if b.state is not BookState.LIVE]


def _fields(event: WireEvent) -> tuple[int, str, str, str, str, bytes]:
    return (
        event.ts_recv_ns,
        event.venue,
        event.connection,
        event.kind,
        event.native,
        event.payload,
    )


def main() -> int:
    """Play the hours and print a line for each tenth of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0)
    hours = parser.parse_args().hours
    for name, value in describe():
        print(f"{name}: {value}")
    player = Player()
    rounds = max(10, round(hours * 3_600 / SPAN_S))
    frames = len(player.events)
    print(
        f"{rounds} rounds of {SPAN_S} s: {rounds * frames:,} frames, {frames / SPAN_S:.0f} a second"
    )
    begun_s = time.perf_counter()
    samples: list[int] = []
    first: list[object] = []
    for number in range(rounds):
        player.play(number * SPAN_S * 1_000_000_000)
        if lost := player.not_live():
            print(f"FAILED round {number}: not live: {lost[:5]}")
            return 1
        first = first or player.books()
        if player.books() != first:
            print(f"FAILED round {number}: other books than in the first round")
            return 1
        if (number + 1) * 10 // rounds > len(samples):
            samples.append(resident_bytes())
            seconds = time.perf_counter() - begun_s
            print(
                f"{len(samples) * 10:>4} %  {seconds:7.1f} s  {samples[-1] / MIB:8.2f} MiB"
                f"  books {player.engine.memory_bytes / MIB:.2f} MiB  {player.taken:,} events"
            )
    grown = max(samples[1:]) / samples[0] - 1.0
    rate = rounds * frames / (time.perf_counter() - begun_s)
    print(
        f"{rounds * SPAN_S / 3_600:.1f} h of frames at {rate:,.0f} a second; memory after the first"
        f" tenth {grown:+.2%} at most (limit {GROWTH_MAX:+.0%})"
    )
    return 0 if grown <= GROWTH_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
