import asyncio
import zlib
from collections.abc import Callable
from typing import Any

import picows
import pytest
import uvloop

from crossbook.clock import ManualClock
from crossbook.live.handshake import connect
from crossbook.live.listener import Ending, Listener
from tests.unit.live.bourse import Bourse, Client, serving, until

LOOPS = pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
Run = Callable[..., None]

_TEXT = picows.WSMsgType.TEXT
_BINARY = picows.WSMsgType.BINARY
_MORE = picows.WSMsgType.CONTINUATION
_LONG = b'{"long":"' + b"x" * 200 + b'"}'
_MAX = 10_000


class Feed:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.frames: list[tuple[bytes, int]] = []

    def on_frame(self, frame: bytes, ts_recv_ns: int) -> int:
        self.frames.append((frame, ts_recv_ns))
        return 0

    @property
    def messages(self) -> list[bytes]:
        return [frame for frame, _ in self.frames]


class Owner:
    """Notes how the socket began and ended."""

    def __init__(self) -> None:
        self.transport: picows.WSTransport | None = None
        self.ending: Ending | None = None

    def socket_opened(self, transport: picows.WSTransport) -> None:
        self.transport = transport

    def socket_closed(self, ending: Ending) -> None:
        self.ending = ending


class Pair:
    """Both ends of one socket."""

    def __init__(self, feed: Feed, owner: Owner, listener: Listener, server: Client) -> None:
        self.feed = feed
        self.owner = owner
        self.listener = listener
        self.server = server

    def send(self, kind: picows.WSMsgType, payload: bytes, **bits: bool) -> None:
        assert self.server.transport is not None
        self.server.transport.send(kind, payload, **bits)

    async def ended(self) -> Ending:
        await until(lambda: self.owner.ending)
        assert self.owner.ending is not None
        return self.owner.ending


def paired(
    run: Run,
    scenario: Callable[[Pair], Any],
    *,
    tap: Callable[[bytes, int], None] | None = None,
    chosen: str | None = None,
) -> None:
    """Run a scenario on an open socket, for which the venue may have chosen an extension."""

    async def whole() -> None:
        bourse = Bourse()
        if chosen is not None:
            headers = {"Sec-WebSocket-Extensions": chosen}
            bourse.answer = lambda _: picows.WSUpgradeResponseWithListener(
                picows.WSUpgradeResponse.create_101_response(headers), Client(bourse)
            )
        async with serving(bourse) as url:
            feed, owner, clock = Feed(), Owner(), ManualClock(start_ns=7)
            listener = Listener(feed, clock.now_ns, owner, _MAX, tap)  # type: ignore[arg-type] # as much of a feed as it needs
            transport = await connect(
                url, listener, deadline_s=5, bytes_max=_MAX, offers_deflate=True, tls=None
            )
            await until(lambda: bourse.clients)
            await scenario(Pair(feed, owner, listener, bourse.clients[0]))
            transport.disconnect()
            await until(lambda: owner.ending)
            await asyncio.gather(transport.wait_disconnected(), return_exceptions=True)

    run(whole())


@LOOPS
def test_each_message_reaches_the_feed_once_with_its_time(run: Run) -> None:
    async def scenario(pair: Pair) -> None:
        for kind, payload in [
            (_TEXT, b"short"),
            (_TEXT, _LONG),
            (_BINARY, b"\0"),
            (_BINARY, _LONG),
        ]:
            pair.send(kind, payload)
        await until(lambda: len(pair.feed.frames) == 4)
        assert pair.feed.frames == [(b"short", 7), (_LONG, 7), (b"\0", 7), (_LONG, 7)]
        assert pair.listener.last_ns == 7

    paired(run, scenario)


@LOOPS
def test_a_message_in_pieces_is_joined(run: Run) -> None:
    async def scenario(pair: Pair) -> None:
        pair.send(_TEXT, b"one ", fin=False)
        pair.send(picows.WSMsgType.PING, b"between")
        pair.send(_MORE, b"message, " + _LONG, fin=False)
        pair.send(_MORE, b" the end", fin=True)
        pair.send(_TEXT, _LONG)
        await until(lambda: len(pair.feed.frames) == 2)
        assert pair.feed.messages == [b"one message, " + _LONG + b" the end", _LONG]

    paired(run, scenario)


@LOOPS
@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([(_TEXT, b"x" * (_MAX + 1), True)], 1009),
        ([(_TEXT, b"x" * 9_000, False), (_MORE, b"x" * 9_000, False)], 1009),
        ([(_MORE, b"of what?", True)], 1002),
    ],
    ids=["frame too long", "message too long", "continuation of nothing"],
)
def test_what_breaks_the_rules_closes_the_socket(
    run: Run, frames: list[tuple[picows.WSMsgType, bytes, bool]], code: int
) -> None:
    async def scenario(pair: Pair) -> None:
        for kind, payload, fin in frames:
            pair.send(kind, payload, fin=fin)
        assert (await pair.ended()).code == code
        await until(lambda: pair.server.closed_with == code)
        assert pair.feed.frames == []

    paired(run, scenario)


