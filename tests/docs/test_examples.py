"""Each program in examples/ does what its first lines say."""

import asyncio
import importlib.util
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

from crossbook import Book, BookState
from tests.recordings import ROOT

EXAMPLES = ROOT / "examples"
SESSIONS = ROOT / "tests" / "recorded"


def run(name: str, *arguments: str, given: Path | None = None) -> list[str]:
    """Run a program as its page says, and return the lines that it prints."""
    done = subprocess.run(
        [sys.executable, EXAMPLES / name, *arguments],
        input=given.read_bytes() if given else b"",
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().splitlines()


def load(name: str) -> ModuleType:
    """Import a program without running it."""
    spec = importlib.util.spec_from_file_location(f"examples.{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def levels_of(book: Book) -> list[list[tuple[Decimal, Decimal]]]:
    """Return bids and asks as exact decimals."""
    return [[(book.price(p), book.size(s)) for p, s in side] for side in book.levels()]


def truth(session: Path, instrument_id: str) -> list[list[tuple[Decimal, Decimal]]]:
    """Return the book that the session was made from, after its last frame."""
    book = json.loads((session / "truth.json").read_bytes())["books"][instrument_id]
    return [[(Decimal(p), Decimal(s)) for p, s in book[side]] for side in ("bids", "asks")]


def test_every_example_has_a_test() -> None:
    known = {"best_prices.py", "crossed_prices.py", "live_books.py", "watch_books.py"}
    assert {path.name for path in EXAMPLES.glob("*.py")} == known


def test_best_prices_ends_with_the_best_prices_of_the_session() -> None:
    session = SESSIONS / "kraken" / "depth-25"
    lines = run("best_prices.py", "kraken", "BTC/USDT", given=session / "frames.tsv")
    (bid, bid_size), (ask, ask_size) = (side[0] for side in truth(session, "BTC-USDT.KRAKEN"))
    sides = [f"{n.normalize():f}" for n in (bid, bid_size, ask, ask_size)]
    assert lines[-1] == "BTC-USDT.KRAKEN  {} x {}  |  {} x {}".format(*sides)
    assert len(lines) > 10


def test_crossed_prices_prints_what_opens() -> None:
    lines = run("crossed_prices.py", "5")
    assert len(lines) == 3
    assert all(line.startswith("buy ") and line.endswith(" USDT") for line in lines)


@pytest.mark.slow
def test_watch_books_shows_both_books_live_and_one_of_them_healed() -> None:
    lines = run("watch_books.py", "6")
    assert "BTC-USDT.BINANCE syncing -> live (joined)" in lines
    assert lines.count("BTC-USDT.KRAKEN live -> stale (reconnected)") == 2  # Its end is the other.
    assert "BTC-USDT.KRAKEN stale -> live (joined)" in lines
    sides = [line.partition(" ")[0] for line in lines if line.startswith(("ask ", "bid "))]
    assert sides == ["ask"] * 3 + ["bid"] * 3


class Venue:
    """A connection and a REST interface that play a session of the repository."""

    def __init__(self, session: Path) -> None:
        rows = [line.split(b"\t", 2) for line in (session / "frames.tsv").read_bytes().splitlines()]
        self.frames = [(int(time), payload) for time, way, payload in rows if way == b"R"]
        answers = sorted(session.glob("rest_depth_*.json"))
        self.answers = [(int(path.stem.rpartition("_")[2]), path.read_bytes()) for path in answers]
        self.native = answers[0].name.split("_")[2]
        self.now_ms = 0
        self.asked: list[str] = []

    async def messages(self) -> AsyncIterator[str]:
        for time_ns, frame in self.frames:
            self.now_ms = time_ns // 1_000_000
            yield frame.decode()
            await asyncio.sleep(0)

    async def fetch(self, native: str) -> bytes:
        """Return the latest answer so far, or refuse if there is none yet."""
        assert native == self.native
        self.asked.append(native)
        known = [body for at_ms, body in self.answers if at_ms <= self.now_ms]
        if not known:
            raise TimeoutError("the venue does not answer yet")
        return known[-1]


def test_live_books_mends_what_a_gap_broke(capsys: pytest.CaptureFixture[str]) -> None:
    session = SESSIONS / "binance" / "gap"
    fake = Venue(session)
    books = load("live_books").LiveBooks([fake.native], fake.fetch, retry_s=0)
    states: list[BookState] = []

    async def watched() -> AsyncIterator[str]:
        async for message in fake.messages():
            yield message
            states.append(books.engine.book("BTC-USDT.BINANCE").state)
        # What the last frame asked for is mended before the connection closes.
        await asyncio.sleep(0.01)
        found.append(levels_of(books.engine.book("BTC-USDT.BINANCE")))

    found: list[list[list[tuple[Decimal, Decimal]]]] = []
    asyncio.run(books.follow(watched()))
    assert BookState.STALE in states
    assert states[-1] is BookState.LIVE
    assert found == [truth(session, "BTC-USDT.BINANCE")]
    assert len(fake.asked) > 1
    assert books.engine.book("BTC-USDT.BINANCE").state is BookState.STALE
    assert "BTC-USDT.BINANCE live -> stale (gap)" in capsys.readouterr().out


def test_live_books_subscribes_to_changes_and_to_what_proves_them() -> None:
    frame = json.loads(load("live_books").subscription(["BTCUSDT"]))
    assert frame["method"] == "SUBSCRIBE"
    assert frame["params"] == ["btcusdt@depth@100ms", "btcusdt@bookTicker"]
