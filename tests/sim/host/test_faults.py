"""Each fault as clients on real sockets meet it."""

import json
from typing import Any

import aiohttp
import pytest

from crossbook.sim.chaos.plan import (
    AnyFault,
    ClockSkew,
    Corrupt,
    Delay,
    Disconnect,
    Drop,
    Duplicate,
    Endless,
    Freeze,
    Halt,
    Html,
    Lifetime,
    Maintenance,
    NewMarket,
    Plan,
    Redirect,
    Reorder,
    Resolve,
    SlowRest,
    StaleSnapshot,
    Storm,
    TickChange,
    Trickle,
    WrongChecksum,
)
from crossbook.sim.config import WorldConfig
from crossbook.sim.host import SimulatedVenues
from tests.sim.host.plain_desk import PlainClient, eventually, get, play


def ws(sim: SimulatedVenues) -> str:
    return sim.urls["okx"]["ws"]


def rest(sim: SimulatedVenues, path: str) -> str:
    return sim.urls["okx"]["rest"] + path


async def truth_is_held(sim: SimulatedVenues, client: PlainClient) -> bool:
    sim.pause()
    await sim.settle()
    book = sim.truth.book("okx", "BTC-USDT")
    try:
        await client.until(lambda c: c.levels() == book, deadline_s=0.5)
    except TimeoutError:
        return False
    finally:
        sim.resume()
    return True


# -------------------------------------------------------------- frames


@pytest.mark.parametrize(
    "fault", [Drop(share=0.2), Reorder(share=0.3), Duplicate(share=0.3)], ids=type
)
def test_lost_reordered_and_repeated_frames_make_gaps(fault: AnyFault) -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(ws(sim)) as client:
            await client.until(lambda c: len(c.frames) > 10)
            assert client.gaps == 0
            sim.add_fault(fault)
            await client.until(lambda c: c.gaps > 3)
            sim.clear_faults()
            gaps, seen = client.gaps, len(client.frames)
            await client.until(lambda c: len(c.frames) > seen + 20)
            assert client.gaps <= gaps + 1
        assert sum(sim.log.counts.values()) > 3

    play(scene)


def test_damaged_frames_are_noticed_by_nobody_but_their_reader() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(ws(sim)) as client:
            sim.add_fault(Corrupt(mode="cut", share=0.2))
            await client.until(lambda c: any(not _is_json(frame) for frame in c.frames))
            sim.clear_faults()

    play(scene)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def test_late_frames_come_in_order() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(ws(sim)) as client:
            sim.add_fault(Delay(delay_s=0.1, share=0.2))
            await client.until(lambda c: sim.log.counts["delay"] > 5 and len(c.frames) > 30)
            assert client.gaps == 0
            assert await truth_is_held(sim, client)

    play(scene)


def test_a_wrong_checksum_changes_nothing_else() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(ws(sim)) as client:
            await client.until(lambda c: len(c.frames) > 3)
            sim.add_fault(WrongChecksum())
            await eventually(lambda: sim.log.counts["wrong_checksum"] > 5)
            await client.until(lambda c: _wrong_checksums(c) > 0)
            assert await truth_is_held(sim, client)

    play(scene)


def _wrong_checksums(client: PlainClient) -> int:
    frames = [json.loads(frame) for frame in client.frames if "checksum" in frame]
    return sum(frame["checksum"] != sum(range(frame["last"] % 9)) for frame in frames)


# --------------------------------------------------------- connections


@pytest.mark.parametrize(("code", "seen"), [(0, 1006), (1012, 1012), (4_008, 4_008)])
def test_a_connection_ends_with_or_without_a_word(code: int, seen: int) -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(ws(sim)) as client:
            await client.until(lambda c: len(c.frames) > 3)
            sim.add_fault(Disconnect(code=code))
            await client.until(lambda c: c.is_over)
            assert client.close_code == seen
        async with PlainClient(ws(sim)) as again:
            await again.until(lambda c: len(c.frames) > 3)

    play(scene)


def test_while_it_lasts_new_connections_end_as_well() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        sim.add_fault(Disconnect(duration_s=60))
        await eventually(lambda: sim.log.entries)
        async with PlainClient(ws(sim), "") as client:
            await client.until(lambda c: c.is_over)

    play(scene)


def test_a_frozen_connection_brings_nothing_while_others_do() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(ws(sim)) as frozen:
            await frozen.until(lambda c: len(c.frames) > 3)
            sim.add_fault(Freeze())
            await eventually(lambda: sim.log.entries)
            async with PlainClient(ws(sim)) as fresh:
                seen = len(frozen.frames)
                await frozen.ws.send_str("ping")
                await frozen.until(lambda c: "pong" in c.frames)
                await fresh.until(lambda c: len(c.frames) > 30)
                assert [frame for frame in frozen.frames[seen + 2 :] if frame != "pong"] == []
                assert not frozen.is_over

    play(scene)


