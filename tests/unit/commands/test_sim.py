"""`crossbook sim` from the outside."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from click.testing import CliRunner, Result

from crossbook.cli import main

CROSSBOOK = str(Path(sys.executable).parent / "crossbook")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["sim", *arguments])


@contextmanager
def served(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    """Start the command, and yield it with what it printed first."""
    command = [CROSSBOOK, "sim", *arguments, "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


async def get(url: str, method: str = "GET") -> tuple[int, bytes]:
    async with aiohttp.ClientSession() as session, session.request(method, url) as answer:
        return answer.status, await answer.read()


def test_one_line_of_json_tells_where_everything_is() -> None:
    with served("--venues", "binance,kraken,polymarket", "--seed", "1") as (process, shown):
        assert list(shown) == ["venues", "control"]
        assert list(shown["venues"]) == ["binance", "kraken", "polymarket"]
        for urls in shown["venues"].values():
            assert urls["rest"].startswith("http://127.0.0.1:")
            assert urls["ws"].startswith("ws://127.0.0.1:")
        status, body = asyncio.run(get(shown["venues"]["binance"]["rest"] + "/api/v3/time"))
        assert status == 200
        assert abs(json.loads(body)["serverTime"] - time.time() * 1_000) < 60_000
        assert json.loads(asyncio.run(get(shown["control"] + "/venues"))[1]) == shown
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        assert process.stdout is not None
        assert process.stdout.read() == ""


def test_it_ends_when_it_is_asked_to_over_http_or_by_ctrl_c() -> None:
    for way in ("stop", "interrupt"):
        with served("--venues", "kraken") as (process, shown):
            if way == "stop":
                assert asyncio.run(get(shown["control"] + "/stop", "POST"))[0] == 200
            else:
                process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 0


def test_settings_and_lines_for_people(tmp_path: Path) -> None:
    file = tmp_path / "sim.yaml"
    result = run("--venues", "kraken,okx", "--seconds", "0.05", "--settings", str(file))
    assert result.exit_code == 0, result.output
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["kraken", "okx", "control"]
    settings = json.loads(file.read_text())["venues"]
    assert settings["kraken"]["ws_url"] in result.stdout


@pytest.mark.parametrize(("arguments", "status"), [([], 401), (["--no-keys"], 101)])
def test_kalshi_wants_a_signature_unless_told_otherwise(arguments: list[str], status: int) -> None:
    async def knock(url: str) -> int:
        async with aiohttp.ClientSession() as session:
            try:
                async with session.ws_connect(url):
                    return 101
            except aiohttp.WSServerHandshakeError as error:
                return error.status

    with served("--venues", "kalshi", *arguments) as (_, shown):
        url = shown["venues"]["kalshi"]["ws"] + "/trade-api/ws/v2"
        assert asyncio.run(knock(url)) == status


def test_a_plan_is_read_and_carried_out(tmp_path: Path) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text("faults:\n  - {kind: storm, venue: kraken, status: 503}\n")
    with served("--venues", "kraken", "--plan", str(plan)) as (_, shown):
        url = shown["venues"]["kraken"]["rest"] + "/0/public/Time"
        deadline = time.monotonic() + 20
        while asyncio.run(get(url))[0] != 503:
            assert time.monotonic() < deadline


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("faults: [{kind: explode}]", "$.faults[0]"),
        ("faults: [{kind: drop, venue: okx}]", "okx does not take part"),
    ],
)
def test_a_plan_with_a_mistake_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(text)
    result = run("--venues", "kraken", "--plan", str(plan))
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--venues", "mtgox"],
        ["--speed", "fast"],
        ["--speed", "0"],
        ["--speed", "max"],
        ["--cert", __file__],
        ["--seconds", "-1"],
        ["--steps-per-s", "-1"],
    ],
)
def test_a_wrong_command_line_is_refused(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_a_port_that_is_taken_is_an_error() -> None:
    with served("--venues", "kraken") as (_, shown):
        port = shown["control"].rpartition(":")[2]
        result = run("--venues", "okx", "--port-base", port)
        assert result.exit_code == 1
        assert "error:" in result.stderr


def test_a_certificate_that_is_none_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "cert.pem"
    file.write_text("nothing")
    result = run("--venues", "okx", "--cert", str(file), "--key", str(file))
    assert result.exit_code == 1
    assert "error:" in result.stderr


def test_a_recording_is_served_as_fast_as_it_is_read() -> None:
    folder = Path(__file__).parents[2] / "recorded" / "binance" / "join"
    depth = next(folder.glob("rest_depth_BTCUSDT_*.json"))
    frames = [
        line.split(b"\t", 2)[2] for line in (folder / "frames.tsv").read_bytes().splitlines()[1:]
    ]

    async def read(url: str, count: int) -> list[bytes]:
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as ws:
            async with asyncio.timeout(30):
                return [(await ws.receive()).data.encode() for _ in range(count)]

    arguments = ["--replay", str(folder / "frames.tsv"), "--replay", str(depth), "--speed", "max"]
    with served(*arguments) as (_, shown):
        urls = shown["venues"]["binance"]
        assert asyncio.run(read(urls["ws"] + "/stream", 100)) == frames[:100]
        url = urls["rest"] + "/api/v3/depth?symbol=BTCUSDT&limit=5000"
        assert asyncio.run(get(url)) == (200, depth.read_bytes())


def test_several_recordings_of_a_venue_are_one_by_their_times(tmp_path: Path) -> None:
    folder = tmp_path / "okx"
    folder.mkdir()
    for name, times in (("a", (1, 4, 5)), ("b", (2, 3, 6))):
        rows = [f"{moment}\tR\t{moment}\n" for moment in times]
        (folder / f"{name}.tsv").write_text("".join(["0\tC\twss://x\n", *rows]))

    async def read(url: str) -> list[str]:
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as ws:
            async with asyncio.timeout(30):
                return [(await ws.receive()).data for _ in range(6)]

    files = [f"--replay={folder / name}.tsv" for name in "ab"]
    with served(*files, "--speed", "max") as (_, shown):
        assert asyncio.run(read(shown["venues"]["okx"]["ws"])) == list("123456")


def test_it_leaves_no_process_behind() -> None:
    with served("--venues", "kraken", "--seconds", "0.2") as (process, _):
        assert process.wait(timeout=30) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)
