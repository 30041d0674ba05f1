"""Servers of others that tests start for themselves, on loopback."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pytest

REQUIRED: Final = os.environ.get("CROSSBOOK_REQUIRE_SERVICES", "") not in {"", "0"}
DEADLINE_S: Final = 20.0


def program(name: str) -> str:
    """Return where a program is; skip the test where it is not."""
    if (found := shutil.which(name)) is not None:
        return found
    reason = f"{name} is not on the PATH"
    if REQUIRED:
        pytest.fail(f"{reason} (CROSSBOOK_REQUIRE_SERVICES is set)", pytrace=False)
    pytest.skip(reason)


class RedisServer:
    """A Redis of our own, with a folder of its own. Use it as a context manager."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._program = program("redis-server")
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        with (self._folder / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(self._program, "--port", str(self.port), "--bind", "127.0.0.1"),
                    *("--save", "", "--appendonly", "no", "--daemonize", "no"),
                    *("--dir", str(self._folder), *self._options),
                ],
                stdout=log,
                stderr=log,
            )
        until_s = time.monotonic() + DEADLINE_S
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "redis.log").read_text()
            assert time.monotonic() < until_s, "redis-server does not answer"
            time.sleep(0.01)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(DEADLINE_S)
            self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1.0) as there:
                there.sendall(b"PING\r\n")
                return there.recv(64)[:1] in (b"+", b"-")
        except OSError:
            return False