def test_a_connection_may_be_too_old() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        sim.add_fault(Lifetime(age_s=0.2))
        async with PlainClient(ws(sim)) as client:
            await client.until(lambda c: c.is_over)
            assert client.close_code == 1001
            assert len(client.frames) > 3

    play(scene)


def test_maintenance_is_announced_and_over_some_day() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(ws(sim)) as client:
            await client.until(lambda c: len(c.frames) > 3)
            sim.add_fault(Maintenance(notice_s=0.1, duration_s=1.0))
            await client.until(lambda c: c.is_over)
            assert '{"shutdown":true}' in client.frames
            assert client.close_code == 1001
        assert (await get(rest(sim, "/time")))[0] == 503
        with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
            async with PlainClient(ws(sim)):
                pass
        await eventually(lambda: not sim.houses["okx"].is_closed)
        assert (await get(rest(sim, "/time")))[0] == 200
        async with PlainClient(ws(sim)) as client:
            await client.until(lambda c: len(c.frames) > 3)

    play(scene)


def test_a_socket_that_brings_a_byte_now_and_then() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(ws(sim)) as client:
            await client.until(lambda c: len(c.frames) > 3)
            sim.add_fault(Trickle(every_s=0.01))
            await eventually(lambda: sim.log.counts["trickle"] > 10)
            seen = len(client.frames)
            tally = sim.houses["okx"].tally
            frames = tally.frames
            await eventually(lambda: sim.log.counts["trickle"] > 30)
            assert (len(client.frames), tally.frames) == (seen, frames)
            assert not client.is_over
            sim.clear_faults()
            await client.until(lambda c: c.is_over)

    play(scene)


# ---------------------------------------------------------------- REST


@pytest.mark.parametrize("status", [418, 429, 503])
def test_a_storm_of_refusals_passes(status: int) -> None:
    async def scene(sim: SimulatedVenues) -> None:
        sim.add_fault(Storm(status=status, retry_after_s=3))
        await eventually(lambda: sim.log.entries)
        found, _, headers = await get(rest(sim, "/time"))
        assert (found, headers["Retry-After"]) == (status, "3")
        sim.clear_faults()
        assert (await get(rest(sim, "/time")))[0] == 200

    play(scene)


def test_handshakes_may_be_refused_and_redirected() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        sim.add_fault(Storm(status=429, strikes="ws"))
        await eventually(lambda: sim.log.entries)
        url = ws(sim).replace("ws:", "http:") + "/ws"
        assert (await get(url))[0] == 429
        sim.clear_faults()
        sim.add_fault(Redirect(location="/elsewhere"))
        await eventually(lambda: len(sim.log.entries) > 3)
        status, _, headers = await get(url, allow_redirects=False)
        assert (status, headers["Location"]) == (302, "/elsewhere")
        status, _, headers = await get(rest(sim, "/time"), allow_redirects=False)
        assert (status, headers["Location"]) == (302, "/elsewhere")

    play(scene)


def test_a_page_comes_where_json_should() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        sim.add_fault(Html())
        await eventually(lambda: sim.log.entries)
        status, body, headers = await get(rest(sim, "/time"))
        assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert body.startswith(b"<!DOCTYPE html>")

    play(scene)


def test_slow_answers_come_all_the_same() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        sim.add_fault(SlowRest(delay_s=0.2))
        await eventually(lambda: sim.log.entries)
        begun_ns = sim.now_ns()
        assert (await get(rest(sim, "/time")))[0] == 200
        assert sim.now_ns() - begun_ns >= 200_000_000

    play(scene)


def test_an_endless_answer_has_no_end() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        sim.add_fault(Endless())
        await eventually(lambda: sim.log.entries)
        async with aiohttp.ClientSession() as session:
            async with session.get(rest(sim, "/echo")) as answer:
                taken = b""
                while len(taken) < 60:
                    taken += await answer.content.readany()
            assert taken.endswith(b" " * 5)
            assert b"}" not in taken[-5:]

    play(scene)


def test_an_old_snapshot_is_a_book_that_was() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(ws(sim)) as client:
            await client.until(lambda c: len(c.frames) > 60)
        sim.pause()
        sim.add_fault(StaleSnapshot(age_s=0.3))
        await eventually(lambda: sim.log.entries)
        version = sim.truth.version("okx", "BTC-USDT")
        _, body, _ = await get(rest(sim, "/book/BTC-USDT"))
        shown = json.loads(body)
        assert shown["last"] < version
        past = sim.truth.book("okx", "BTC-USDT", sequence=shown["last"])
        assert [[float(p), float(s)] for p, s in past.bids] == [
            [price / 10, size / 1e8] for price, size in shown["bids"]
        ]
        # The venue itself goes on where it is.
        assert sim.truth.version("okx", "BTC-USDT") == version
        sim.clear_faults()
        assert json.loads((await get(rest(sim, "/book/BTC-USDT")))[1])["last"] == version

    play(scene)


