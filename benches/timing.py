"""How a contender is timed: the same loop, the same state before it, one after the other.

Whole repetitions are timed in processor time, so that it matters little what
else runs on the machine; no contender waits for anything. Single messages are
timed by the wall clock, whose reading costs less than some of them.
"""

import gc
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter_ns, process_time_ns
from typing import Protocol

from benches.contenders.base import Contender, OnFrame, Parser, ReadBest
from benches.sessions import Session

Step = tuple[bytes, int, ReadBest]


@dataclass(frozen=True)
class Plan:
    """How often a session is repeated."""

    runs: int
    """Runs in one repetition, each from fresh books of its own: a session of fifty messages
    alone would time how the processor's caches fill, not the work."""
    repetitions: int
    passes: int
    """Repetitions in which each message is timed by itself, for the p99."""

    @classmethod
    def of(cls, session: Session, *, is_quick: bool) -> "Plan":
        """Repeat short sessions more often, so that each median rests on enough messages."""
        frames = len(session.frames)
        runs = max(1, min(20, 1000 // frames))
        if is_quick:
            return cls(runs, 3, 3)
        return cls(runs, max(15, min(40, 12_000 // (runs * frames))), 5)


@dataclass
class Samples:
    """What was measured of one contender in one session."""

    name: str
    repetition_ns: list[float] = field(default_factory=list)
    """Time per message, averaged over one repetition: one value a repetition."""
    runs_ns: list[list[int]] = field(default_factory=list)
    """Time of each message, clock included: one list a run."""

    @property
    def median_ns(self) -> float:
        """The median repetition."""
        return statistics.median(self.repetition_ns)

    @property
    def p99_ns(self) -> int:
        """The 99th percentile over the session's messages, each at its median over the runs.

        A message that is slow every time counts; one that met an interruption once does not.
        """
        ordered = sorted(map(_middle, zip(*self.runs_ns, strict=True)))
        return ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]


class Measured(Protocol):
    """Something that can be run once over a session from a fresh state."""

    name: str

    def total_ns(self, runs: int) -> int:
        """Return the processor time of some runs over all frames, all threads together."""

    def each_ns(self, runs: int) -> list[list[int]]:
        """Return the time of each frame of each run, by the wall clock."""


class BookLoop:
    """Frame in, book changed, best prices read."""

    def __init__(self, contender: Contender, session: Session) -> None:
        self.name = contender.name
        self.contender = contender
        self.session = session

    def total_ns(self, runs: int) -> int:
        prepared = [self._fresh() for _ in range(runs)]
        with _collector_off():
            start_ns = process_time_ns()
            for on_frame, steps in prepared:
                for frame, ts_ns, read in steps:
                    on_frame(frame, ts_ns)
                    read()
            return process_time_ns() - start_ns

    def each_ns(self, runs: int) -> list[list[int]]:
        prepared = [self._fresh() for _ in range(runs)]
        times: list[list[int]] = [[] for _ in range(runs)]
        with _collector_off():
            for (on_frame, steps), keep in zip(prepared, times, strict=True):
                for frame, ts_ns, read in steps:
                    start_ns = perf_counter_ns()
                    on_frame(frame, ts_ns)
                    read()
                    keep.append(perf_counter_ns() - start_ns)
        return times

    def _fresh(self) -> tuple[OnFrame, list[Step]]:
        run = self.contender.open(self.session)
        readers = {native: run.reader(native) for native in self.session.books}
        steps = [
            (frame.payload, frame.ts_recv_ns, readers[frame.native])
            for frame in self.session.frames
        ]
        return run.on_frame, steps


class ParseLoop:
    """Frame parsed, result dropped."""

    def __init__(self, parser: Parser, session: Session) -> None:
        self.name = parser.name
        self.parse: Callable[[bytes], object] = parser.parse(session)
        self.frames = [frame.payload for frame in session.frames]

    def total_ns(self, runs: int) -> int:
        parse, frames = self.parse, self.frames
        with _collector_off():
            start_ns = process_time_ns()
            for _ in range(runs):
                for frame in frames:
                    parse(frame)
            return process_time_ns() - start_ns

    def each_ns(self, runs: int) -> list[list[int]]:
        parse = self.parse
        times: list[list[int]] = [[] for _ in range(runs)]
        with _collector_off():
            for keep in times:
                for frame in self.frames:
                    start_ns = perf_counter_ns()
                    parse(frame)
                    keep.append(perf_counter_ns() - start_ns)
        return times


def measure(loops: Sequence[Measured], frame_count: int, plan: Plan) -> list[Samples]:
    """Time all contenders of a session in turn, again and again.

    A B C A B C: whatever disturbs the machine for a while disturbs all of them.
    The first round warms up and is thrown away.
    """
    samples = [Samples(loop.name) for loop in loops]
    for loop in loops:
        loop.total_ns(plan.runs)
    for _ in range(plan.repetitions):
        for loop, sample in zip(loops, samples, strict=True):
            sample.repetition_ns.append(loop.total_ns(plan.runs) / (plan.runs * frame_count))
    for _ in range(plan.passes):
        for loop, sample in zip(loops, samples, strict=True):
            sample.runs_ns.extend(loop.each_ns(plan.runs))
    return samples


def _middle(times: tuple[int, ...]) -> int:
    return sorted(times)[(len(times) - 1) // 2]


@contextmanager
def _collector_off() -> Iterator[None]:
    """Keep the cyclic garbage collector out of the loop, for every contender alike."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
