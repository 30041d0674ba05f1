import asyncio
import itertools
from collections.abc import Iterator

import pytest

from crossbook.sim.config import WorldConfig
from crossbook.sim.desk import HttpQuestion
from crossbook.sim.host import SimulatedVenues
from crossbook.sim.replay import PlayedFrame, Recording, ReplayDesk, replay_desk
from tests.sim.host.plain_desk import PlainClient, get

MS = 1_000_000
START_NS = 1_700_000_000_000_000_000
FRAMES = [PlayedFrame(START_NS + number * 10 * MS, b"%d" % number, False) for number in range(50)]
BOOKS = {"BTC_USDT": [(START_NS + 100 * MS, b"early"), (START_NS + 300 * MS, b"late")]}


class Listener:
    """What a desk needs of a client, and what it sent to it."""

    number = 1
    path = "/"
    opened_ns = 0

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.backlog_bytes = 0

    def send(self, payload: bytes, *, native: str = "", is_binary: bool = False) -> None:
        assert native
        self.got.append(payload)

    def ping(self, payload: bytes = b"") -> None:
        raise AssertionError

    def close(self, code: int, reason: str = "") -> None:
        raise AssertionError


def recording(frames: list[PlayedFrame] = FRAMES) -> Recording:
    def read() -> Iterator[PlayedFrame]:
        return iter(frames)

    return Recording(venue="gateio", frames=read, books=BOOKS, lists=[b"[1]"])


def desk(speed: float | None, frames: list[PlayedFrame] = FRAMES) -> ReplayDesk:
    made = replay_desk(recording(frames), speed)([], seed=1)
    assert isinstance(made, ReplayDesk)
    return made


@pytest.mark.parametrize(("speed", "count"), [(1.0, 11), (2.0, 21), (0.5, 6), (None, 50)])
def test_frames_come_at_the_speed_that_was_asked_for(speed: float | None, count: int) -> None:
    found, client = desk(speed), Listener()
    found.on_open(client, 5_000)
    found.on_time(5_000 + 100 * MS)
    assert client.got == [frame.payload for frame in FRAMES[:count]]
    found.on_time(5_000 + 10_000 * MS)
    assert client.got == [frame.payload for frame in FRAMES]


def test_frames_without_a_time_come_with_the_ones_before() -> None:
    frames = [FRAMES[0], PlayedFrame(FRAMES[0].ts_ns, b"same", False), FRAMES[20]]
    found, client = desk(1.0, frames), Listener()
    found.on_open(client, 0)
    found.on_time(0)
    assert client.got == [b"0", b"same"]


def test_a_slow_reader_is_waited_for() -> None:
    found, client = desk(None), Listener()
    client.backlog_bytes = 2 << 20
    found.on_open(client, 0)
    found.on_time(1)
    assert client.got == []
    client.backlog_bytes = 0
    found.on_time(2)
    assert len(client.got) == 50


def test_rest_answers_with_the_book_of_that_time() -> None:
    found, client = desk(1.0), Listener()

    def ask(path: str, **query: str) -> tuple[int, bytes]:
        question = HttpQuestion(method="GET", path=path, query=query, headers={})
        answer = found.on_request(question, 0)
        return answer.status, answer.body

    assert ask("/depth", symbol="BTC_USDT") == (200, b"early")
    found.on_open(client, 0)
    found.on_time(350 * MS)
    assert ask("/depth", symbol="btcusdt") == (200, b"late")
    assert ask("/book/BTC-USDT") == (200, b"late")
    assert ask("/instruments") == (200, b"[1]")
    assert ask("/api/time")[0] == 404


def test_an_empty_recording_is_silence() -> None:
    found, client = desk(1.0, []), Listener()
    found.on_open(client, 0)
    found.on_time(10**12)
    assert client.got == []
    found.on_close(client)


def test_a_recording_is_played_on_sockets_to_everybody_from_the_beginning() -> None:
    async def run() -> None:
        config = WorldConfig(spot_assets=0, questions=0)
        desks = {"gateio": replay_desk(recording(), None)}
        async with SimulatedVenues(1, config=config, desks=desks) as sim:
            for _ in range(2):
                async with PlainClient(sim.urls["gateio"]["ws"], "") as client:
                    await client.until(lambda c: len(c.frames) == 50)
                    assert client.frames == [str(number) for number in range(50)]
            url = sim.urls["gateio"]["rest"] + "/spot/order_book?currency_pair=BTC_USDT"
            assert (await get(url))[1] == b"early"

    asyncio.run(run())


def test_times_never_go_back() -> None:
    assert all(a.ts_ns < b.ts_ns for a, b in itertools.pairwise(FRAMES))
