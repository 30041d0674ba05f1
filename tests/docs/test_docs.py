"""What the documentation shows is what happens.

- Python blocks of a page run one after the other, in one namespace; a block with `>>>` is
  a doctest.
- In console blocks, commands of crossbook run, and where output is shown it must come (`...`
  stands for anything). `make` targets must exist.
- A command that ends in `&` runs beside the others of its block until they are done.
- `<!-- not run: reason -->` before a console block leaves its commands alone.
"""

import doctest
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from crossbook.config import load
from crossbook.services.settings import Settings
from crossbook.sim.chaos.plan import Plan
from tests.docs.blocks import Block, Command, blocks, commands
from tests.recordings import RECORDINGS, REQUIRED, ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCKS = [block for page in PAGES for block in blocks(page)]


def units(block: Block) -> list[list[Command]]:
    """Return what is run together: each command of crossbook, or all if one runs beside others."""
    ours = [c for c in commands(block) if re.match(r"(\.venv/bin/)?crossbook\b", c.text)]
    return [ours] if any(c.text.endswith("&") for c in ours) else [[c] for c in ours]


SHOWN = [command for block in BLOCKS if block.language == "console" for command in commands(block)]
RUN = [
    unit
    for block in BLOCKS
    if block.language == "console" and block.not_run is None
    for unit in units(block)
]
LANGUAGES = {"console", "json", "make", "mermaid", "python", "rust", "text", "toml", "yaml"}
LIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def place(where: Block | Command | Path) -> str:
    """Return where a page, block or command stands, for the name of a test."""
    if isinstance(where, Path):
        return where.relative_to(ROOT).as_posix()
    return f"{place(where.page)}:{where.line}"


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder where the paths of the documentation hold and files may be left."""
    folder = tmp_path / "crossbook"
    folder.mkdir()
    for entry in ("config", "examples", "docs", "tests"):
        if (ROOT / entry).is_dir():
            (folder / entry).symlink_to(ROOT / entry)
    if RECORDINGS.is_dir():
        (tmp_path / "shared").mkdir()
        (tmp_path / "shared" / "data").symlink_to(RECORDINGS.resolve())
    binaries = folder / ".venv" / "bin"
    binaries.parent.mkdir()
    binaries.symlink_to(Path(sys.executable).parent)
    monkeypatch.chdir(folder)
    return folder


def needs_recordings(text: str) -> None:
    """Skip what reads the recordings where there are none."""
    if "shared/data" in text and not RECORDINGS.is_dir() and not REQUIRED:
        pytest.skip(f"no recordings at {RECORDINGS}: set CROSSBOOK_RECORDINGS")


@pytest.mark.parametrize(
    "page", sorted({block.page for block in BLOCKS if block.language == "python"}), ids=place
)
def test_python_blocks_run(page: Path, clone: Path) -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(page):
        if block.language != "python":
            continue
        needs_recordings(block.text)
        if ">>>" in block.text:
            run_doctest(block, names)
        else:
            padding = "\n" * block.line  # So that a traceback names the line of the page.
            exec(compile(padding + block.text, str(page), "exec"), names)


def run_doctest(block: Block, names: dict[str, object]) -> None:
    """Run a block of `>>>` lines in the names of its page."""
    test = doctest.DocTestParser().get_doctest(
        block.text, names, place(block), str(block.page), block.line
    )
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=LIKE)
    runner.run(test, out=report.append, clear_globs=False)
    names.update(test.globs)
    assert not report, "".join(report)


@pytest.mark.slow
@pytest.mark.parametrize("unit", RUN, ids=lambda u: f"{place(u[0])}: {u[0].text}"[:90])
def test_commands_show_what_the_page_shows(unit: list[Command], clone: Path) -> None:
    for command in unit:
        needs_recordings(command.text)
    with ExitStack() as stack:
        for command in unit:
            if command.text.endswith("&"):
                stack.enter_context(beside(command, clone))
            else:
                show(command, clone)


def show(command: Command, clone: Path) -> None:
    """Run a command, and compare what it prints with what the page shows."""
    done = subprocess.run(
        command.text,
        shell=True,
        cwd=clone,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    if command.output.strip():
        assert doctest.OutputChecker().check_output(command.output, done.stdout, LIKE), done.stdout


@contextmanager
def beside(command: Command, clone: Path) -> Iterator[None]:
    """Let a command run beside those that follow it, from its first line of output on."""
    text = command.text.removesuffix("&").strip()
    _, arrow, name = text.partition(" > ")
    assert arrow, f"{command.text}: what runs beside others writes to a file"
    process = subprocess.Popen(
        f"exec {text}", shell=True, cwd=clone, env=environment(), stdin=subprocess.DEVNULL
    )
    try:
        deadline_s = time.monotonic() + 60
        while not ((clone / name).is_file() and (clone / name).stat().st_size):
            assert process.poll() is None, f"{text} ended with {process.returncode}"
            assert time.monotonic() < deadline_s, f"{text} prints nothing"
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def environment() -> dict[str, str]:
    """Return the variables of a command that a page shows."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1"}


def test_each_block_names_a_known_language() -> None:
    unknown = [f"{place(b)}: {b.language!r}" for b in BLOCKS if b.language not in LANGUAGES]
    assert unknown == []


def test_only_commands_may_be_left_alone() -> None:
    assert [place(b) for b in BLOCKS if b.not_run and b.language != "console"] == []


def test_each_console_block_shows_a_command() -> None:
    empty = [place(b) for b in BLOCKS if b.language == "console" and not commands(b)]
    assert empty == []


def test_data_blocks_parse() -> None:
    for block in BLOCKS:
        if block.language == "json":
            json.loads(block.text)
        elif block.language == "toml":
            tomllib.loads(block.text)


def test_settings_and_plans_that_pages_show_can_be_used(tmp_path: Path) -> None:
    for block in BLOCKS:
        if block.language == "yaml":
            file = tmp_path / f"{place(block).replace('/', '-')}.yaml"  # An error names it.
            file.write_text(block.text)
            kind = Plan if block.text.startswith("faults:") else Settings
            load(kind, file, environment={})


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    shown = {
        (place(command), word)
        for command in SHOWN
        if command.text.startswith("make ")
        for word in command.text.split()[1:]
        if "=" not in word
    }
    assert {(where, word) for where, word in shown if word not in targets} == set()


def test_blocks_and_commands_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "Text.\n\n```python\nx = 1\n```\n\n"
        "<!-- not run: needs the network -->\n\n"
        "1. A list:\n\n   ```console\n   $ crossbook run \\\n       a.yaml\n   line\n   ```\n"
    )
    python, console = blocks(page)
    assert (python.line, python.language, python.text) == (3, "python", "x = 1\n")
    assert (console.line, console.language, console.not_run) == (11, "console", None)
    assert [(c.text, c.output) for c in commands(console)] == [("crossbook run a.yaml", "line\n")]


def test_a_marker_stands_right_before_its_block(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- not run: needs a venue -->\n```console\n$ crossbook run\n```\n")
    assert [block.not_run for block in blocks(page)] == ["needs a venue"]
