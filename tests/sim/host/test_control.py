import json
from typing import Any

import aiohttp
import pytest

from crossbook.sim.chaos.plan import Drop
from crossbook.sim.config import WorldConfig
from crossbook.sim.host import SimulatedVenues
from tests.sim.host.plain_desk import PlainClient, eventually, play


async def ask(
    sim: SimulatedVenues, path: str, method: str = "GET", body: bytes = b""
) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, sim.control_url + path, data=body) as answer,
    ):
        return answer.status, await answer.json()


def test_it_tells_the_addresses() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        expected = {"venues": sim.urls, "control": sim.control_url}
        assert await ask(sim, "/venues") == (200, expected)

    play(scene)


def test_it_tells_the_truth_of_now_and_of_then() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        status, first = await ask(sim, "/truth/okx/BTC-USDT")
        assert (status, first["venue"], first["native"]) == (200, "okx", "BTC-USDT")
        await eventually(lambda: sim.truth.version("okx", "BTC-USDT") > first["sequence"] + 20)
        assert await ask(sim, f"/truth/okx/BTC-USDT?sequence={first['sequence']}") == (200, first)
        sim.pause()
        _, cut = await ask(sim, "/truth/okx/BTC-USDT?depth=3")
        book = sim.truth.book("okx", "BTC-USDT", depth=3)
        assert cut["bids"] == [[f"{price:f}", f"{size:f}"] for price, size in book.bids]
        assert len(cut["asks"]) == 3

    play(scene)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/truth/okx/NO-SUCH", 404, "unknown_instrument"),
        ("/truth/mtgox/BTC-USDT", 404, "unknown_instrument"),
        ("/truth/okx/BTC-USDT?sequence=1", 410, "unknown_version"),
        ("/truth/okx/BTC-USDT?sequence=x", 400, "invalid_sequence"),
        ("/truth/okx/BTC-USDT?depth=-1", 400, "invalid_depth"),
        ("/truth/okx/BTC-USDT?outcome=MAYBE", 400, "invalid_outcome"),
        ("/faults?limit=99999999999999999999999", 400, "invalid_limit"),
        ("/nothing", 404, "not_found"),
    ],
)
def test_what_cannot_be_answered_is_a_typed_error(path: str, status: int, code: str) -> None:
    async def scene(sim: SimulatedVenues) -> None:
        found, body = await ask(sim, path)
        assert (found, body["error"]["code"]) == (status, code)
        assert body["error"]["message"]

    play(scene)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "invalid_fault"),
        (b"{", 400, "invalid_fault"),
        (b"[]", 400, "invalid_fault"),
        (b'{"kind":"explode"}', 400, "invalid_fault"),
        (b'{"kind":"drop","share":1.5}', 400, "invalid_fault"),
        (b'{"kind":"drop","extra":1}', 400, "invalid_fault"),
        (b'{"kind":"drop","venue":"kraken"}', 404, "unknown_venue"),
        (b" " * 100_000, 413, "request_entity_too_large"),
    ],
)
def test_a_fault_that_is_none_is_refused(body: bytes, status: int, code: str) -> None:
    async def scene(sim: SimulatedVenues) -> None:
        found, answer = await ask(sim, "/faults", "POST", body)
        assert (found, answer["error"]["code"]) == (status, code)
        assert sim.houses["okx"].calendar.standing == []

    play(scene)


def test_faults_are_added_listed_and_removed() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        fault = {"kind": "drop", "venue": "okx", "native": "BTC-USDT", "share": 0.5}
        body = json.dumps(fault).encode()
        assert await ask(sim, "/faults", "POST", body) == (201, {"faults": [1]})
        async with PlainClient(sim.urls["okx"]["ws"]) as client:
            await client.until(lambda c: c.gaps > 2)
        _, listed = await ask(sim, "/faults?limit=2")
        (standing,) = listed["standing"]
        assert fault.items() <= standing["fault"].items()
        assert (standing["number"], standing["is_active"], standing["end_ns"]) == (1, True, None)
        assert listed["counts"]["drop"] > 1
        assert [entry["native"] for entry in listed["log"]] == ["BTC-USDT"] * 2
        assert await ask(sim, "/faults", "DELETE") == (200, {})
        _, listed = await ask(sim, "/faults")
        assert listed["standing"] == []

    play(scene)


def test_faults_are_limited_in_number() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        for _ in range(999):
            sim.add_fault(Drop(begin_s=1_000))
        body = b'{"kind":"drop","begin_s":1000}'
        assert (await ask(sim, "/faults", "POST", body))[0] == 201
        assert (await ask(sim, "/faults", "POST", body))[0] == 409

    play(scene, config=WorldConfig(steps_per_s=0))


def test_the_markets_are_paused_settled_and_resumed() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        assert (await ask(sim, "/pause", "POST"))[0] == 200
        assert (await ask(sim, "/settle", "POST"))[0] == 200
        version = sim.truth.version("okx", "BTC-USDT")
        assert (await ask(sim, "/stats"))[1]["is_paused"] is True
        assert sim.truth.version("okx", "BTC-USDT") == version
        assert (await ask(sim, "/resume", "POST"))[0] == 200
        await eventually(lambda: sim.truth.version("okx", "BTC-USDT") > version)

    play(scene)


def test_it_counts_what_the_venues_do() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        async with PlainClient(sim.urls["okx"]["ws"]) as client:
            await client.until(lambda c: len(c.frames) > 5)
            _, stats = await ask(sim, "/stats")
        found = stats["venues"]["okx"]
        assert (found["open"], found["connections"], found["books"]) == (1, 1, 3)
        assert found["frames"] > 5
        assert found["frames_bytes"] > 100
        assert (found["received"], found["errors"], found["cut"]) == (1, 0, 0)

    play(scene)


def test_it_ends_the_session_when_asked_to() -> None:
    async def scene(sim: SimulatedVenues) -> None:
        assert (await ask(sim, "/stop", "POST"))[0] == 200
        assert sim.is_stopped.is_set()

    play(scene)
