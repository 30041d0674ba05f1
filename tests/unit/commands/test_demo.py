"""`crossbook demo` from the outside: JSON, lines, a screen in a terminal, Ctrl-C."""

import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crossbook.cli import main

CROSSBOOK = str(Path(sys.executable).parent / "crossbook")
PLAIN = {**os.environ, "TERM": "xterm-256color"}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["demo", *arguments])


def summary(*arguments: str) -> Any:
    result = run("--json", *arguments)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    return json.loads(result.stdout)


def test_json_is_one_object_of_venues_on_sockets_whose_books_are_right() -> None:
    shown = summary("--headless", "--seconds", "5", "--seed", "1")
    assert shown["venues"] == [
        "binance", "coinbase", "kraken", "mexc", "gateio", "bybit", "okx", "polymarket", "kalshi",
    ]  # fmt: skip
    assert (shown["seed"], shown["seconds"]) == (1, 5.0)
    assert (shown["books"], shown["books_live"], shown["books_wrong"]) == (33, 33, 0)
    assert re.fullmatch("[0-9a-f]{64}", shown["digest"])
    assert shown["frames"] > 1_000
    assert shown["opportunities"] >= 1
    assert shown["checksums"]["ok"] > 100
    assert shown["bbo_checks"]["ok"] > 100
    # Two connections were cut, and came back.
    assert shown["reconnects"] >= 2
    assert shown["events_dropped"] == 0
    assert set(shown["arrival_to_book_us"]) == {"p50", "p99", "p99_9"}


@pytest.mark.slow
def test_the_same_seed_and_seconds_end_with_the_same_books_whatever_went_wrong() -> None:
    calm = summary("--seconds", "3", "--seed", "5", "--calm")
    rough = summary("--seconds", "3", "--seed", "5")
    assert calm["digest"] == rough["digest"]
    assert (calm["faults"], calm["reconnects"], calm["gaps"]) == (0, 0, 0)
    assert rough["faults"] > 0
    assert summary("--seconds", "3", "--seed", "6")["digest"] != calm["digest"]


def test_without_a_terminal_it_prints_lines_and_a_summary() -> None:
    result = run("--seconds", "2.5")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith("  2.")
    assert "/33 books live" in lines[0]
    assert "books          33 of 33 live, 0 wrong, " in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [["--seconds", "0"], ["--seconds", "-1"], ["--seconds", "x"], ["--seed", "x"], ["--what"]],
)
def test_arguments_that_make_no_sense_are_refused(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_a_wrong_book_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "crossbook.services.demo.summary.wrong_books", lambda *_: ["BTC-USDT.KRAKEN"]
    )
    result = run("--json", "--seconds", "1")
    assert result.exit_code == 1
    assert result.stderr == "error: 1 books wrong, 0 not live, 0 events lost\n"
    assert json.loads(result.stdout)["books_wrong"] == 1


# ------------------------------------------------------------- in a terminal


class Terminal:
    """The command in a terminal of its own, and all that it wrote there."""

    def __init__(self, *arguments: str, columns: int = 80, rows: int = 24) -> None:
        self._ours, theirs = pty.openpty()
        ioctl(theirs, TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [CROSSBOOK, "demo", *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**PLAIN, "NO_COLOR": "1"},
            # Ctrl-C is for the foreground of the terminal: this process.
            start_new_session=True,
        )
        os.close(theirs)
        self.written = b""

    def read(self) -> bool:
        """Take what was written; `False` when the command has closed its terminal."""
        if not select.select([self._ours], [], [], 1)[0]:
            return True
        try:
            part = os.read(self._ours, 65_536)
        except OSError:  # Linux says so instead of returning nothing.
            return False
        self.written += part
        return bool(part)

    def read_until(self, text: str, *, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while text.encode() not in self.written:
            assert time.monotonic() < end, self.written[-4_000:]
            assert self.read(), self.written[-4_000:]

    def finish(self) -> str:
        """Wait for the end and return what stands below the screen that was left."""
        while self.read():
            pass
        os.close(self._ours)
        self.process.wait(timeout=60)
        return self.written.rpartition(b"\x1b[?1049l")[2].decode()


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    """Return a list; what is put into it is ended after the test."""
    opened: list[Terminal] = []
    yield opened
    for terminal in opened:
        if terminal.process.poll() is None:
            terminal.process.kill()
            terminal.process.wait()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_terminal_shows_a_screen_until_it_is_stopped_and_is_left_clean(
    terminals: list[Terminal], number: signal.Signals
) -> None:
    terminal = Terminal("--seed", "4")
    terminals.append(terminal)
    terminal.read_until("33 of 33 live")
    # The second screen, without a cursor.
    assert terminal.written.startswith(b"\x1b[?1049h")
    assert b"\x1b[?25l" in terminal.written
    terminal.process.send_signal(number)
    left = terminal.finish()
    assert terminal.process.returncode == 0, left
    assert b"\x1b[?25h" in terminal.written
    assert re.search(r"^market +[\d.]+ s of seed 4\r$", left, flags=re.MULTILINE)
    assert "Traceback" not in left


@pytest.mark.slow
def test_a_terminal_shows_the_market_until_its_end(terminals: list[Terminal]) -> None:
    terminal = Terminal("--seconds", "3", columns=120, rows=40)
    terminals.append(terminal)
    left = terminal.finish()
    assert terminal.process.returncode == 0
    assert "market         3 s of seed 1" in left
    for shown in ("BTC-USDT", "opportunities after fees", "crossbook demo  seed 1"):
        assert shown.encode() in terminal.written


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["--headless"], ["--json"]])
def test_a_terminal_gets_no_screen_where_none_is_wanted(
    terminals: list[Terminal], arguments: list[str]
) -> None:
    terminal = Terminal("--seconds", "1", *arguments)
    terminals.append(terminal)
    terminal.finish()
    assert terminal.process.returncode == 0
    assert b"\x1b" not in terminal.written


@pytest.mark.slow
def test_lines_can_be_stopped_too() -> None:
    with subprocess.Popen([CROSSBOOK, "demo"], stdout=subprocess.PIPE, env=PLAIN) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert process.returncode == 0
    assert b"/33 books live" in first
    assert b"\nmarket  " in b"\n" + rest


@pytest.mark.slow
def test_colours_for_a_pipe_do_not_make_a_screen_of_it() -> None:
    done = subprocess.run(
        [CROSSBOOK, "demo", "--seconds", "0.5"],
        env={**PLAIN, "FORCE_COLOR": "1"},
        capture_output=True,
        check=True,
    )
    assert b"\x1b[?1049h" not in done.stdout
    assert done.stdout.startswith(b"market  ")
