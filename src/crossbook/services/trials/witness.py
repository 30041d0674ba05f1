"""`crossbook run` in a process of its own: what grows there is not the simulator."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec

from crossbook.config import plain
from crossbook.services.settings import LogConfig, Settings
from crossbook.services.trials.memory import resident_bytes

__all__ = ["Witness", "witnessing"]

_STOP_S: Final = 30.0
_PROGRAM: Final = "from crossbook.cli import main; main()"


class Witness:
    """The process, from outside.

    Args:
        pid: its number.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.summary: dict[str, object] = {}
        """What it printed at its end."""

    def resident_bytes(self) -> int:
        """Return its resident memory."""
        return resident_bytes(self.pid)


@asynccontextmanager
async def witnessing(settings: Settings, folder: Path) -> AsyncIterator[Witness]:
    """Run it with some settings; it ends in good order with the context.

    Args:
        settings: what it is to do.
        folder: where they are written to.
    """
    file = folder / "witness.yaml"
    calm = msgspec.structs.replace(settings, log=LogConfig(level="error"))
    file.write_text(json.dumps(plain(calm)))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", _PROGRAM, "run", str(file), "--headless", "--json"),
        stdout=asyncio.subprocess.PIPE,
    )
    witness = Witness(process.pid)
    try:
        yield witness
    finally:
        process.terminate()
        try:
            async with asyncio.timeout(_STOP_S):
                printed, _ = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
        else:
            witness.summary = json.loads(printed or b"{}")