# ------------------------------------------------------------- markets


def test_a_halted_instrument_is_announced_and_comes_back() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(ws(sim)) as client:
            await client.until(lambda c: len(c.frames) > 3)
            sim.add_fault(Halt(native="BTC-USDT", duration_s=0.3))
            await client.until(lambda c: '{"halted": true, "resolved": false}' in c.frames)
            halted = len(client.frames)
            await client.until(lambda c: '{"halted": false, "resolved": false}' in c.frames)
            assert len(client.frames) <= halted + 1
            await client.until(lambda c: len(c.frames) > halted + 5)
            assert await truth_is_held(sim, client)

    play(scene)


def test_a_new_tick_is_announced_and_the_books_stay_true() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(ws(sim)) as client:
            sim.add_fault(TickChange(native="BTC-USDT", factor=10, duration_s=0.5))
            await client.until(lambda c: '{"tick":[1,10]}' in c.frames)
            assert all(price % 10 == 0 for (_, price), size in client.book.items() if size)
            await client.until(lambda c: '{"tick":[10,1]}' in c.frames)
            assert await truth_is_held(sim, client)
            assert client.gaps == 0

    play(scene)


def test_a_new_market_is_announced_and_trades() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(ws(sim), "") as client:
            await eventually(lambda: sim.houses["okx"].connections)
            sim.add_fault(NewMarket())
            await client.until(lambda c: '{"listed":"XRP-USDT"}' in c.frames)
            await client.ws.send_str("book XRP-USDT")
            await client.until(lambda c: len(c.frames) > 8)
            assert client.gaps == 0
        sim.add_fault(NewMarket())
        sim.add_fault(NewMarket())
        await eventually(lambda: any(e.detail == "nothing left to list" for e in sim.log.entries))

    play(scene)


def test_a_resolved_market_is_closed_for_good() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(ws(sim)) as client:
            await client.until(lambda c: len(c.frames) > 3)
            sim.add_fault(Resolve(native="BTC-USDT"))
            await client.until(lambda c: '{"halted": true, "resolved": true}' in c.frames)
            sim.add_fault(Halt(native="BTC-USDT", duration_s=0.0))
            await client.until(lambda c: c.frames.count('{"halted": true, "resolved": true}') == 3)

    play(scene)


def test_the_venues_clock_may_be_off() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        sim.add_fault(ClockSkew(skew_s=-90))
        await eventually(lambda: sim.log.entries)
        off_ns = int((await get(rest(sim, "/time")))[1]) - sim.now_ns()
        assert -95_000_000_000 < off_ns < -89_000_000_000
        sim.clear_faults()
        off_ns = int((await get(rest(sim, "/time")))[1]) - sim.now_ns()
        assert -5_000_000_000 < off_ns <= 0

    play(scene)


# ---------------------------------------------------------------- plan


def test_a_plan_is_carried_out_by_itself() -> None:
    plan = Plan(faults=(Drop(venue="okx", begin_s=0.1, duration_s=0.5, share=0.5),))

    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(ws(sim)) as client:
            await eventually(lambda: any(e.detail == "end" for e in sim.log.entries))
            seen = len(client.frames)
            assert client.gaps > 0
            await client.until(lambda c: len(c.frames) > seen + 10)
            assert sim.log.entries[0].detail == "begin"
            assert {entry.kind for entry in sim.log.entries} == {"drop"}

    play(scene, plan=plan)


def test_a_fault_at_a_venue_that_takes_no_part_is_refused() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        with pytest.raises(KeyError):
            sim.add_fault(Drop(venue="kraken"))

    play(scene)


def test_two_sessions_of_one_seed_and_plan_have_the_same_markets() -> None:
    found: list[Any] = []

    async def scene(sim: SimulatedVenues) -> None:
        sim.pause()
        updates = sim.world.step("okx", "BTC-USDT")
        found.append((updates.first_id, updates.changes))

    for _ in range(2):
        play(scene, config=WorldConfig(steps_per_s=0))
    assert found[0] == found[1]


@pytest.mark.parametrize("ends", ["thaw", "cut"])
def test_a_frozen_connection_thaws_or_is_torn_down(ends: str) -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(ws(sim)) as client:
            await client.until(lambda c: len(c.frames) > 3)
            sim.add_fault(Freeze(duration_s=0.2, ends="cut" if ends == "cut" else "thaw"))
            if ends == "cut":
                await client.until(lambda c: c.is_over)
            else:
                await client.until(lambda c: c.gaps > 0)
                assert not client.is_over

    play(scene)