@LOOPS
def test_a_ping_is_answered_with_its_payload(run: Run) -> None:
    async def scenario(pair: Pair) -> None:
        pair.send(picows.WSMsgType.PING, b"heartbeat")
        await until(lambda: pair.server.pongs)
        assert pair.server.pongs == [b"heartbeat"]
        assert pair.feed.frames == []

    paired(run, scenario)


@LOOPS
def test_a_short_message_is_no_control_frame_and_the_other_way_round(run: Run) -> None:
    async def scenario(pair: Pair) -> None:
        pair.send(picows.WSMsgType.TEXT, b"{}")
        pair.send(picows.WSMsgType.PING, b'{"looks":"like data"}')
        pair.send(picows.WSMsgType.PONG, b"")
        pair.send(picows.WSMsgType.TEXT, b"pong")
        pair.send(picows.WSMsgType.BINARY, b"\x0a\x01")
        await until(lambda: len(pair.feed.frames) == 3)
        assert [frame for frame, _ in pair.feed.frames] == [b"{}", b"pong", b"\x0a\x01"]
        assert pair.server.pongs == [b'{"looks":"like data"}']

    paired(run, scenario)


@LOOPS
def test_the_venues_close_is_answered_and_told(run: Run) -> None:
    async def scenario(pair: Pair) -> None:
        assert pair.server.transport is not None
        pair.server.transport.send_close(picows.WSCloseCode.GOING_AWAY, b"maintenance")
        assert await pair.ended() == Ending(1001, "maintenance", is_ours=False)
        await until(lambda: pair.server.closed_with == 1000)

    paired(run, scenario)


@LOOPS
def test_a_cut_line_is_told_as_1006(run: Run) -> None:
    async def scenario(pair: Pair) -> None:
        pair.server.kick()
        assert await pair.ended() == Ending(1006, "", is_ours=False)

    paired(run, scenario)


@LOOPS
@pytest.mark.parametrize("fragments", [1, 3])
def test_compressed_messages_are_inflated(run: Run, fragments: int) -> None:
    stream = zlib.compressobj(wbits=-15)

    def packed(message: bytes) -> bytes:
        return (stream.compress(message) + stream.flush(zlib.Z_SYNC_FLUSH))[:-4]

    async def scenario(pair: Pair) -> None:
        for number in range(3):
            payload = packed(_LONG + b"%d" % number)
            size = -(-len(payload) // fragments)
            parts = [payload[at : at + size] for at in range(0, len(payload), size)]
            for at, part in enumerate(parts):
                kind = _MORE if at else _TEXT
                pair.send(kind, part, fin=at == len(parts) - 1, rsv1=at == 0)
        pair.send(_TEXT, b"plain")
        await until(lambda: len(pair.feed.frames) == 4)
        assert pair.feed.messages == [*(_LONG + b"%d" % n for n in range(3)), b"plain"]

    paired(run, scenario, chosen="permessage-deflate")


@LOOPS
@pytest.mark.parametrize(
    ("payload", "code"),
    [(b"\xff" * 50, 1007), (zlib.compress(b"0" * 20_000, wbits=-15), 1009)],
    ids=["no compressed data", "a bomb"],
)
def test_compressed_nonsense_closes_the_socket(run: Run, payload: bytes, code: int) -> None:
    async def scenario(pair: Pair) -> None:
        pair.send(_TEXT, payload, rsv1=True)
        assert (await pair.ended()).code == code
        assert pair.feed.frames == []

    paired(run, scenario, chosen="permessage-deflate")


@LOOPS
def test_an_extension_that_was_not_offered_closes_the_socket(run: Run) -> None:
    async def scenario(pair: Pair) -> None:
        assert (await pair.ended()).code == 1002

    paired(run, scenario, chosen="x-snappy")


@LOOPS
def test_a_tap_sees_each_message_before_the_feed(run: Run) -> None:
    seen: list[tuple[bytes, int]] = []

    async def scenario(pair: Pair) -> None:
        pair.send(_TEXT, _LONG)
        pair.send(_TEXT, b"short")
        await until(lambda: len(pair.feed.frames) == 2)
        assert seen == pair.feed.frames
        pair.listener.use(None)
        pair.send(_TEXT, b"unseen")
        await until(lambda: len(pair.feed.frames) == 3)
        assert len(seen) == 2

    paired(run, scenario, tap=lambda frame, ts_ns: seen.append((frame, ts_ns)))


@LOOPS
def test_one_message_on_its_way_is_timed(run: Run) -> None:
    recorded: list[int] = []

    async def scenario(pair: Pair) -> None:
        pair.listener.measure_next(recorded.append)
        pair.send(_TEXT, _LONG)
        pair.send(_TEXT, _LONG)
        await until(lambda: len(pair.feed.frames) == 2)
        assert recorded == [0]

    paired(run, scenario)
