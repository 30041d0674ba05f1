"""The client's side: one of the designs, on one core, in a process of its own.

`python -m benches.sockets.receiver NAME FRAMES TIMES COUNT RATE PORT` prints one JSON object.
"""

import array
import asyncio
import gc
import json
import mmap
import os
import pickle
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import picows
import uvloop
import websockets

from benches.contenders import careful_python
from benches.contenders.base import Contender, OnFrame, ReadBest
from benches.contenders.crossbook_engine import CrossbookRun
from benches.recordings import recordings_folder
from benches.sessions import SOURCES, Session, load
from crossbook.live.handshake import connect
from crossbook.live.listener import Ending, Listener

SESSION = "Coinbase level2"
"""One level a frame and no numbers: the recording can be sent round and round."""
_DEADLINE_S = 120.0
_BYTES_MAX = 1 << 22


class Stopwatch:
    """Measures a run: how late each frame's best prices were, or how long all of them took.

    Args:
        count: how many frames come.
        sent_ns: when each was sent; `None`: only the time of all of them counts.
    """

    def __init__(self, count: int, sent_ns: memoryview | None) -> None:
        self.count = count
        self.done = asyncio.Event()
        self.is_pacing = sent_ns is not None
        self._late_ns = array.array("q", bytes(8 * count if self.is_pacing else 0))
        self._taken = 0
        self._begin_ns = self._end_ns = 0
        self._sent_ns = sent_ns

    def begin(self) -> None:
        """The sender may begin now."""
        self._begin_ns = time.monotonic_ns()

    def end(self) -> None:
        """The sender has closed the connection."""
        self._end_ns = time.monotonic_ns()
        self.done.set()

    def note(self) -> None:
        """A frame's best prices were read just now."""
        assert self._sent_ns is not None
        number = self._taken
        self._taken = number + 1
        self._late_ns[number] = time.monotonic_ns() - self._sent_ns[number]
        if number + 1 == self.count:
            self.done.set()

    def result(self) -> dict[str, float]:
        """Return the percentiles in ns, or the rate."""
        if not self.is_pacing:
            return {"rate": self.count * 1e9 / (self._end_ns - self._begin_ns)}
        late = sorted(self._late_ns[self.count // 10 :])  # The first tenth warms up.
        return {
            name: late[min(len(late) - 1, int(len(late) * share))]
            for name, share in (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999))
        }


class Bare(picows.WSListener):
    """Takes each frame's bytes, and that is all."""

    def __init__(self, watch: Stopwatch) -> None:
        super().__init__()
        self._watch = watch

    def on_ws_connected(self, transport: picows.WSTransport) -> None:
        self._watch.begin()
        transport.send(picows.WSMsgType.TEXT, b"ready")

    def on_ws_disconnected(self, transport: picows.WSTransport) -> None:  # noqa: ARG002
        self._watch.end()

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:  # noqa: ARG002
        frame.get_payload_as_bytes()


class BareNoting(Bare):
    """The same, and notes when."""

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:  # noqa: ARG002
        frame.get_payload_as_bytes()
        self._watch.note()


class Reading:
    """A feed whose best prices are read after each frame."""

    def __init__(self, on_frame: OnFrame, best: ReadBest, watch: Stopwatch) -> None:
        # A closure: what it calls costs one look each.
        note = watch.note if watch.is_pacing else None

        def read(frame: bytes, ts_recv_ns: int) -> None:
            on_frame(frame, ts_recv_ns)
            best()

        def read_and_note(frame: bytes, ts_recv_ns: int) -> None:
            on_frame(frame, ts_recv_ns)
            best()
            watch.note()

        self.on_frame = read_and_note if note else read


class Ready:
    """Says so as soon as the socket is open."""

    def __init__(self, watch: Stopwatch) -> None:
        self._watch = watch

    def socket_opened(self, transport: picows.WSTransport) -> None:
        self._watch.begin()
        transport.send(picows.WSMsgType.TEXT, b"ready")

    def socket_closed(self, ending: Ending) -> None:
        del ending
        self._watch.end()


async def bare(watch: Stopwatch, url: str, session: Session) -> None:
    """Receive with picows alone."""
    del session
    listener = BareNoting if watch.is_pacing else Bare
    transport, _ = await picows.ws_connect(lambda: listener(watch), url)
    await watch.done.wait()
    transport.disconnect()


async def crossbook(watch: Stopwatch, url: str, session: Session) -> None:
    """Receive as the driver does, and read the book of the first instrument."""
    run = CrossbookRun(session)
    feed = Reading(run.on_frame, run.reader(next(iter(session.books))), watch)
    # What the listener calls of a feed is this one method.
    listener = Listener(feed, time.time_ns, Ready(watch), _BYTES_MAX)  # type: ignore[arg-type]
    transport = await connect(
        url,
        listener,
        deadline_s=10.0,
        bytes_max=_BYTES_MAX,
        offers_deflate=False,
        tls=None,
    )
    await watch.done.wait()
    transport.disconnect()


async def over_websockets(
    contender: Contender, watch: Stopwatch, url: str, session: Session
) -> None:
    """Receive with websockets, into books of another design."""
    run = contender.open(session)
    read = Reading(run.on_frame, run.reader(next(iter(session.books))), watch).on_frame
    async with websockets.connect(url, compression=None, max_queue=None) as socket:
        watch.begin()
        await socket.send("ready")
        try:
            while not watch.done.is_set():
                read(await socket.recv(decode=False), time.time_ns())
        except websockets.ConnectionClosed:
            watch.end()


Design = Callable[[Stopwatch, str, Session], Coroutine[Any, Any, None]]
BARE = "bare picows"
CROSSBOOK = "crossbook"
SLOW = "websockets + (a)"
PEER = "websockets + cryptofeed"
OURS: dict[str, Design] = {BARE: bare, CROSSBOOK: crossbook}


def design(name: str) -> Design:
    """Return the design of that name."""
    if name in OURS:
        return OURS[name]
    if name == SLOW:
        return partial(over_websockets, careful_python.REFERENCE)
    from benches.contenders.peers import cryptofeed  # noqa: PLC0415 - it is an optional extra.

    return partial(over_websockets, cryptofeed.contenders()[0])


def session() -> Session:
    """Return the session whose frames are sent."""
    source = next(each for each in SOURCES if each.name.startswith(SESSION))
    return load(source, recordings_folder())


@contextmanager
def _sent(path: str, count: int) -> Iterator[memoryview]:
    with Path(path).open("r+b") as file, mmap.mmap(file.fileno(), 8 * count) as times:
        view = memoryview(times).cast("q")
        yield view
        view.release()


async def _run(name: str, watch: Stopwatch, port: str) -> None:
    receive = design(name)(watch, f"ws://127.0.0.1:{port}/", session())
    gc.collect()
    gc.freeze()
    gc.disable()
    async with asyncio.timeout(_DEADLINE_S):
        await receive


def main() -> None:
    """Receive, and print what was measured."""
    name, times_path, count_text, rate_text, port = sys.argv[1:]
    if hasattr(os, "sched_setaffinity") and len(os.sched_getaffinity(0)) > 1:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    count = int(count_text)
    with _sent(times_path, count) as sent_ns:
        watch = Stopwatch(count, sent_ns if float(rate_text) else None)
        uvloop.run(_run(name, watch, port))
        print(json.dumps(watch.result()))


def save_frames(path: Path) -> None:
    """Write the frames that the sender sends."""
    path.write_bytes(pickle.dumps([frame.payload for frame in session().frames]))


if __name__ == "__main__":
    main()
